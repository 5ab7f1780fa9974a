package dev.mpp.core.pair;

import static dev.mpp.core.pair.PairWorld.A;
import static dev.mpp.core.pair.PairWorld.B;
import static dev.mpp.core.pair.PairWorld.SECOND;
import static dev.mpp.core.pair.PairWorld.TIMING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One fault at a time: who is ACTIVE afterwards, and after how long. */
class PairTakeoverTest {
  private final PairWorld w = new PairWorld(7, 1);
  private final ServiceName s = w.services.getFirst();
  private SiteId holder = A;
  private SiteId other = B;

  @BeforeEach
  void oneOfThemHolds() {
    w.releases = false;
    w.node(A).boot();
    w.node(B).boot();
    w.run(15 * SECOND);
    holder = w.actor(s).orElseThrow();
    other = holder.equals(A) ? B : A;
  }

  private void pass(long seconds) {
    w.run(w.now + seconds * SECOND);
  }

  @Test
  void aCutLinkAloneChangesNothing() {
    w.linked = false;
    pass(120);
    assertEquals(Optional.of(holder), w.actor(s));
    w.linked = true;
    pass(5);
    assertEquals(Optional.of(holder), w.actor(s));
    assertTrue(w.overlaps.isEmpty());
  }

  /** What kept it from serving may have been the other's proof. */
  @Test
  void aRoleGivenUpAloneIsNotTakenAgainWithoutAProof() {
    w.linked = false;
    pass(60);
    assertEquals(Optional.of(holder), w.actor(s));
    w.node(holder).release(s);
    pass(120);
    assertEquals(Optional.empty(), w.actor(s));
    assertTrue(w.node(holder).withheld(s).contains("does not prove"), w.node(holder).withheld(s));
    w.linked = true;
    pass(10);
    assertTrue(w.actor(s).isPresent());
    assertTrue(w.overlaps.isEmpty());
  }

  /** A message that waited in a suspended process's socket says what was true long ago. */
  @Test
  void aSuspendedHolderIsNotRevivedByAMessageFromBeforeItsSuspension() {
    w.node(holder).stalled = true;
    w.run(w.now + 3 * SECOND / 2);
    w.linked = false;
    w.lying = true; // its dead-man has fenced its server: the proof is true
    pass(60);
    assertEquals(Optional.of(other), w.actor(s));
    w.lying = false;
    w.node(holder).resume();
    for (int i = 0; i < 600; i++) {
      w.run(w.now + SECOND / 10); // fails as soon as both act
    }
    assertEquals(Optional.of(other), w.actor(s));
  }

  /** Its checkpoints answered before: whether they do now is not known before they are asked. */
  @Test
  void aSuspendedHolderThatIsAloneRenewsNothingByWhatItSawBefore() {
    w.linked = false;
    pass(20);
    PairWorld.Node node = w.node(holder);
    node.stalled = true;
    node.world = false;
    w.run(w.now + PairWorld.DETECTION + SECOND);
    long renewal = node.ledger().view().grant(s).renewal();
    node.resume();
    pass(2);
    assertEquals(renewal, node.ledger().view().grant(s).renewal());
  }

  @Test
  void whatThePeerOpensNextIsAgreedToOnlyWhenTheLeaseOfALowerEpochIsOver() {
    w.linked = false;
    pass(20);
    PairWorld.Node taker = w.node(other);
    taker.in(new PairInput.Force(s, "ann", "wrong: the other one serves"));
    for (int i = 0; i < 400 && taker.ledger().view().grant(s).epoch() < 1_000_000; i++) {
      try {
        w.run(w.now + SECOND / 20);
      } catch (AssertionError bothAct) {
        assertTrue(bothAct.getMessage().contains("both act"), bothAct.getMessage());
      }
    }
    taker.wants = false;
    taker.release(s);
    for (int i = 0; i < 40 && taker.acts(s); i++) {
      try {
        w.run(w.now + SECOND / 20);
      } catch (AssertionError stillBoth) {
        assertTrue(stillBoth.getMessage().contains("both act"), stillBoth.getMessage());
      }
    }
    pass(1);
    assertEquals(Optional.of(holder), w.actor(s));
    w.node(holder).wants = false;
    taker.wants = true;
    w.linked = true;
    long since = w.now;
    while (w.actor(s).filter(other::equals).isEmpty()) {
      w.run(w.now + SECOND / 20);
      assertTrue(w.now - since < 30 * SECOND, "nobody took it");
    }
    long waited = w.now - since;
    assertTrue(waited > TIMING.lease() - SECOND && waited < 2 * TIMING.lease(), waited + " ns");
  }

