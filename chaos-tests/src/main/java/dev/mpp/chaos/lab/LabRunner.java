package dev.mpp.chaos.lab;

import dev.mpp.chaos.check.Expectation;
import dev.mpp.chaos.check.Findings;
import dev.mpp.chaos.check.History;
import dev.mpp.chaos.check.Judge;
import dev.mpp.chaos.check.Row;
import dev.mpp.chaos.check.Takeover;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Place;
import dev.mpp.chaos.process.Trouble;
import dev.mpp.chaos.script.Evidence;
import dev.mpp.chaos.script.Load;
import dev.mpp.chaos.script.Timeline;
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
 * Runs a script on a lab that is up: for each run wait until everything is whole, break something,
 * watch, mend, time the catching-up, wait until whole again, judge.
 */
final class LabRunner {
  private static final int OTHER_LEADER_ATTEMPTS = 10;

  private static final Duration CAUGHT_UP_WITHIN = Duration.ofSeconds(3);
  private static final Duration WHOLE_LIMIT = Duration.ofSeconds(120);
  private static final Duration TAKEOVER_LIMIT = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration FLAP = Duration.ofSeconds(2);

  private final Lab lab;
  private final LabScript script;
  private final long firstSeed;
  private final int writers;

  /**
   * @param writers that follow DNS
   */
  LabRunner(Lab lab, LabScript script, long firstSeed, int writers) {
    this.writers = writers;
    this.lab = lab;
    this.script = script;
    this.firstSeed = firstSeed;
  }

