package dev.mpp.chaos.lab;

import dev.mpp.chaos.check.ErrantGtids;
import dev.mpp.chaos.check.Expectation;
import dev.mpp.chaos.check.Findings;
import dev.mpp.chaos.check.History;
import dev.mpp.chaos.check.Judge;
import dev.mpp.chaos.check.Row;
import dev.mpp.chaos.check.WritePause;
import dev.mpp.chaos.client.Look;
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
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Runs switchovers to and fro on a lab that is up: each waits until everything is whole, orders one
 * under load, breaks something at the planned phase or nothing, watches, mends, waits until the
 * sites are in step again, judges.
 */
final class MoveRunner {
  private static final int WRITERS = 20;
  private static final Duration PHASE_LIMIT = Duration.ofSeconds(45);
  private static final Duration END_LIMIT = Duration.ofSeconds(75);
  private static final Duration SETTLED_LIMIT = Duration.ofSeconds(30);
  private static final Duration STEP_LIMIT = Duration.ofSeconds(120);
  private static final Duration LOOK = Duration.ofMillis(250);

  /** Longer than a lease: what lives on a lease that cannot be renewed is seen to end. */
  private static final Duration FAULT_LASTS = Duration.ofSeconds(10);

  /** There and back again. */
  private static final int ROLE_CHANGES = 2;

  private final Lab lab;
  private final String campaign;
  private final long firstSeed;
  private final BiFunction<Integer, Random, MovePlan> plans;

  /**
   * @param plans of the run of this number
   */
  MoveRunner(
      Lab lab, String campaign, long firstSeed, BiFunction<Integer, Random, MovePlan> plans) {
    this.lab = lab;
    this.campaign = campaign;
    this.firstSeed = firstSeed;
    this.plans = plans;
  }

