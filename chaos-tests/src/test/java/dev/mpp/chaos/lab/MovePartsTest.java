package dev.mpp.chaos.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.chaos.check.Findings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the campaigns of switchovers know without a network. */
class MovePartsTest {
  private static final String BEFORE = "19:03:27.550 INFO  mpp.journal - mysql.eraser.test ";

  @Test
  void thePhasesAreReadFromTheJournals() {
    assertEquals(
        Optional.of(MovePhase.CATCH_UP),
        begins("switchover site2 CATCH_UP — ordered by root: campaign"));
    assertEquals(
        Optional.of(MovePhase.HANDOVER),
        begins("switchover site2 HANDOVER — the target has executed all of it"));
    assertEquals(
        Optional.of(MovePhase.ROLL_BACK),
        begins("switchover site2 DRAIN -> ROLL BACK — the target did not show it"));
    assertEquals(
        Optional.of(MovePhase.TAKE_OVER),
        begins("claim site2 — the role was handed over to this site"));
    assertEquals(
        Optional.of(MovePhase.ACKNOWLEDGE),
        begins("ledger site2 Serve — epoch 2, holder site2, in sync [site2]"));
    assertEquals(Optional.empty(), begins("claim site2 — best of 2 eligible sites"));
    assertEquals(Optional.empty(), begins("ledger site2 Claim — epoch 2, in sync []"));
    assertEquals(Optional.empty(), MovePhase.begins("19:03 INFO x - switchover site2 DRAIN — y"));
  }

  private static Optional<MovePhase> begins(String entry) {
    return MovePhase.begins(BEFORE + entry);
  }

  @Test
  void everyPhaseMeetsEveryFault() {
    Set<MovePlan> plans = new HashSet<>();
    for (int turn = 0; turn < MovePlan.COMBINATIONS; turn++) {
      plans.add(MovePlan.disturbed(turn, new Random(turn)));
    }
    assertEquals(40, plans.size());
    assertTrue(plans.stream().allMatch(plan -> plan.delay().isZero()));
    MovePlan later = MovePlan.disturbed(47, new Random(1));
    assertEquals(Optional.of(MoveFault.CUT_TARGET_WITNESS), later.fault());
    assertTrue(later.delay().compareTo(Duration.ofMillis(400)) < 0);
  }

  @Test
  void everyFaultHasItsBreakage() {
    List<LabSite> three = LabSite.of(3);
    var cast = new MoveFault.Cast(three.get(0), three.get(1), three.get(2));
    Set<String> all = new HashSet<>();
    for (MoveFault fault : MoveFault.values()) {
      all.add(fault.breakage(cast).describe());
    }
    assertEquals(MoveFault.values().length, all.size());
    assertEquals("cut site2 - witness1", MoveFault.CUT_TARGET_WITNESS.breakage(cast).describe());
  }

  @Test
  void aTailHasCompleteLinesFromNowOn(@TempDir Path folder) throws IOException {
    Path log = folder.resolve("log");
    Files.writeString(log, "before\n");
    try (LogTail tail = new LogTail(log)) {
      assertEquals(List.of(), tail.more());
      append(log, "one — 1\ntw");
      assertEquals(List.of("one — 1"), tail.more());
      append(log, "o\n");
      assertEquals(List.of("two"), tail.more());
    }
  }

  private static void append(Path log, String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.APPEND);
  }

  @Test
  void theWatchKnowsThePhaseThatBeganLast(@TempDir Path folder) throws IOException {
    Path source = Files.writeString(folder.resolve("source"), BEFORE + "switchover b FENCE — x\n");
    Path target = Files.writeString(folder.resolve("target"), "");
    try (PhaseWatch watch = new PhaseWatch(List.of(source, target))) {
      append(source, BEFORE + "switchover site2 HANDOVER — y\n");
      assertTrue(watch.await(MovePhase.HANDOVER, Duration.ofSeconds(10)).isPresent());
      append(target, BEFORE + "claim site2 — the role was handed over to this site\n");
      assertTrue(watch.await(MovePhase.TAKE_OVER, Duration.ofSeconds(10)).isPresent());
      assertEquals(MovePhase.TAKE_OVER, watch.newest());
      assertEquals(2, watch.seen().size(), "what was there before does not count");
      assertTrue(watch.await(MovePhase.FENCE, Duration.ofMillis(1)).isEmpty());
    }
  }

  @Test
  void aPauseThatIsTooLongFailsTheCampaign() {
    assertTrue(report(900, List.of()).passed());
    assertFalse(report(1_001, List.of()).passed());
    assertFalse(report(900, List.of("two servers accepted writes")).passed());
    assertTrue(report(1_001, List.of()).toText().contains("1001 ms, allowed are 1000"));
    assertTrue(report(900, List.of()).toJson().contains("\"pauseMs\":900"));
  }

  private static MoveReport report(long pause, List<String> violations) {
    OptionalLong none = OptionalLong.empty();
    Findings findings = new Findings(none, none, none, 1, 0, 0, 1, violations);
    MoveRun run =
        new MoveRun(1, "undisturbed", "-", "DONE", OptionalLong.of(pause), none, findings, false);
    return new MoveReport("switchover", 1, OptionalLong.of(1_000), List.of(run));
  }
}
