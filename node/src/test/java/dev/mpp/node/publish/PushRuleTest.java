package dev.mpp.node.publish;

import static dev.mpp.node.publish.Pictures.NOW;
import static dev.mpp.node.publish.Pictures.S;
import static dev.mpp.node.publish.Pictures.SERVICE;
import static dev.mpp.node.publish.Pictures.SITE1;
import static dev.mpp.node.publish.Pictures.SITE2;
import static dev.mpp.node.publish.Pictures.active;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.model.Status;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may tell another server anything, and what. */
class PushRuleTest {
  private static final PushRule KEEP = new PushRule(SERVICE, 6 * S, false);
  private static final PushRule WITHDRAW = new PushRule(SERVICE, 6 * S, true);
  private static final Pictures ACTIVE = active(SITE2, 7);

  private static Optional<PushPlan.Wanted> keep(Pictures p, long now) {
    return KEEP.wanted(p.picture(), now);
  }

  private static void silent(Pictures p, long now) {
    assertEquals(Optional.empty(), KEEP.wanted(p.picture(), now));
    assertEquals(Optional.empty(), WITHDRAW.wanted(p.picture(), now));
  }

  @Test
  void theActiveSiteTellsItsAddressesWhileItsLeaseLasts() {
    Optional<PushPlan.Wanted> wanted =
        Optional.of(
            new PushPlan.Wanted(
                7, "site2", Set.of("203.0.113.2", PushRule.canonical("2001:db8::2"))));
    assertEquals(wanted, keep(ACTIVE, NOW));
    assertEquals(wanted, keep(ACTIVE, NOW + 5 * S - 1));
    silent(ACTIVE, NOW + 5 * S);
  }

  @Test
  void nobodyElseTellsAnything() {
    silent(ACTIVE.seenBy(SITE1), NOW);
    silent(ACTIVE.holding(false), NOW);
    silent(ACTIVE.asPassive(), NOW);
    silent(ACTIVE.vacant(), NOW);
    silent(ACTIVE.leaseEnd(Long.MIN_VALUE), NOW);
    assertEquals(
        Optional.empty(),
        new PushRule(new dev.mpp.core.model.ServiceName("other.eraser.test"), 6 * S, true)
            .wanted(ACTIVE.picture(), NOW));
  }

  @Test
  void anOldLedgerIsNoEvidence() {
    silent(ACTIVE.freshAt(Long.MIN_VALUE), NOW);
    silent(ACTIVE.freshAt(NOW - 6 * S), NOW);
    assertEquals(true, keep(ACTIVE.freshAt(NOW - 6 * S + 1), NOW).isPresent());
  }

  @Test
  void whoHoldsTheRoleWithoutServingTellsNothingOrTakesTheAddressesAway() {
    for (Pictures p : java.util.List.of(ACTIVE.promoting(SITE1), ACTIVE.pool(Status.FAIL))) {
      assertEquals(Optional.empty(), keep(p, NOW));
      assertEquals(
          Optional.of(new PushPlan.Wanted(7, "site2", Set.of())),
          WITHDRAW.wanted(p.picture(), NOW));
    }
  }
}