  /** All runs; a failing one does not end the script, a lab that does not get whole does. */
  List<LabRun> run(int runs) {
    List<LabRun> results = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      long seed = firstSeed + i;
      lab.console().say("%s: run %d of %d, seed %d".formatted(script.label(), i + 1, runs, seed));
      try {
        results.add(one(i, seed));
      } catch (Trouble e) {
        results.add(LabRun.notRun(seed, String.valueOf(e.getMessage())));
        break;
      }
    }
    return results;
  }

  private LabRun one(int turn, long seed) {
    Optional<LabSite> diverged;
    LabRun result;
    try (Load load = new Load(lab.stage(), System.currentTimeMillis(), seed, writers, true)) {
      result = one(load, turn, seed);
      diverged = Rebuild.wanted(lab);
    }
    diverged.ifPresent(site -> Rebuild.run(lab, site, lab.peer(site)));
    return result.rebuilt(diverged.isPresent());
  }

  private LabRun one(Load load, int turn, long seed) {
    Timeline timeline = new Timeline(lab.console());
    LabScript.Cast cast = cast(load);
    LabSite active = cast.active();
    LabSite leader = cast.leader();
    Breakage breakage = script.breakage(cast, turn);
    if (!script.needsOtherLeader()) {
      // The fault meets every phase of polls and renewals.
      pause(Duration.ofMillis(new Random(seed).nextLong(1_500)));
    }
    lab.console()
        .say(
            "ACTIVE is %s, %s leads; now: %s"
                .formatted(active.label(), leader.label(), breakage.describe()));
    long faultAt = timeline.zero(breakage.describe());
    Watched seen = watch(load, breakage, active, turn, timeline, faultAt);
    History history = history(load, active, turn, faultAt, seen.present());
    Findings findings = Judge.judge(history, expectation(turn, seen));
    for (String trouble : seen.troubles()) {
      findings = findings.with(trouble);
    }
    Takeover takeover =
        script.takeover(turn) ? Takeover.measure(history, seen.mendedAt()) : Takeover.NONE;
    if (script.fencedWithinMs().isPresent()) {
      for (String late : takeover.over(script.fencedWithinMs().getAsLong())) {
        findings = findings.with(late);
      }
    }
    if (!findings.passed()) {
      keep(load.run(), seed, breakage, findings, timeline, history);
    }
    return new LabRun(seed, breakage.describe(), findings, seen.catchUp(), takeover, false);
  }

  private History history(Load load, LabSite active, int turn, long faultAt, Set<Row> present) {
    Place before = lab.place(active);
    Place other = lab.place(lab.peer(active));
    return new History(
        faultAt,
        before.address(),
        other.address(),
        load.acks(),
        load.localAcks(),
        load.probe(before).attempts(),
        load.probe(other).attempts(),
        load.flag(before).looks(),
        load.flag(other).looks(),
        load.sightings(script.takeover(turn) ? Stream.of(other) : Stream.of(before, other)),
        present);
  }

  private Expectation expectation(int turn, Watched seen) {
    return new Expectation(
        script.takeover(turn),
        script.takeover(turn) ? Optional.of(script.newActiveWithin()) : Optional.empty(),
        seen.fencedFrom(),
        script.roleChanges(turn),
        script.holderStays(turn),
        script.flagsCount());
  }

  private void keep(
      long run,
      long seed,
      Breakage breakage,
      Findings findings,
      Timeline timeline,
      History history) {
    Path kept =
        Evidence.keep(
            lab.evidenceFolder().resolve("%s-%d-seed%d".formatted(script.label(), run, seed)),
            lab.logs(),
            breakage.describe() + "\n" + String.join("\n", findings.violations()),
            timeline,
            history);
    lab.console().say("FAILED: " + findings.violations() + "; evidence in " + kept);
  }

  private LabScript.Cast cast(Load load) {
    for (int i = 0; i < OTHER_LEADER_ATTEMPTS; i++) {
      LabSite active = lab.named(Whole.await(lab, load).label());
      if (!script.needsOtherLeader()) {
        return cast(active, CatchUp.wholeUnder(lab).orElse(active));
      }
      Optional<LabSite> leader = OtherLeader.attempt(lab, active);
      // On a busy machine the election may have cost the ACTIVE its lease: then once more.
      if (leader.isPresent() && load.writable().equals(Optional.of(lab.place(active)))) {
        return cast(active, leader.get());
      }
    }
    throw new Trouble("no other member could be made the leader", CatchUp.describe(lab));
  }

  private LabScript.Cast cast(LabSite active, LabSite leader) {
    return new LabScript.Cast(active, lab.peer(active), lab.witnesses(), leader);
  }

  /**
   * @param fencedFrom the old ACTIVE must refuse from here on
   * @param mendedAt when the fault was taken back
   * @param troubles what the watcher itself saw go wrong
   */
  private record Watched(
      Set<Row> present,
      Optional<Long> fencedFrom,
      long mendedAt,
      CatchUp.Times catchUp,
      List<String> troubles) {}

  private Watched watch(
      Load load, Breakage breakage, LabSite active, int turn, Timeline timeline, long faultAt) {
    boolean takeover = script.takeover(turn);
    List<String> troubles = new ArrayList<>();
    if (script.flaps()) {
      flap(breakage, timeline);
    } else {
      breakage.inject(lab);
      timeline.add("done: " + breakage.describe());
      pause(script.lasts());
    }
    if (takeover && !taken(load, lab.peer(active), faultAt)) {
      troubles.add("the writers did not all get on again: " + load.complaint());
    } else if (!takeover && !script.flaps() && !goOn(load)) {
      troubles.add("writers stopped during the fault: " + load.complaint());
    }
    pause(Duration.ofSeconds(1));
    Optional<Long> fencedFrom =
        takeover && troubles.isEmpty() ? Optional.of(System.nanoTime()) : Optional.empty();
    long mendedAt = System.nanoTime();
    breakage.mend(lab);
    long healedAt = System.nanoTime();
    timeline.say("mended: " + breakage.describe());
    CatchUp.Times catchUp =
        CatchUp.after(healedAt, lab, breakage.severed(), Duration.ofSeconds(30));
    late(breakage, catchUp).ifPresent(troubles::add);
    timeline.add(
        "caught up: ledger %s, peers %s ms after the heal"
            .formatted(catchUp.ledgerMs(), catchUp.peersMs()));
    // What the healed one does while others still write.
    pause(Duration.ofSeconds(takeover ? 3 : 1));
    load.stopWriters();
    Set<Row> present = Set.of();
    try {
      present = load.rows(load.writable().orElse(lab.place(active)));
    } catch (UncheckedIOException e) {
      troubles.add("the rows cannot be read: " + e.getMessage());
    }
    if (!Deadline.await(
        WHOLE_LIMIT,
        LOOK,
        () ->
            load.active().filter(load::inSync).isPresent()
                || (takeover && Rebuild.needed(lab, active)))) {
      troubles.add("the sites did not get in step again: " + load.complaint());
    }
    timeline.add("in step again");
    return new Watched(present, fencedFrom, mendedAt, catchUp, troubles);
  }

  private boolean taken(Load load, LabSite other, long faultAt) {
    return Deadline.await(
        TAKEOVER_LIMIT,
        () ->
            load.writable().equals(Optional.of(lab.place(other)))
                // Each writer writes every 30 ms, so these acknowledgements are new ones.
                && load.allAckedSince(Math.max(faultAt, System.nanoTime() - 300_000_000L)));
  }

  private static boolean goOn(Load load) {
    return Deadline.await(
        Duration.ofSeconds(5), () -> load.allAckedSince(System.nanoTime() - 300_000_000L));
  }

  private void flap(Breakage breakage, Timeline timeline) {
    long end = System.nanoTime() + script.lasts().toNanos();
    while (System.nanoTime() - end < 0) {
      breakage.inject(lab);
      timeline.add("off");
      pause(FLAP);
      breakage.mend(lab);
      timeline.add("on");
      pause(FLAP);
    }
  }

  private static Optional<String> late(Breakage breakage, CatchUp.Times times) {
    if (!(breakage instanceof Breakage.Cut)) {
      return Optional.empty();
    }
    long limit = CAUGHT_UP_WITHIN.toMillis();
    return times.ledgerMs().orElse(Long.MAX_VALUE) > limit
            || times.peersMs().orElse(Long.MAX_VALUE) > limit
        ? Optional.of(
            "after the heal the ledger was current after %s ms and the peers heard after %s ms, allowed are %d"
                .formatted(text(times.ledgerMs()), text(times.peersMs()), limit))
        : Optional.empty();
  }

  private static String text(java.util.OptionalLong figure) {
    return figure.isPresent() ? Long.toString(figure.getAsLong()) : "more than 30000";
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (end - System.nanoTime() > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
