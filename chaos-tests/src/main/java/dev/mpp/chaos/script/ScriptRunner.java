package dev.mpp.chaos.script;

import dev.mpp.chaos.check.Expectation;
import dev.mpp.chaos.check.Findings;
import dev.mpp.chaos.check.History;
import dev.mpp.chaos.check.Judge;
import dev.mpp.chaos.check.Row;
import dev.mpp.chaos.demo.Demo;
import dev.mpp.chaos.demo.Demo.Part;
import dev.mpp.chaos.demo.Site;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Place;
import dev.mpp.chaos.process.Trouble;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Runs a script: for each run wait until everything is steady and in sync, make the fault at the
 * ACTIVE site (found as a client finds it), watch, mend, wait until whole again, judge. The write
 * probes run from the warm-up until the cluster is whole again, so that a server that comes back
 * writable is seen.
 */
public final class ScriptRunner {
  private static final Duration STEADY_LIMIT = Duration.ofSeconds(120);
  private static final Duration TAKEOVER_LIMIT = Duration.ofSeconds(30);
  private static final Duration COMEBACK_LIMIT = Duration.ofSeconds(90);

  private final Demo demo;
  private final Script script;
  private final long firstSeed;

  public ScriptRunner(Demo demo, Script script, long firstSeed) {
    this.demo = demo;
    this.script = script;
    this.firstSeed = firstSeed;
  }

