package dev.mpp.chaos.script;

import dev.mpp.chaos.process.Trouble;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** What can be run unattended. */
public enum Script {
  /** SIGKILL to the ACTIVE site's mariadbd. */
  FAILOVER("failover", Optional.empty()),
  /** SIGKILL to the ACTIVE site's mpp node. */
  NODE_KILL("node-kill", Optional.of(Duration.ofSeconds(8))),
  /** SIGSTOP to the ACTIVE site's mpp node; thawed when another site is ACTIVE. */
  NODE_FREEZE("node-freeze", Optional.of(Duration.ofSeconds(8))),
  /** SIGKILL to every process in turn, then to all at once. */
  ALL_KILL("all-kill", Optional.empty());

  private final String label;
  private final Optional<Duration> newActiveWithin;

  Script(String label, Optional<Duration> newActiveWithin) {
    this.label = label;
    this.newActiveWithin = newActiveWithin;
  }

  public String label() {
    return label;
  }

  /** Bound on the time to the new ACTIVE: the lease (6 s) and 2 s; empty: not judged. */
  Optional<Duration> newActiveWithin() {
    return newActiveWithin;
  }

  public static Script named(String label) {
    return Arrays.stream(values())
        .filter(script -> script.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new Trouble(
                    "no script " + label, "scripts: failover, node-kill, node-freeze, all-kill"));
  }
}
