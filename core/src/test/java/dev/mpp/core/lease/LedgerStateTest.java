package dev.mpp.core.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand.Adopt;
import dev.mpp.core.lease.LedgerCommand.Beat;
import dev.mpp.core.lease.LedgerCommand.BeginMove;
import dev.mpp.core.lease.LedgerCommand.Claim;
import dev.mpp.core.lease.LedgerCommand.EndMove;
import dev.mpp.core.lease.LedgerCommand.Handover;
import dev.mpp.core.lease.LedgerCommand.Held;
import dev.mpp.core.lease.LedgerCommand.InSync;
import dev.mpp.core.lease.LedgerCommand.OrderSite;
import dev.mpp.core.lease.LedgerCommand.Pause;
import dev.mpp.core.lease.LedgerCommand.Prefer;
import dev.mpp.core.lease.LedgerCommand.Release;
import dev.mpp.core.lease.LedgerCommand.Renew;
import dev.mpp.core.lease.LedgerCommand.Serve;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerStateTest {
  private static final SiteId A = new SiteId("a");
  private static final SiteId B = new SiteId("b");
  private static final ServiceName S = new ServiceName("mysql.eraser.com");
  private static final ServiceName T = new ServiceName("other.eraser.com");
  private static final Origin FROM_A = new Origin(A, "a1", 1);
  private static final Origin FROM_A_RESTARTED = new Origin(A, "a2", 1);
  private static final Origin FROM_B = new Origin(B, "b1", 1);

  private LedgerState state = LedgerState.EMPTY;

  @Test
  void theFirstClaimOpensEpochOne() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    Grant g = state.grant(S);
    assertEquals(new Grant(S, 1, Optional.of(A), "a1", 1, false, Optional.empty(), Set.of()), g);
    assertTrue(g.heldBy(A, "a1"));
  }

  @Test
  void aClaimAppliedTwiceChangesNothingTheSecondTime() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    refused(new Claim(FROM_A, S, 0, 0), "changed meanwhile");
  }

  @Test
  void ofTwoClaimsThatSawTheSameTheFirstWins() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    refused(new Claim(FROM_B, S, 0, 0), "changed meanwhile");
    assertTrue(state.grant(S).heldBy(A, "a1"));
  }

  @Test
  void aRenewalMakesAClaimLate() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new LedgerCommand.InSync(FROM_A, S, 1, Set.of(A, B)), S);
    accepted(new Renew(FROM_A, List.of(new Held(S, 1))), S);
    refused(new Claim(FROM_B, S, 1, 2), "renewal 3");
    accepted(new Claim(FROM_B, S, 1, 3), S);
    Grant g = state.grant(S);
    assertEquals(2, g.epoch());
    assertEquals(4, g.renewal());
    assertEquals(Set.of(A, B), g.inSync(), "a claim says nothing of who has what");
  }

  @Test
  void aClaimOfAnEpochThatNeverWasIsRefused() {
    refused(new Claim(FROM_A, S, 7, 0), "changed meanwhile");
    refused(new Claim(FROM_A, S, 0, 7), "changed meanwhile");
  }

  @Test
  void onlyTheHoldersIncarnationRenewsItsEpoch() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    refused(new Renew(FROM_B, List.of(new Held(S, 1))), "b holds none");
    refused(new Renew(FROM_A_RESTARTED, List.of(new Held(S, 1))), "a holds none");
    refused(new Renew(FROM_A, List.of(new Held(S, 0))), "a holds none");
    refused(new Renew(FROM_A, List.of(new Held(S, 2))), "a holds none");
    refused(new Renew(FROM_A, List.of()), "a holds none");
    accepted(new Renew(FROM_A, List.of(new Held(S, 1))), S);
    assertEquals(2, state.grant(S).renewal());
    assertEquals(1, state.grant(S).epoch());
  }

  @Test
  void aRenewalOfSeveralRenewsWhatIsHeldAndNamesIt() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new Claim(FROM_B, T, 0, 0), T);
    Grant others = state.grant(T);
    accepted(new Renew(FROM_A, List.of(new Held(T, 1), new Held(S, 1))), S);
    assertEquals(2, state.grant(S).renewal());
    assertEquals(others, state.grant(T));
  }

  @Test
  void aLateRenewalDoesNotReviveALostLease() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new Claim(FROM_B, S, 1, 1), S);
    refused(new Renew(FROM_A, List.of(new Held(S, 1))), "a holds none");
    refused(new Renew(FROM_A, List.of(new Held(S, 2))), "a holds none");
  }

  @Test
  void aReleaseVacatesAtOnceAndTheNextClaimNeedsNoWaiting() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new Serve(FROM_A, S, 1), S);
    accepted(new InSync(FROM_A, S, 1, Set.of(A, B)), S);
    accepted(new Release(FROM_A, S, 1), S);
    Grant vacant = state.grant(S);
    assertEquals(
        new Grant(
            S,
            1,
            Optional.empty(),
            "",
            2,
            false,
            Optional.of(A),
            Set.of(A, B),
            1,
            Optional.empty(),
            Directives.NONE),
        vacant);
    refused(new Release(FROM_A, S, 1), "does not hold");
    refused(new Renew(FROM_A, List.of(new Held(S, 1))), "a holds none");
    accepted(new Claim(FROM_B, S, vacant.epoch(), vacant.renewal()), S);
    assertEquals(2, state.grant(S).epoch());
    assertEquals(Optional.of(A), state.grant(S).servedBy());
  }

  /** From the statement on B may be writable and A acknowledge, though only A ever confirmed. */
  @Test
  void whoConfirmedLastMayBeOvertakenBeforeTheNextOneConfirms() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new InSync(FROM_A, S, 1, Set.of(A)), S);
    accepted(new Serve(FROM_A, S, 1), S);
    accepted(new InSync(new Origin(A, "a1", 2), S, 1, Set.of(A, B)), S);
    assertEquals(Optional.of(A), state.grant(S).written(), "A itself says so");
    accepted(new Release(FROM_A, S, 1), S);
    Grant vacant = state.grant(S);
    accepted(new Claim(FROM_B, S, vacant.epoch(), vacant.renewal()), S);
    assertEquals(Optional.of(A), state.grant(S).written(), "nothing was opened yet");
    accepted(new InSync(FROM_B, S, 2, Set.of(A, B)), S);
    assertEquals(Optional.of(B), state.grant(S).written());
    accepted(new Release(FROM_B, S, 2), S);
    assertEquals(Optional.of(B), state.grant(S).written(), "nobody confirmed since");
    assertEquals(Optional.of(A), state.grant(S).servedBy());
    accepted(new Claim(FROM_A, S, 2, state.grant(S).renewal()), S);
    accepted(new InSync(FROM_A, S, 3, Set.of(A)), S);
    assertEquals(Optional.of(A), state.grant(S).written(), "A says that it alone has all");
  }

  @Test
  void onlyTheHoldersIncarnationReleasesItsEpoch() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    refused(new Release(FROM_B, S, 1), "does not hold");
    refused(new Release(FROM_A_RESTARTED, S, 1), "does not hold");
    refused(new Release(FROM_A, S, 0), "does not hold");
    refused(new Release(FROM_A, T, 1), "does not hold");
    accepted(new Claim(FROM_B, S, 1, 1), S);
    refused(new Release(FROM_A, S, 1), "holder b");
  }

  @Test
  void servingIsConfirmedPerEpoch() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    refused(new Serve(FROM_B, S, 1), "does not hold");
    refused(new Serve(FROM_A_RESTARTED, S, 1), "does not hold");
    refused(new Serve(FROM_A, S, 2), "does not hold");
    accepted(new Serve(FROM_A, S, 1), S);
    accepted(new Serve(FROM_A, S, 1), S);
    assertTrue(state.grant(S).serving());
    accepted(new Claim(FROM_B, S, 1, 1), S);
    assertEquals(false, state.grant(S).serving());
    assertEquals(Optional.of(A), state.grant(S).servedBy());
    refused(new Serve(FROM_A, S, 1), "does not hold");
  }

  @Test
  void theInSyncSitesContainTheHolder() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    refused(new InSync(FROM_A, S, 1, Set.of(B)), "must contain the holder");
    refused(new InSync(FROM_A, S, 1, Set.of()), "must contain the holder");
    refused(new InSync(FROM_B, S, 1, Set.of(A, B)), "does not hold");
    refused(new InSync(FROM_A_RESTARTED, S, 1, Set.of(A, B)), "does not hold");
    refused(new InSync(FROM_A, S, 2, Set.of(A, B)), "does not hold");
    accepted(new InSync(FROM_A, S, 1, Set.of(A, B)), S);
    assertEquals(Set.of(A, B), state.grant(S).inSync());
    accepted(new InSync(new Origin(A, "a1", 3), S, 1, Set.of(A)), S);
    assertEquals(Set.of(A), state.grant(S).inSync());
    refused(new InSync(new Origin(A, "a1", 2), S, 1, Set.of(A, B)), "a later statement");
  }

  private static Move move(String id, SiteId target) {
    return new Move(id, target, 1, "ann", "drill", Optional.empty());
  }

  private static final GtidSet POSITION = GtidSet.parse("0-1-100");

  @Test
  void aMoveEndsWithTheTargetsFirstConfirmation() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new BeginMove(FROM_B, S, 1, move("m1", B)), S);
    refused(new Handover(FROM_A, S, 1, "m2", POSITION), "no such move");
    refused(new Handover(FROM_B, S, 1, "m1", POSITION), "does not hold");
    accepted(new Handover(FROM_A, S, 1, "m1", POSITION), S);
    Grant vacant = state.grant(S);
    assertEquals(Optional.empty(), vacant.holder());
    assertEquals(Optional.of(POSITION), vacant.move().orElseThrow().position());
    refused(new EndMove(FROM_A, S, "m1", "late"), "handed over");
    accepted(new Claim(FROM_B, S, 1, vacant.renewal()), S);
    assertEquals(Optional.of(POSITION), state.grant(S).move().orElseThrow().position());
    accepted(new Serve(FROM_B, S, 2), S);
    assertEquals(Optional.empty(), state.grant(S).move());
    assertEquals(
        Optional.of(new Move.Outcome("m1", B, true, "")), state.grant(S).directives().lastMove());
  }

  @Test
  void aHandoverFromBeforeTheHolderOpenedItsServerAgainIsTooLate() {
    Origin early = new Origin(A, "a1", 5);
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new BeginMove(FROM_B, S, 1, move("m1", B)), S);
    accepted(new EndMove(FROM_B, S, "m1", "the target is silent"), S);
    assertEquals(
        Optional.of(new Move.Outcome("m1", B, false, "the target is silent")),
        state.grant(S).directives().lastMove());
    accepted(new InSync(new Origin(A, "a1", 6), S, 1, Set.of(A)), S);
    accepted(new BeginMove(FROM_B, S, 1, move("m1", B)), S);
    refused(new Handover(early, S, 1, "m1", POSITION), "writable again");
    accepted(new Handover(new Origin(A, "a1", 7), S, 1, "m1", POSITION), S);
  }

  @Test
  void aPreferenceMovesNothing() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new Prefer(FROM_B, S, Optional.of(B), "ann", "new racks"), S);
    refused(new Prefer(FROM_B, S, Optional.of(B), "ann", ""), "already");
    assertTrue(state.grant(S).heldBy(A, "a1"));
    accepted(new Prefer(FROM_B, S, Optional.empty(), "ann", ""), S);
    refused(new Prefer(FROM_B, S, Optional.empty(), "ann", ""), "no preferred site");
  }

  @Test
  void aMoveThatAnotherClaimOvertakesIsOver() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new BeginMove(FROM_A, S, 1, move("m1", B)), S);
    accepted(new Handover(FROM_A, S, 1, "m1", POSITION), S);
    accepted(new Claim(FROM_A, S, 1, state.grant(S).renewal()), S);
    assertEquals(Optional.empty(), state.grant(S).move());
    accepted(new BeginMove(FROM_A, S, 2, move("m2", B)), S);
    accepted(new Claim(FROM_B, S, 2, state.grant(S).renewal()), S);
    assertEquals(Optional.empty(), state.grant(S).move(), "a failover, not the move");
  }

  @Test
  void aMoveIsRefusedWithItsReason() {
    refused(new BeginMove(FROM_A, S, 0, move("m1", B)), "nobody holds");
    accepted(new Claim(FROM_A, S, 0, 0), S);
    refused(new BeginMove(FROM_A, S, 1, move("m1", A)), "a holds mysql.eraser.com already");
    refused(new BeginMove(FROM_A, S, 0, move("m1", B)), "in epoch 1 now");
    accepted(new BeginMove(FROM_A, S, 1, move("m1", B)), S);
    refused(new BeginMove(FROM_A, S, 1, move("m2", B)), "is moving to b already");
    refused(new EndMove(FROM_B, S, "m2", ""), "no such move");
    accepted(new EndMove(FROM_B, S, "m1", "changed my mind"), S);
    accepted(new OrderSite(FROM_A, B, Optional.of(MAINTENANCE), "ann", "racks"));
    refused(new BeginMove(FROM_A, S, 1, move("m3", B)), "b is in maintenance, by ann: racks");
    accepted(new OrderSite(FROM_B, B, Optional.empty(), "ann", ""));
    accepted(new Pause(FROM_A, S, true, "bob", "firmware"), S);
    refused(new BeginMove(FROM_A, S, 1, move("m4", B)), "paused by bob");
  }

  @Test
  void aPauseEndsAMoveThatIsNotHandedOver() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new BeginMove(FROM_A, S, 1, move("m1", B)), S);
    accepted(new Pause(FROM_A, S, true, "bob", "firmware"), S);
    assertEquals(Optional.empty(), state.grant(S).move());
  }

  private static final SiteOrder MAINTENANCE =
      new SiteOrder(SiteOrder.Mode.MAINTENANCE, "ann", "racks");

  @Test
  void aSiteWithAnOrderClaimsNothing() {
    accepted(new OrderSite(FROM_B, A, Optional.of(MAINTENANCE), "ann", "racks"));
    refused(new Claim(FROM_A, S, 0, 0), "a is in maintenance, by ann: racks");
    refused(new OrderSite(FROM_B, A, Optional.of(MAINTENANCE), "bob", ""), "a is in maintenance");
    accepted(new Claim(FROM_B, S, 0, 0), S);
    accepted(new OrderSite(FROM_B, A, Optional.empty(), "ann", "done"));
    refused(new OrderSite(FROM_B, A, Optional.empty(), "ann", "done"), "a has no order");
    accepted(new Claim(FROM_A, S, 1, 1), S);
  }

  @Test
  void aTwinAdoptsWithinItsSiteOnly() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    accepted(new Serve(FROM_A, S, 1), S);
    refused(new Adopt(FROM_A_RESTARTED, 1), "expected term 1");
    accepted(new Adopt(FROM_B, 0));
    assertEquals(A, state.grant(S).holder().orElseThrow());
    accepted(new Adopt(FROM_A_RESTARTED, 0), S);
    assertEquals(new Acting("a2", 1), state.acting(A));
    Grant g = state.grant(S);
    assertTrue(g.heldBy(A, "a2") && g.epoch() == 2 && g.serving());
    refused(new Renew(FROM_A, List.of(new Held(S, 1))), "a holds none");
    refused(new Renew(FROM_A, List.of(new Held(S, 2))), "a holds none");
    refused(new Release(FROM_A, S, 2), "does not hold");
    refused(new InSync(FROM_A, S, 2, Set.of(A)), "does not hold");
    refused(new Claim(FROM_A, T, 0, 0), "another instance of a acts");
    refused(new Adopt(FROM_A_RESTARTED, 1), "acts in term 1");
    refused(new Adopt(FROM_A, 0), "expected term 0");
    accepted(new Renew(FROM_A_RESTARTED, List.of(new Held(S, 2))), S);
    accepted(new Claim(FROM_A_RESTARTED, T, 0, 0), T);
    accepted(new Adopt(FROM_A, 1), S, T);
    assertTrue(state.grant(T).heldBy(A, "a1") && state.grant(S).epoch() == 3);
  }

  @Test
  void aBeatChangesNothing() {
    accepted(new Claim(FROM_A, S, 0, 0), S);
    LedgerState before = state;
    accepted(new Beat(FROM_B));
    assertSame(before, state);
  }

  private void accepted(LedgerCommand command, ServiceName... services) {
    LedgerState.Applied applied = state.apply(command);
    assertEquals(new LedgerOutcome.Accepted(List.of(services)), applied.outcome());
    state = applied.state();
  }

  private void refused(LedgerCommand command, String reason) {
    LedgerState.Applied applied = state.apply(command);
    String actual = assertInstanceOf(LedgerOutcome.Refused.class, applied.outcome()).reason();
    assertTrue(actual.contains(reason), actual);
    assertSame(state, applied.state());
  }
}