  /** A failing run does not end the campaign, a lab that does not get whole does. */
  List<MoveRun> run(int first, int runs) {
    List<MoveRun> results = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      long seed = firstSeed + first + i;
      MovePlan plan = plans.apply(first + i, new Random(seed));
      lab.console()
          .say(
              "%s: run %d of %d, seed %d: %s"
                  .formatted(campaign, i + 1, runs, seed, plan.describe()));
      try {
        MoveRun result = one(plan, seed);
        results.add(result);
        lab.console()
            .say(
                "met %s, ended %s, writes paused for %s ms, %d acknowledged: %s"
                    .formatted(
                        result.met(),
                        result.end().isEmpty() ? "-" : result.end(),
                        result.pauseMs().orElse(-1),
                        result.findings().ackedRows(),
                        result.findings().passed() ? "pass" : "FAIL"));
      } catch (Trouble e) {
        results.add(MoveRun.notRun(seed, plan.describe(), String.valueOf(e.getMessage())));
        break;
      }
    }
    return results;
  }

  private MoveRun one(MovePlan plan, long seed) {
    Optional<LabSite> diverged;
    MoveRun result;
    try (Load load = new Load(lab.stage(), System.currentTimeMillis(), seed, WRITERS)) {
      LabSite source = lab.named(Whole.await(lab, load).label());
      var cast = new MoveFault.Cast(source, lab.peer(source), lab.witnesses().getFirst());
      pause(Duration.ofMillis(new Random(seed).nextLong(1_500)));
      result = new Attempted(load, cast, plan, seed).run();
      diverged = Rebuild.wanted(lab);
    }
    diverged.ifPresent(site -> Rebuild.run(lab, site, lab.peer(site)));
    return result.rebuilt(diverged.isPresent());
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (end - System.nanoTime() > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  /** One switchover, from its order to its judgement. */
  private final class Attempted {
    private final Load load;
    private final MoveFault.Cast cast;
    private final MovePlan plan;
    private final long seed;
    private final Timeline timeline = new Timeline(lab.console());
    private final List<String> troubles = new ArrayList<>();
    private String met = "";

    Attempted(Load load, MoveFault.Cast cast, MovePlan plan, long seed) {
      this.load = load;
      this.cast = cast;
      this.plan = plan;
      this.seed = seed;
    }

    MoveRun run() {
      String begin = state(cast.source());
      List<Path> logs = List.of(lab.nodeLog(cast.source()), lab.nodeLog(cast.target()));
      try (PhaseWatch phases = new PhaseWatch(logs);
          MoveOrder order = MoveOrder.give(lab, cast.director(), cast.target())) {
        lab.console().say("%s to %s".formatted(cast.source().label(), cast.target().label()));
        long from = timeline.zero("ordered: " + plan.describe());
        if (plan.fault().isPresent()) {
          from = disturbed(plan.fault().get(), phases);
        } else {
          undisturbed(order, from);
        }
        long until = System.nanoTime();
        phases.seen().forEach(seen -> timeline.add(seen.getValue(), "phase " + seen.getKey()));
        order.lines().forEach(line -> timeline.add(until, "the command: " + line));
        Set<Row> present = settle();
        errant(begin).ifPresent(troubles::add);
        return judge(from, until, order.result(), present);
      }
    }

    private void undisturbed(MoveOrder order, long ordered) {
      if (!order.ended(END_LIMIT) || !order.result().equals("DONE")) {
        troubles.add("the switchover did not end as DONE: " + String.join(" | ", order.lines()));
      }
      if (!settled(Optional.of(cast.target()), ordered)) {
        troubles.add("the writers did not all get on at the target: " + load.complaint());
      }
      met = "-";
    }

    /** Returns the instant of the fault. */
    private long disturbed(MoveFault fault, PhaseWatch phases) {
      Optional<Long> begun = phases.await(plan.phase(), PHASE_LIMIT);
      if (begun.isEmpty()) {
        troubles.add(
            "it did not come to " + plan.phase() + "; the newest phase: " + phases.newest());
      }
      pause(plan.delay());
      Breakage breakage = fault.breakage(cast);
      long at = timeline.zero(breakage.describe());
      breakage.inject(lab);
      met = begun.isEmpty() ? "none" : phases.newest().toString();
      timeline.add("done: " + breakage.describe() + ", in " + met);
      // Not before: a server whose node died goes on for a while.
      pause(Duration.ofNanos(at + FAULT_LASTS.toNanos() - System.nanoTime()));
      if (!settled(Optional.empty(), at)) {
        troubles.add("the writers did not all get on: " + load.complaint());
      }
      breakage.mend(lab);
      timeline.say("mended: " + breakage.describe());
      return at;
    }

    /** One server is writable, that of {@code wanted} if given, and every writer gets on. */
    private boolean settled(Optional<LabSite> wanted, long since) {
      return Deadline.await(
          SETTLED_LIMIT,
          () ->
              load.writable()
                      .filter(
                          place -> wanted.map(lab::place).filter(w -> !w.equals(place)).isEmpty())
                      .isPresent()
                  && load.allAckedSince(Math.max(since, System.nanoTime() - 500_000_000L)));
    }

    /** Nothing more is written; what the ACTIVE has, once the other site has it, too. */
    private Set<Row> settle() {
      pause(Duration.ofSeconds(2));
      load.stopWriters();
      Set<Row> present = Set.of();
      try {
        present = load.rows(load.writable().orElse(lab.place(cast.target())));
      } catch (UncheckedIOException e) {
        troubles.add("the rows cannot be read: " + e.getMessage());
      }
      boolean inStep =
          Deadline.await(
              STEP_LIMIT,
              LOOK,
              () ->
                  load.active().filter(load::inSync).isPresent()
                      || lab.data().stream().anyMatch(site -> Rebuild.needed(lab, site)));
      if (!inStep) {
        troubles.add("the sites did not get in step again: " + load.complaint());
      }
      timeline.add("in step again");
      return present;
    }

    /** Of an undisturbed one only: what a crash leaves behind, MPP itself has to find. */
    private Optional<String> errant(String begin) {
      if (plan.fault().isPresent()) {
        return Optional.empty();
      }
      List<String> errant = ErrantGtids.find(begin, state(cast.source()), state(cast.target()));
      return errant.isEmpty()
          ? Optional.empty()
          : Optional.of("%s has errant transactions: %s".formatted(cast.source().label(), errant));
    }

    private String state(LabSite site) {
      return load.ask(lab.place(site), Look::binlogState)
          .orElseThrow(
              () -> new Trouble("the server of " + site.label() + " does not say its GTIDs", ""));
    }

    private MoveRun judge(long from, long until, String end, Set<Row> present) {
      History history = history(from, present);
      Findings findings = Judge.judge(history, expectation());
      long pause = WritePause.longest(history.probesBefore(), history.probesOther(), from, until);
      plan.fault()
          .map(MoveFault::writableWithin)
          .filter(limit -> pause > limit.toNanos())
          .ifPresent(
              limit ->
                  troubles.add(
                      "no server took writes for %d ms, allowed are %d"
                          .formatted(pause / 1_000_000, limit.toMillis())));
      for (String trouble : troubles) {
        findings = findings.with(trouble);
      }
      if (!findings.passed()) {
        keep(findings, history);
      }
      return new MoveRun(
          seed,
          plan.describe(),
          met,
          end,
          OptionalLong.of(Math.ceilDiv(pause, 1_000_000L)),
          OptionalLong.of(Math.ceilDiv(WritePause.ofOneWriter(history.acks(), from), 1_000_000L)),
          findings,
          false);
    }

    private Expectation expectation() {
      boolean undisturbed = plan.fault().isEmpty();
      return new Expectation(
          undisturbed,
          Optional.empty(),
          Optional.empty(),
          OptionalInt.of(undisturbed ? 1 : ROLE_CHANGES),
          false,
          true);
    }

    private History history(long from, Set<Row> present) {
      Place before = lab.place(cast.source());
      Place other = lab.place(cast.target());
      return new History(
          from,
          before.address(),
          other.address(),
          load.acks(),
          List.of(),
          load.probe(before).attempts(),
          load.probe(other).attempts(),
          load.flag(before).looks(),
          load.flag(other).looks(),
          load.sightings(Stream.of(before, other)),
          present);
    }

    private void keep(Findings findings, History history) {
      Path kept =
          Evidence.keep(
              lab.evidenceFolder().resolve("%s-%d-seed%d".formatted(campaign, load.run(), seed)),
              lab.logs(),
              plan.describe() + "\n" + String.join("\n", findings.violations()),
              timeline,
              history);
      lab.console().say("FAILED: " + findings.violations() + "; evidence in " + kept);
    }
  }
}