  /** All runs; a failing one does not end the script, a cluster that cannot be mended does. */
  public Report run(int runs) {
    List<Report.Run> results = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      long seed = firstSeed + i;
      demo.console().say("%s: run %d of %d, seed %d".formatted(script.label(), i + 1, runs, seed));
      try {
        results.add(one(i, seed));
      } catch (Trouble e) {
        // What follows would only wait for the same: the rest is not run, and the script fails.
        results.add(
            new Report.Run(seed, "not run", Findings.notRun(String.valueOf(e.getMessage()))));
        break;
      }
    }
    return new Report(script, results);
  }

  private Report.Run one(int index, long seed) {
    Random random = new Random(seed);
    Timeline timeline = new Timeline(demo.console());
    // Rows of different runs and of different starts of the demo must not meet.
    long run = System.currentTimeMillis();
    try (Load load = new Load(demo.stage(), run, seed, Load.WRITERS)) {
      Site before = Site.named(steady(load).label());
      demo.confirmBootstrap();
      Fault fault = fault(index, before);
      // The fault meets every phase of polls and renewals.
      LockSupport.parkNanos(random.nextLong(1_500_000_000L));
      demo.console().say("ACTIVE is " + before.label() + "; now: " + fault.describe());
      long faultAt = timeline.zero(fault.describe());
      fault.inject(demo);
      timeline.add("done: " + fault.describe());
      Outcome outcome = watch(load, fault, before, faultAt, timeline);
      History history =
          new History(
              faultAt,
              before.address(),
              before.peer().address(),
              load.acks(),
              List.of(),
              load.probe(demo.place(before)).attempts(),
              load.probe(demo.place(before.peer())).attempts(),
              load.flag(demo.place(before)).looks(),
              load.flag(demo.place(before.peer())).looks(),
              load.sightings(
                  (takeover() ? Stream.of(before.peer()) : Site.withMySql().stream())
                      .map(demo::place)),
              outcome.present());
      Findings findings =
          Judge.judge(
              history, new Expectation(takeover(), script.newActiveWithin(), outcome.fencedFrom()));
      findings = outcome.trouble().map(findings::with).orElse(findings);
      mark(timeline, findings, faultAt);
      demo.console().plain(timeline.text());
      if (!findings.passed()) {
        String name = script.label() + "-" + run + "-seed" + seed;
        String summary = fault.describe() + "\n" + String.join("\n", findings.violations());
        Path kept =
            Evidence.keep(
                demo.evidenceFolder().resolve(name), demo.logs(), summary, timeline, history);
        demo.console().say("FAILED: " + findings.violations() + "; evidence in " + kept);
      }
      return new Report.Run(seed, fault.describe(), findings);
    }
  }

  private boolean takeover() {
    return script != Script.ALL_KILL;
  }

  private Fault fault(int index, Site active) {
    return switch (script) {
      case FAILOVER -> new Fault.Kill(Part.MYSQL, active);
      case NODE_KILL -> new Fault.Kill(Part.NODE, active);
      case NODE_FREEZE -> new Fault.Freeze(Part.NODE, active);
      case ALL_KILL -> Fault.ofRound(index);
    };
  }

  /** Exactly one server writable, DNS names it, semi-sync on, every writer without trouble. */
  private Place steady(Load load) {
    long start = System.nanoTime();
    boolean steady =
        Deadline.await(
            STEADY_LIMIT,
            () -> {
              requireProcesses();
              long now = System.nanoTime();
              return now - start > 1_000_000_000L
                  && load.active().filter(load::inSync).isPresent()
                  && load.allAckedSince(now - 500_000_000L)
                  && load.smoothSince(now - 1_000_000_000L);
            });
    return load.active()
        .filter(place -> steady)
        .orElseThrow(
            () ->
                new Trouble(
                    "the cluster did not become steady within "
                        + STEADY_LIMIT.toSeconds()
                        + " s: "
                        + load.complaint(),
                    "the logs of all processes are in " + demo.evidenceFolder().getParent()));
  }

  /** A process that ends by itself would only be waited for in vain. */
  private void requireProcesses() {
    for (Site site : Site.values()) {
      if (!demo.runs(Part.NODE, site) || (site != Site.WITNESS && !demo.runs(Part.MYSQL, site))) {
        throw new Trouble("a process of " + site.label() + " ended by itself", "");
      }
    }
  }

  /**
   * @param present rows found after the writers stopped
   * @param fencedFrom the old ACTIVE must refuse from here on
   * @param trouble what the watcher itself saw go wrong
   */
  private record Outcome(Set<Row> present, Optional<Long> fencedFrom, Optional<String> trouble) {}

  private Outcome watch(Load load, Fault fault, Site before, long faultAt, Timeline timeline) {
    boolean mended = false;
    if (!takeover()) {
      pause(Duration.ofMillis(500));
      fault.mend(demo);
      timeline.say("mended: " + fault.describe());
      mended = true;
    }
    boolean back =
        Deadline.await(
            takeover() ? TAKEOVER_LIMIT : COMEBACK_LIMIT,
            () -> {
              Optional<Place> writable = load.writable();
              boolean right =
                  takeover()
                      ? writable.equals(Optional.of(demo.place(before.peer())))
                      : writable.isPresent() && load.active().isPresent();
              // 300 ms: each writer writes every 30 ms, so these acknowledgements are new ones.
              return right
                  && load.allAckedSince(Math.max(faultAt, System.nanoTime() - 300_000_000L));
            });
    pause(Duration.ofSeconds(1));
    Optional<Long> fencedFrom = Optional.empty();
    if (!mended) {
      if (back) {
        fencedFrom = Optional.of(System.nanoTime());
      }
      fault.mend(demo);
      timeline.say("mended: " + fault.describe());
    }
    // What the thawed or restarted one does while others still write.
    pause(Duration.ofSeconds(takeover() ? 4 : 1));
    load.stopWriters();
    Optional<String> trouble =
        back
            ? Optional.empty()
            : Optional.of("the writers did not all get on again: " + load.complaint());
    Set<Row> present = Set.of();
    try {
      present = load.rows(load.writable().orElse(demo.place(before.peer())));
    } catch (UncheckedIOException e) {
      trouble = Optional.of("the rows cannot be read: " + e.getMessage());
    }
    boolean whole =
        Deadline.await(COMEBACK_LIMIT, () -> load.active().filter(load::inSync).isPresent());
    timeline.add(whole ? "whole again: both sites in sync, semi-sync on" : "not whole again");
    if (!whole && trouble.isEmpty()) {
      trouble = Optional.of("the cluster did not get whole again: " + load.complaint());
    }
    return new Outcome(present, fencedFrom, trouble);
  }

  private static void mark(Timeline timeline, Findings findings, long faultAt) {
    findings
        .dnsChangeMs()
        .ifPresent(ms -> timeline.add(faultAt + ms * 1_000_000L, "DNS gives the new address"));
    findings
        .newActiveMs()
        .ifPresent(ms -> timeline.add(faultAt + ms * 1_000_000L, "a write probe is accepted"));
    findings.outageMs().ifPresent(ms -> timeline.add("outage seen by the writers: " + ms + " ms"));
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (end - System.nanoTime() > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
