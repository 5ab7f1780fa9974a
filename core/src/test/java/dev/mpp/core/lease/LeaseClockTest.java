package dev.mpp.core.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LeaseClockTest {
  private static final ServiceName S = new ServiceName("mysql.eraser.test");
  private static final SiteId A = new SiteId("a");
  private static final SiteId B = new SiteId("b");
  private static final long MS = 1_000_000L;
  private static final LeaseTiming TIMING =
      new LeaseTiming(6000 * MS, 500 * MS, 1500 * MS, 0.001, 300 * MS, 4000 * MS);

  private final LeaseClock holder = new LeaseClock(S, A, "a1", TIMING);
  private final LeaseClock other = new LeaseClock(S, B, "b1", TIMING);
  private LedgerState ledger = LedgerState.EMPTY;

  private void apply(LedgerCommand c, long proposedAt, long appliedByHolder, long appliedByOther) {
    LedgerState.Applied a = ledger.apply(c);
    ledger = a.state();
    holder.applied(c, ledger.grant(S), proposedAt, LeaseClock.NEVER, appliedByHolder);
    other.applied(c, ledger.grant(S), LeaseClock.NEVER, proposedAt - 200 * MS, appliedByOther);
    holder.caughtUp(appliedByHolder);
    other.caughtUp(appliedByOther);
  }

  private static Origin origin(long seq) {
    return new Origin(A, "a1", seq);
  }

  @Test
  void theHolderCountsFromTheProposalTheOthersFromApplying() {
    apply(new LedgerCommand.Claim(origin(1), S, 0, 0), 1000 * MS, 1030 * MS, 1050 * MS);
    assertEquals(7000 * MS, holder.validUntil());
    assertTrue(holder.mayAct(5499 * MS));
    assertFalse(holder.mayAct(5500 * MS), "the fence budget is kept free");
    assertTrue(holder.holds(6999 * MS));
    assertFalse(holder.holds(7000 * MS));
    assertFalse(other.claimable(7055 * MS), "the drift allowance is waited for too");
    assertTrue(other.claimable(7056 * MS));
    assertEquals(6800 * MS, other.leaseEnd(), "bounded by the other's own last proposal");
  }

  @Test
  void nothingIsConcludedBeforeAnOwnCommandWasApplied() {
    other.restored(Grant.none(S), 0);
    assertFalse(other.claimable(100_000 * MS), "vacant, but it may be the start of a replay");
    other.caughtUp(0);
    assertTrue(other.claimable(100_000 * MS));
  }

  /** Pair mode: of changes that were missed one may have been a renewal, or none. */
  @Test
  void anAssumedRenewalIsWaitedForButIsNoEvidenceOfTheHolder() {
    apply(new LedgerCommand.Claim(origin(1), S, 0, 0), 1000 * MS, 1030 * MS, 1050 * MS);
    LedgerCommand.Renew assumed =
        new LedgerCommand.Renew(origin(0), List.of(new LedgerCommand.Held(S, 1)));
    other.applied(assumed, ledger.grant(S), LeaseClock.NEVER, 4000 * MS, 5000 * MS);
    assertFalse(other.claimable(11_005 * MS));
    assertTrue(other.claimable(11_006 * MS));
    assertEquals(6800 * MS, other.leaseEnd(), "as before");
  }

  @Test
  void aRestoredGrantCountsAsFresh() {
    apply(new LedgerCommand.Claim(origin(1), S, 0, 0), 0, 10 * MS, 10 * MS);
    other.restored(ledger.grant(S), 5000 * MS);
    other.caughtUp(0);
    assertFalse(other.claimable(11_000 * MS));
    assertTrue(other.claimable(11_006 * MS));
    assertEquals(LeaseClock.NEVER, other.leaseEnd(), "no evidence how long it still lasts");
  }

  @Test
  void theDeadManEndsBeforeTheLease() {
    apply(new LedgerCommand.Claim(origin(1), S, 0, 0), 0, 0, 0);
    assertEquals(2000 * MS, holder.deadManUntil());
  }

  @Test
  void servingAndInSyncDoNotProlong() {
    apply(new LedgerCommand.Claim(origin(1), S, 0, 0), 0, 0, 0);
    apply(new LedgerCommand.Serve(origin(2), S, 1), 3000 * MS, 3000 * MS, 3000 * MS);
    assertEquals(6000 * MS, holder.validUntil());
    assertTrue(other.claimable(6006 * MS));
  }

  @Test
  void aReleaseIsVacantAtOnceAndEndsTheOwnLease() {
    apply(new LedgerCommand.Claim(origin(1), S, 0, 0), 0, 0, 0);
    apply(new LedgerCommand.Release(origin(2), S, 1), 100 * MS, 130 * MS, 140 * MS);
    assertFalse(holder.holds(130 * MS));
    assertTrue(other.claimable(140 * MS));
    assertEquals(LeaseClock.NEVER, other.leaseEnd());
  }

  /** Whatever the delays, the holder's time is over before anybody may claim. */
  @Test
  void theTwoNeverOverlap() {
    Random random = new Random(11);
    for (int round = 0; round < 2000; round++) {
      LeaseClock h = new LeaseClock(S, A, "a1", TIMING);
      LeaseClock o = new LeaseClock(S, B, "b1", TIMING);
      LedgerState state = LedgerState.EMPTY;
      long proposed = 0;
      long appliedByHolder = 0;
      long appliedByOther = 0;
      for (int seq = 1; seq < 12; seq++) {
        proposed += random.nextLong(900 * MS);
        LedgerCommand c =
            seq == 1
                ? new LedgerCommand.Claim(origin(seq), S, 0, 0)
                : new LedgerCommand.Renew(origin(seq), List.of(new LedgerCommand.Held(S, 1)));
        state = state.apply(c).state();
        // Applied in order, never before it was proposed, arbitrarily late.
        appliedByHolder = Math.max(appliedByHolder, proposed + random.nextLong(3000 * MS));
        appliedByOther = Math.max(appliedByOther, proposed + random.nextLong(3000 * MS));
        h.applied(c, state.grant(S), proposed, LeaseClock.NEVER, appliedByHolder);
        o.applied(c, state.grant(S), LeaseClock.NEVER, LeaseClock.NEVER, appliedByOther);
        o.caughtUp(appliedByOther);
      }
      assertFalse(o.claimable(h.validUntil()), "round " + round);
    }
  }
}