  /** Before the first statement everybody counts as in sync, the silent peer too. */
  @Test
  void underRpoZeroTheFirstListAloneLeavesThePeerOutOnlyAsLateAsAnyOther() {
    w.linked = false;
    pass(3);
    state(Set.of(holder));
    pass(5);
    assertEquals(Set.of(), inSync(holder));
    pass(TIMING.desert() / SECOND);
    state(Set.of(holder));
    pass(1);
    assertEquals(Set.of(holder), inSync(holder));
  }

  @Test
  void aBlackHoledHolderStandsDownAndTheOtherTakesOverAfterIt() {
    w.linked = false;
    w.node(holder).world = false;
    pass(9);
    assertEquals(Optional.empty(), w.actor(s));
    pass(TIMING.takeover() / SECOND - 9 + 6);
    assertEquals(Optional.of(other), w.actor(s));
  }

  @Test
  void aLinkThatIsCutLongBeforeTheHolderLosesTheWorldBeginsTheWaitWithTheWorld() {
    w.zero = Set.of();
    w.node(other).crash(false);
    w.node(other).boot();
    pass(10);
    w.linked = false;
    pass(300);
    w.node(holder).world = false;
    long since = w.now;
    while (w.actor(s).filter(other::equals).isEmpty()) {
      w.run(w.now + SECOND / 10);
      assertTrue(w.now - since < 60 * SECOND, "nobody took over");
    }
    assertTrue(w.now - since >= TIMING.takeover() - SECOND);
  }

  @Test
  void theOtherAloneWithoutTheWorldTakesNothing() {
    w.node(holder).crash(false);
    w.linked = false;
    w.node(other).world = false;
    pass(120);
    assertEquals(Optional.empty(), w.actor(s));
  }

  @Test
  void aHolderThatReturnsFollowsTheHigherEpoch() {
    w.linked = false;
    w.node(holder).world = false;
    pass(30);
    long epoch = w.node(other).clock(s).grant().epoch();
    long last = w.node(holder).clock(s).grant().epoch();
    long leftOut = TIMING.takeover() / SECOND * EpochRule.LEFT_OUT_PER_SECOND;
    assertTrue(epoch >= last + leftOut, last + ", then " + epoch);
    w.node(holder).world = true;
    w.linked = true;
    pass(3);
    assertEquals(epoch, w.node(holder).clock(s).grant().epoch());
    assertEquals(Optional.of(other), w.actor(s));
  }

  @Test
  void aHolderThatRestartsWhileTheOtherIsSilentWaitsForItOrForProof() {
    w.linked = false;
    w.node(holder).crash(false);
    w.node(holder).boot();
    pass(60);
    assertEquals(Optional.empty(), w.actor(s));
    w.linked = true;
    pass(15);
    assertTrue(w.actor(s).isPresent());
  }

  /** What its former run renewed alone is not on its disk, and the other one never knew it. */
  @Test
  void aFormerHolderThatRestartedGrantsNothingForALease() {
    w.linked = false;
    pass(20);
    w.node(holder).crash(false);
    w.node(holder).boot();
    w.linked = true;
    long since = w.now;
    while (w.actor(s).isEmpty()) {
      w.run(w.now + SECOND / 10);
      assertTrue(w.now - since < 30 * SECOND, "nobody took it");
    }
    assertTrue(w.now - since >= TIMING.lease(), (w.now - since) / SECOND + " s");
  }

  @Test
  void noneOfSeveralServicesTakesASilentPeerOffTheSitesInSyncEarly() {
    PairWorld two = new PairWorld(7, 2);
    two.node(A).boot();
    two.node(B).boot();
    two.run(15 * SECOND);
    PairWorld.Node node = two.node(two.actor(two.services.getFirst()).orElseThrow());
    assertEquals(Optional.of(node.site), two.actor(two.services.getLast()));
    state(two, node, Set.of(A, B));
    two.run(two.now + SECOND);
    two.linked = false;
    state(two, node, Set.of(node.site));
    two.run(two.now + 10 * SECOND);
    for (ServiceName name : two.services) {
      assertEquals(Set.of(A, B), node.ledger().view().grant(name).inSync(), name.toString());
    }
  }

  private static void state(PairWorld world, PairWorld.Node node, Set<SiteId> sites) {
    for (ServiceName name : world.services) {
      long epoch = node.clock(name).grant().epoch();
      node.propose(o -> new LedgerCommand.InSync(o, name, epoch, sites));
    }
  }

