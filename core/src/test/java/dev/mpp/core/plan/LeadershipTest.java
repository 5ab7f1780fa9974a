package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.SiteView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a site asks for the leadership of the ledger, and when it gives it away. */
final class LeadershipTest extends HandPlay {
  private static final Optional<BrainCommand> NOTHING = Optional.empty();

  /** B holds the role and is silent from then on; the witness still hears it. */
  private void holderOutOfSight() {
    standby(facts(true, true, true));
    apply(new LedgerCommand.Claim(new Origin(B, "b1", 1), S, 0, 0));
    viewOfB(1, false, "0-1-10");
    now += 1_300 * MS;
    viewOfWitness(2, List.of(new SiteView.LinkView(B, true, 1000, 100)));
  }

  @Test
  void aLeaderThatDoesNotHearTheHolderGivesWayToWhoDoes() {
    holderOutOfSight();
    assertEquals(
        Optional.of(new BrainCommand.YieldLeadership(W)), brain.leader(Optional.of(A), now));
    assertEquals(NOTHING, brain.leader(Optional.of(A), now + MS), "once in 5 s");
  }

  @Test
  void whoeverDoesNotLeadGivesNothingAway() {
    holderOutOfSight();
    assertEquals(NOTHING, brain.leader(Optional.of(W), now));
    assertEquals(NOTHING, brain.leader(Optional.empty(), now));
  }

  /** Otherwise two holders would take it from each other for ever. */
  @Test
  void aHolderLeavesItToAnotherHolder() {
    becomeActive();
    apply(new LedgerCommand.Claim(new Origin(B, "b1", 1), OBSERVED, 0, 0));
    for (int i = 0; i < 12; i++) {
      at(now / MS + 500);
      commit();
    }
    assertEquals(NOTHING, brain.leader(Optional.of(B), now));
    assertEquals(
        Optional.of(new BrainCommand.PreferLeadership()), brain.leader(Optional.of(W), now));
  }

  @Test
  void aHolderAsksForItOnceItHasServedForAWhile() {
    becomeActive();
    assertEquals(NOTHING, brain.leader(Optional.of(B), now));
    for (int i = 0; i < 12; i++) {
      at(now / MS + 500);
      commit();
    }
    assertEquals(
        Optional.of(new BrainCommand.PreferLeadership()), brain.leader(Optional.of(B), now));
    assertEquals(NOTHING, brain.leader(Optional.of(A), now + 6_000 * MS), "it leads");
  }
}
