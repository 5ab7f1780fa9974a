package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.State;
import dev.mpp.core.plan.TwinLab.Instance;
import dev.mpp.core.plan.TwinLab.Server;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two instances of one site: who acts, what it costs, and what must never happen. */
final class TwinTest {

  /** The service runs, {@code a} acts and {@code b} is ready. */
  private static TwinLab started() {
    return started(1);
  }

  private static TwinLab started(long seed) {
    TwinLab lab = new TwinLab(seed, 2);
    lab.run(8000);
    assertTrue(lab.a.acts() && !lab.b.acts(), () -> String.join("\n", lab.story));
    assertTrue(first(lab).writable(), () -> String.join("\n", lab.story));
    lab.unwritable = 0;
    return lab;
  }

  private static String sentence(Instance i, TwinLab lab) {
    return i.brain.sentence(TwinLab.S, lab.now);
  }

  private static Server first(TwinLab lab) {
    return lab.servers.values().iterator().next();
  }

  private static void good(TwinLab lab) {
    assertEquals(List.of(), lab.violations, () -> String.join("\n", lab.story));
  }

  private static void acts(TwinLab lab, Instance i, Instance not) {
    assertTrue(i.acts(), () -> i.name + " does not act\n" + String.join("\n", lab.story));
    assertFalse(not.acts(), () -> not.name + " acts\n" + String.join("\n", lab.story));
    Grant g = lab.ledger.grant(TwinLab.S);
    assertTrue(g.heldBy(TwinLab.A, i.incarnation), () -> g + "\n" + String.join("\n", lab.story));
    assertEquals(State.ACTIVE, i.brain.pool(TwinLab.S).active().orElseThrow().state());
    good(lab);
  }

  @Test
  void thePassiveOneShowsWhatTheOtherDecidedAndTouchesNothing() {
    TwinLab lab = started();
    assertEquals(first(lab).address, lab.b.brain.pool(TwinLab.S).active().orElseThrow().address());
    assertTrue(
        lab.b.brain.sentence(TwinLab.S, lab.now).contains("ready to take over"),
        lab.b.brain.sentence(TwinLab.S, lab.now));
    lab.run(20_000);
    assertEquals(0, lab.unwritable);
    assertTrue(lab.story.stream().noneMatch(l -> l.contains(" b fence")), lab.story.toString());
    acts(lab, lab.a, lab.b);
  }

  @Test
  void anOrderlyStopHasNoOutage() {
    TwinLab lab = started();
    long epoch = lab.ledger.grant(TwinLab.S).epoch();
    lab.a.event(new BrainEvent.StandDown("upgrade"));
    lab.run(500);
    acts(lab, lab.b, lab.a);
    lab.a.kill();
    lab.run(20_000);
    assertEquals(0, lab.unwritable, () -> String.join("\n", lab.story));
    assertEquals(epoch + 1, lab.ledger.grant(TwinLab.S).epoch());
    lab.restart(lab.a);
    lab.run(10_000);
    acts(lab, lab.b, lab.a);
    lab.b.event(new BrainEvent.OperatorTwin("ann", "back"));
    lab.run(500);
    acts(lab, lab.a, lab.b);
    assertEquals(0, lab.unwritable, () -> String.join("\n", lab.story));
  }

  @Test
  void killedTheTwinActsWithinTwoSeconds() {
    for (long seed = 1; seed <= 20; seed++) {
      TwinLab lab = started(seed);
      lab.run(lab.random.nextInt(700));
      lab.a.kill();
      lab.run(1500);
      assertTrue(lab.b.acts(), () -> String.join("\n", lab.story));
      lab.run(3000);
      acts(lab, lab.b, lab.a);
      assertTrue(lab.unwritable < 2000, () -> lab.unwritable + "\n" + String.join("\n", lab.story));
    }
  }

  @Test
  void frozenTheTwinActsWithinTwoSecondsAndTheOneThatWakesTouchesNothing() {
    for (long seed = 1; seed <= 20; seed++) {
      TwinLab lab = started(seed);
      lab.run(lab.random.nextInt(700));
      lab.a.frozen = true;
      lab.run(2000);
      assertTrue(lab.b.acts(), () -> String.join("\n", lab.story));
      lab.run(2000L + lab.random.nextInt(20_000));
      lab.a.thaw();
      lab.run(10_000);
      acts(lab, lab.b, lab.a);
      assertEquals(0, lab.unwritable, () -> String.join("\n", lab.story));
    }
  }

  @Test
  void withTheLanSplitNothingHappensWhileTheOtherRenews() {
    TwinLab lab = started();
    lab.lan = false;
    lab.run(60_000);
    acts(lab, lab.a, lab.b);
    assertEquals(0, lab.unwritable);
    lab.a.kill();
    lab.run(2000);
    assertTrue(lab.b.acts(), () -> String.join("\n", lab.story));
    lab.run(4000);
    acts(lab, lab.b, lab.a);
  }