  @Test
  void falseEvidenceIsTheHoleAndIsReportedWithItsWindow() {
    w.linked = false;
    w.lying = true;
    AssertionError both = assertThrows(AssertionError.class, () -> pass(60));
    assertTrue(both.getMessage().contains("both act"), both.getMessage());
    w.linked = true;
    w.lying = false;
    // The judge is told of the overlap; from here on only what the two say matters.
    long epochBefore = w.node(holder).clock(s).grant().epoch();
    for (int i = 0; i < 100 && w.overlaps.isEmpty(); i++) {
      try {
        w.run(w.now + SECOND / 20);
      } catch (AssertionError stillBoth) {
        assertTrue(w.now > 0);
      }
    }
    assertEquals(1, w.overlaps.size(), w.overlaps.toString());
    assertTrue(w.overlaps.getFirst().contains("ownEpoch=" + epochBefore), w.overlaps.getFirst());
    pass(2);
    assertEquals(Optional.of(other), w.actor(s));
  }

  private void state(Set<SiteId> sites) {
    long epoch = w.node(holder).clock(s).grant().epoch();
    w.node(holder).propose(o -> new LedgerCommand.InSync(o, s, epoch, sites));
    w.node(holder).wants = false; // it keeps the epoch
  }

  private Set<SiteId> inSync(SiteId at) {
    return w.node(at).clock(s).grant().inSync();
  }

  @Test
  void underRpoZeroAHolderAloneDropsTheOtherOnlyWhenThatCannotRelyOnItAnyMore() {
    state(Set.of(A, B));
    pass(1);
    assertEquals(Set.of(A, B), inSync(other));
    w.linked = false;
    pass(3);
    state(Set.of(holder));
    pass(TIMING.desert() / SECOND - 5);
    assertEquals(Set.of(A, B), inSync(holder));
    pass(6);
    state(Set.of(holder));
    pass(1);
    assertEquals(Set.of(holder), inSync(holder));
    assertEquals(Set.of(A, B), inSync(other));

    w.node(holder).crash(false);
    w.node(holder).world = false;
    pass(120);
    assertEquals(Optional.empty(), w.actor(s), "it may lack acknowledged writes");
    w.node(other).in(new PairInput.Force(s, "ann", "they are given up"));
    pass(8);
    assertEquals(Optional.of(other), w.actor(s));
  }

  @Test
  void underRpoZeroTheOtherTakesOverAtOnceWhenTheProofIsThere() {
    state(Set.of(A, B));
    pass(1);
    w.node(holder).crash(false);
    w.node(holder).world = false;
    pass(TIMING.takeover() / SECOND + 6);
    assertEquals(Optional.of(other), w.actor(s));
  }

  @Test
  void anOperatorsWordReplacesTheProofButNotAHeardPeer() {
    w.node(other).in(new PairInput.Force(s, "ann", "drill"));
    pass(20);
    assertEquals(Optional.of(holder), w.actor(s), "it was heard");

    w.linked = false;
    w.node(holder).crash(false);
    w.node(other).wants = true;
    pass(5);
    assertEquals(Optional.empty(), w.actor(s));
    w.node(other).in(new PairInput.Force(s, "ann", "burnt down"));
    pass(8);
    assertEquals(Optional.of(other), w.actor(s));
    Register kept = w.node(other).disk.registers().get(s);
    assertEquals(
        Optional.of(new Register.Forced("ann", "burnt down")),
        Optional.ofNullable(kept).flatMap(Register::forced));
  }

  @Test
  void anEmptyDiskTakesNothingBeforeItHasMetTheOther() {
    w.node(other).crash(true);
    w.node(holder).crash(false);
    w.node(other).boot();
    w.node(other).in(new PairInput.Force(s, "ann", "impatient"));
    pass(60);
    assertEquals(Optional.empty(), w.actor(s));
    assertEquals(0, w.node(other).clock(s).grant().epoch());
  }

  @Test
  void anOrderAboutASiteGoesWhereTheLinkDoes() {
    w.linked = false;
    SiteOrder order = new SiteOrder(SiteOrder.Mode.MAINTENANCE, "ann", "disk");
    w.node(A).propose(o -> new LedgerCommand.OrderSite(o, B, Optional.of(order), "ann", "disk"));
    pass(1);
    assertEquals(Optional.of(order), w.node(A).ledger().view().order(B));
    assertFalse(w.node(B).ledger().view().order(B).isPresent());
    w.linked = true;
    pass(1);
    assertEquals(Optional.of(order), w.node(B).ledger().view().order(B));
  }
}
