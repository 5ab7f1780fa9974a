package dev.mpp.chaos.lab;

import dev.mpp.chaos.check.Attempt;
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
import dev.mpp.chaos.script.Stage;
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
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes real servers fail, one way after the other, under load, and writes down what operators are
 * told and when, when the old ACTIVE refuses writes, and when the other site takes them. The
 * clients and the judge reach the servers from outside of the sites, so that nothing done to MPP's
 * own way to its server touches them; no link is cut here.
 */
final class FailureRunner {
  private static final Duration WATCH_LIMIT = Duration.ofSeconds(60);
  private static final Duration TAKEOVER_LIMIT = Duration.ofSeconds(60);
  private static final Duration SETTLE = Duration.ofSeconds(3);

  /** MariaDB looks once a minute whether a full disk has space again. */
  private static final Duration STEP_LIMIT = Duration.ofSeconds(180);

  private static final Duration LOOK = Duration.ofMillis(250);

  private final Lab lab;
  private final OperatorLines operators;
  private final long firstSeed;
  private final int writers;

  FailureRunner(Lab lab, OperatorLines operators, long firstSeed, int writers) {
    this.lab = lab;
    this.operators = operators;
    this.firstSeed = firstSeed;
    this.writers = writers;
  }

  /** Each failure so many times in a row; a lab that does not get whole ends it. */
  List<FailureRun> run(List<Failure> failures, int runs) {
    List<FailureRun> results = new ArrayList<>();
    for (Failure failure : failures) {
      for (int i = 0; i < runs; i++) {
        long seed = firstSeed + results.size();
        lab.console()
            .say("%s: run %d of %d, seed %d".formatted(failure.label(), i + 1, runs, seed));
        try {
          results.add(one(failure, seed));
        } catch (Trouble e) {
          results.add(FailureRun.notRun(failure, seed, String.valueOf(e.getMessage())));
          return results;
        }
      }
    }
    return results;
  }

  private FailureRun one(Failure failure, long seed) {
    Optional<LabSite> diverged;
    FailureRun result;
    Stage stage = lab.stageFromOutside();
    try (Load load = new Load(stage, System.currentTimeMillis(), seed, writers)) {
      LabSite active = lab.named(Whole.await(lab, load).label());
      pause(Duration.ofMillis(new Random(seed).nextLong(1_500)));
      result = new Attempted(failure, stage, load, active, seed).run();
      diverged = Rebuild.wanted(lab);
    }
    diverged.ifPresent(site -> Rebuild.run(lab, site, lab.peer(site)));
    lab.console()
        .say(
            "%s: named after %s ms, fenced after %s ms, promoted after %s ms; %s: %s"
                .formatted(
                    failure.label(),
                    figure(result.namedMs()),
                    figure(result.fencedMs()),
                    figure(result.promotedMs()),
                    result.end(),
                    result.findings().passed() ? "pass" : "FAIL"));
    return result.rebuilt(diverged.isPresent());
  }