  @Test
  void anActingOneThatTheLedgerDoesNotHearIsReplacedBeforeItFences() {
    TwinLab lab = started();
    lab.ledger(lab.a, false);
    lab.run(10_000);
    assertTrue(lab.b.acts() && !lab.a.acts(), () -> String.join("\n", lab.story));
    assertEquals(0, lab.unwritable, () -> String.join("\n", lab.story));
    lab.ledger(lab.a, true);
    lab.run(10_000);
    acts(lab, lab.b, lab.a);
  }

  @Test
  void cutOffFromEverythingButItsServersItFencesOnceAndLeavesThemAlone() {
    TwinLab lab = started();
    lab.lan = false;
    lab.ledger(lab.a, false);
    lab.run(60_000);
    assertTrue(lab.b.acts() && !lab.a.acts(), () -> String.join("\n", lab.story));
    assertTrue(lab.unwritable < 2000, () -> lab.unwritable + "\n" + String.join("\n", lab.story));
    assertTrue(first(lab).writable(), () -> String.join("\n", lab.story));
    good(lab);
  }

  @Test
  void aTwinThatKnowsNothingWaitsForTheEndOfWhatTheOtherMayDo() {
    TwinLab lab = started();
    lab.b.kill();
    lab.restart(lab.b);
    lab.lan = false;
    lab.run(300);
    lab.a.kill();
    lab.run(15_000);
    acts(lab, lab.b, lab.a);
  }

  /**
   * Out of its twin's hearing it gave the role to the second server by an operator's order, has the
   * statement of that promotion committed, is cut off, and makes the server writable a second
   * later, while its twin would promote the first one.
   */
  @Test
  void aPromotionThatTheOtherMayStillFinishIsWaitedFor() {
    TwinLab lab = started();
    lab.semiSyncMillis = 1750;
    lab.lan = false;
    lab.run(3000);
    Server second = List.copyOf(lab.servers.values()).getLast();
    lab.a.event(
        new BrainEvent.OperatorOverride(
            TwinLab.S, second.address, NodeOverride.parse("state", "ACTIVE"), 0, 0, "ann", "x"));
    for (int i = 0; i < 1000 && !sentence(lab.a, lab).contains("(SEMISYNC)"); i++) {
      lab.run(10);
    }
    assertTrue(sentence(lab.a, lab).contains("(SEMISYNC)"), () -> String.join("\n", lab.story));
    lab.ledger(lab.a, false);
    lab.run(20_000);
    good(lab);
    assertTrue(
        lab.story.stream().noneMatch(l -> l.contains("b release")),
        () -> String.join("\n", lab.story));
    assertTrue(lab.b.acts() && !lab.a.acts(), () -> String.join("\n", lab.story));
    assertTrue(lab.servers.values().stream().anyMatch(Server::writable));
  }

  @Test
  void bothStoppedAndStartedOneActsAgain() {
    TwinLab lab = started();
    lab.a.kill();
    lab.b.kill();
    lab.run(1000);
    lab.restart(lab.b);
    lab.restart(lab.a);
    lab.run(20_000);
    acts(lab, lab.a, lab.b);
  }

  @Test
  void handingOverIsRefusedWithoutAReadyTwin() {
    TwinLab lab = started();
    lab.b.kill();
    lab.run(3000);
    lab.a.event(new BrainEvent.OperatorTwin("ann", "test"));
    assertTrue(
        lab.story.getLast().contains("ERROR: b is not there or not ready"), lab.story::getLast);
    lab.run(5000);
    acts(lab, lab.a, lab.b);
    assertEquals(0, lab.unwritable);
  }

  @Test
  void whateverHappensAtMostOneServerIsWritable() {
    for (long seed = 1; seed <= 60; seed++) {
      TwinLab lab = new TwinLab(seed, 1 + (int) (seed % 3));
      lab.run(6000);
      lab.rough = true;
      lab.otherClaims = seed % 2 == 0;
      for (int i = 0; i < 60; i++) {
        lab.run(lab.random.nextInt(2500));
        lab.disturb();
        long s = seed;
        assertEquals(
            List.of(), lab.violations, () -> "seed " + s + "\n" + String.join("\n", lab.story));
      }
      lab.heal();
      lab.run(60_000);
      long s = seed;
      assertTrue(
          lab.servers.values().stream().anyMatch(Server::writable) && lab.a.acts() != lab.b.acts(),
          () -> "not recovered, seed " + s + "\n" + String.join("\n", lab.story));
    }
  }
}
