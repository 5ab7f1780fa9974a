package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.Transactions;
import dev.mpp.core.plan.DataAtRisk.Case;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class RpoBoundTest {
  private static final long S = 1_000_000_000L;
  private static final long STALE = 12 * S;
  private static final RpoBound SECONDS =
      new RpoBound(OptionalLong.of(8 * S), OptionalLong.empty());
  private static final RpoBound COUNT = new RpoBound(OptionalLong.empty(), OptionalLong.of(100));
  private static final RpoBound BOTH = new RpoBound(OptionalLong.of(8 * S), OptionalLong.of(100));

  private static DataAtRisk seen(int missing, long window, long age) {
    Sighting last =
        new Sighting(
            new SiteId("site1"),
            NodeAddress.parse("10.0.0.1:3306"),
            GtidSet.parse("0-1-500"),
            0,
            0,
            false);
    Transactions set =
        missing == 0
            ? Transactions.NONE
            : new Transactions("0-1-%d..500".formatted(501 - missing), missing);
    return new DataAtRisk(Case.SEEN, Optional.of(last), set, window, age, "");
  }

  private static String holds(RpoBound bound, DataAtRisk risk) {
    return bound.exceeded(risk, STALE).isEmpty() ? "within" : "beyond";
  }

  @Test
  void secondsBoundHowOldWhatIsMissingMayBe() {
    assertEquals("within", holds(SECONDS, seen(5000, 8 * S, S)));
    assertEquals("beyond", holds(SECONDS, seen(0, 8 * S + 1, 8 * S + 1)), "a sighting too old");
    assertEquals("beyond", holds(SECONDS, seen(3, DataAtRisk.UNKNOWN, S)));
  }

  @Test
  void transactionsBoundHowManyWereSeenAndAreMissing() {
    assertEquals("within", holds(COUNT, seen(100, 60 * S, S)));
    assertEquals("beyond", holds(COUNT, seen(101, S, S)));
    assertEquals("beyond", holds(COUNT, seen(0, 60 * S, STALE + 1)), "it was out of sight");
  }

  @Test
  void bothHaveToHold() {
    assertEquals("within", holds(BOTH, seen(100, 8 * S, S)));
    assertEquals("beyond", holds(BOTH, seen(101, S, S)));
    assertEquals("beyond", holds(BOTH, seen(1, 9 * S, S)));
  }

  @Test
  void whatIsCertainlyNotLostIsWithinEveryBoundAndWhatIsUnknownWithinNone() {
    for (RpoBound bound : new RpoBound[] {SECONDS, COUNT, BOTH}) {
      assertEquals("within", holds(bound, DataAtRisk.without(Case.FIRST, "")));
      assertEquals("within", holds(bound, DataAtRisk.without(Case.SAME, "")));
      assertEquals("within", holds(bound, DataAtRisk.handedOver(GtidSet.parse("0-1-5"))));
      assertEquals("within", holds(bound, seen(0, 0, 0)));
      assertEquals("beyond", holds(bound, DataAtRisk.without(Case.UNSEEN, "site1")));
    }
  }

  @Test
  void theReasonNamesTheBoundTheFiguresAndTheSet() {
    String why = BOTH.exceeded(seen(120, 3 * S, S), STALE).orElseThrow();
    assertTrue(
        why.startsWith(
            "what may be lost is beyond the bound of {seconds: 8, transactions: 100}"
                + " (120 transactions seen, committed within 3.0 s): 0-1-381..500"),
        why);
    assertThrows(
        IllegalArgumentException.class,
        () -> new RpoBound(OptionalLong.empty(), OptionalLong.empty()));
  }
}