  private static String figure(OptionalLong figure) {
    return figure.isPresent() ? Long.toString(figure.getAsLong()) : "-";
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (end - System.nanoTime() > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  /** One failure, from the moment it is made to its judgement. */
  private final class Attempted {
    private final Failure failure;
    private final Load load;
    private final LabSite active;
    private final LabSite victim;
    private final String address;
    private final Place before;
    private final Place other;
    private final long seed;
    private final Timeline timeline = new Timeline(lab.console());
    private final List<String> troubles = new ArrayList<>();

    Attempted(Failure failure, Stage stage, Load load, LabSite active, long seed) {
      this.failure = failure;
      this.load = load;
      this.active = active;
      this.victim = failure.atStandby() ? lab.peer(active) : active;
      this.address = victim.address() + ":" + LabConfiguration.MYSQL;
      this.before = named(stage, active);
      this.other = named(stage, lab.peer(active));
      this.seed = seed;
    }

    private static Place named(Stage stage, LabSite site) {
      return stage.places().stream()
          .filter(place -> place.label().equals(site.label()))
          .findFirst()
          .orElseThrow();
    }

    FailureRun run() {
      lab.console().say("ACTIVE is %s; now: %s".formatted(active.label(), failure.text()));
      long at = timeline.zero(failure.text() + " at " + victim.label());
      Injury injury = Injury.of(failure, lab, victim, active);
      timeline.add("done");
      if (!Deadline.await(WATCH_LIMIT, () -> names(at).isPresent())) {
        troubles.add(
            "nobody was told; the first word: "
                + notices(at).map(OperatorLines.Line::text).orElse("none"));
      }
      if (failure.then() == Failure.Then.TAKEOVER && !taken(at)) {
        troubles.add("the other site did not take the role: " + load.complaint());
      }
      pause(SETTLE);
      long mendedAt = System.nanoTime();
      injury.mend();
      timeline.say("mended: " + failure.text());
      if (!goesOn()) {
        troubles.add("the writers did not all get on again: " + load.complaint());
      }
      load.stopWriters();
      Set<Row> present = rows();
      awaitStep();
      return judged(at, mendedAt, present);
    }

    private boolean aboutVictim(String line) {
      return line.matches(".*" + Pattern.quote(address) + "(\\D.*)?");
    }

    /** A failing poll, or a status that is not OK. */
    private Optional<OperatorLines.Line> notices(long at) {
      return operators.first(
          victim,
          at,
          line ->
              aboutVictim(line)
                  && (line.contains(" poll ") || line.matches(".* (OK_[A-Z]+|FAIL)( .*)?")));
    }

    private Optional<OperatorLines.Line> names(long at) {
      return operators.first(victim, at, line -> aboutVictim(line) && failure.names(line));
    }

    private boolean taken(long at) {
      return Deadline.await(
          TAKEOVER_LIMIT,
          () ->
              load.writable().equals(Optional.of(other))
                  && load.allAckedSince(Math.max(at, System.nanoTime() - 300_000_000L)));
    }

    private boolean goesOn() {
      return Deadline.await(
          TAKEOVER_LIMIT,
          () ->
              load.writable().isPresent() && load.allAckedSince(System.nanoTime() - 300_000_000L));
    }

    private Set<Row> rows() {
      try {
        return load.rows(load.writable().orElse(before));
      } catch (UncheckedIOException e) {
        troubles.add("the rows cannot be read: " + e.getMessage());
        return Set.of();
      }
    }

    private void awaitStep() {
      boolean inStep =
          Deadline.await(
              STEP_LIMIT,
              LOOK,
              () ->
                  load.active().filter(load::inSync).isPresent()
                      // A standby that lags is mended by waiting.
                      || (failure != Failure.LAG
                          && lab.data().stream().anyMatch(site -> Rebuild.needed(lab, site))));
      if (!inStep) {
        troubles.add("the sites did not get in step again: " + load.complaint());
      }
    }

    private FailureRun judged(long at, long mendedAt, Set<Row> present) {
      History history =
          new History(
              at,
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
      Findings findings = Judge.judge(history, expectation());
      for (String trouble : troubles) {
        findings = findings.with(trouble);
      }
      Takeover takeover = Takeover.measure(history, mendedAt);
      boolean moved = findings.roleChanges() % 2 == 1;
      Optional<OperatorLines.Line> said =
          operators.first(active, at, line -> line.contains(" fence " + before.address() + ":"));
      boolean seen = takeover.readOnlyMs().isPresent();
      Optional<OperatorLines.Line> name = names(at);
      FailureRun run =
          new FailureRun(
              failure,
              seed,
              millis(notices(at), at),
              millis(name, at),
              name.or(() -> notices(at))
                  .map(line -> (name.isEmpty() ? "(not as such) " : "") + message(line.text()))
                  .orElse(""),
              seen ? (moved ? takeover.fencedMs() : takeover.readOnlyMs()) : millis(said, at),
              seen ? "read-only" : said.map(line -> message(line.text())).orElse(""),
              moved ? promoted(history) : OptionalLong.empty(),
              moved ? "taken over" : findings.roleChanges() == 0 ? "role stays" : "there and back",
              findings,
              false);
      if (!findings.passed()) {
        keep(at, findings, history);
      }
      return run;
    }

    private Expectation expectation() {
      return new Expectation(
          failure.then() == Failure.Then.TAKEOVER,
          Optional.empty(),
          Optional.empty(),
          switch (failure.then()) {
            case TAKEOVER -> OptionalInt.of(1);
            case STAYS -> OptionalInt.of(0);
            case EITHER -> OptionalInt.empty();
          },
          false,
          failure != Failure.FROZEN && failure != Failure.DISK_FULL);
    }

    private static OptionalLong promoted(History history) {
      return history.probesOther().stream()
          .filter(
              probe ->
                  probe.outcome() == Attempt.Outcome.ACCEPTED && probe.sent() >= history.faultAt())
          .mapToLong(probe -> Math.round((probe.done() - history.faultAt()) / 1e6))
          .min();
    }

    private void keep(long at, Findings findings, History history) {
      operators
          .since(at)
          .forEach(line -> timeline.add(line.at(), line.site().label() + " says: " + line.text()));
      Path kept =
          Evidence.keep(
              lab.evidenceFolder()
                  .resolve("%s-%d-seed%d".formatted(failure.label(), load.run(), seed)),
              lab.logs(),
              failure.text() + "\n" + String.join("\n", findings.violations()),
              timeline,
              history);
      lab.console().say("FAILED: " + findings.violations() + "; evidence in " + kept);
    }
  }

  private static OptionalLong millis(Optional<OperatorLines.Line> line, long from) {
    return line.isPresent()
        ? OptionalLong.of(Math.round((line.get().at() - from) / 1e6))
        : OptionalLong.empty();
  }

  /** What a line of {@code mpp watch} says, without when, where and which entry. */
  static String message(String line) {
    return line.replaceFirst("^[0-9:.]+\\s+", "")
        .replaceFirst("^#\\d+ ", "")
        .replaceFirst("^\\S+ (?=[0-9.]+:\\d+ )", "")
        .replace("Could not connect to mysql host ", "")
        .replaceAll("[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+:\\d+:? ", "")
        .strip();
  }
}
