package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Trouble;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a real server is made to fail with, how that must be named, and what must come of it. */
enum Failure {
  KILLED("SIGKILL to mysqld", Then.TAKEOVER, "connection refused|connection lost"),
  FROZEN("SIGSTOP to mysqld", Then.TAKEOVER, "no answer in time|not greeted in time"),
  REFUSED(
      "mysqld shut down by hand",
      Then.TAKEOVER,
      "connection refused|shutting down|connection lost"),
  RESET("every session of MPP reset again and again (RST)", Then.EITHER, "connection lost"),
  DROPPED(
      "packets between MPP and its server dropped, nobody else's",
      Then.TAKEOVER,
      "no answer in time|packets are dropped"),
  EXHAUSTED(
      "max_connections reached, MPP's sessions live", Then.STAYS, "connections are exhausted"),
  TOO_MANY_CONNECTIONS(
      "max_connections reached, MPP's sessions killed again and again",
      Then.EITHER,
      "too many connections|session was killed|connection lost"),
  AUTHENTICATION(
      "MPP's password changed, its sessions killed", Then.TAKEOVER, "authentication failed"),
  READ_ONLY("SET GLOBAL read_only=1 by hand", Then.EITHER, "found read-only"),
  APPLIER("the standby's applier crashed (error 1032)", Then.STAYS, "applier stopped"),
  LAG("the standby's applier blocked by LOCK TABLES", Then.STAYS, "behind its source"),
  DISK_FULL("the disk of mysqld full", Then.TAKEOVER, "disk is full"),
  STALLED("FLUSH TABLES WITH READ LOCK held", Then.STAYS, "commits have hung");

  /** What must come of it. In every case never two writable servers, no acknowledged row lost. */
  enum Then {
    /** The other site takes the role. */
    TAKEOVER,
    /** The role stays, and the ACTIVE is writable in the end. */
    STAYS,
    /** Some server is writable in the end. */
    EITHER
  }

  private final String text;
  private final Then then;
  private final Pattern words;

  Failure(String text, Then then, String words) {
    this.text = text;
    this.then = then;
    this.words = Pattern.compile(words);
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String text() {
    return text;
  }

  Then then() {
    return then;
  }

  /** Some words of the message in which operators must be told. */
  boolean names(String line) {
    return words.matcher(line).find();
  }

  /** It hits the standby's server, otherwise the ACTIVE's. */
  boolean atStandby() {
    return this == APPLIER || this == LAG;
  }

  /** Against {@code fencing}: nobody has to be fenced where the role stays. */
  boolean fences() {
    return then == Then.TAKEOVER;
  }

  static Failure named(String label) {
    return Arrays.stream(values())
        .filter(failure -> failure.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new Trouble(
                    "no failure " + label,
                    "failures: "
                        + Arrays.stream(values())
                            .map(Failure::label)
                            .collect(Collectors.joining(", "))));
  }

  /** Of the names given, or all. */
  static List<Failure> of(List<String> labels) {
    return labels.isEmpty() ? List.of(values()) : labels.stream().map(Failure::named).toList();
  }
}
