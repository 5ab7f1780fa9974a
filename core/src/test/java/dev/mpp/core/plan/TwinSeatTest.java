package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.SiteView;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an instance that takes over knows of the one that acted. */
final class TwinSeatTest {
  private static final long MS = 1_000_000L;

  /** After its last word the acting one stated something that this one saw, or only skipped. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anOldWordIsNotComplete(boolean snapshot) {
    TwinSeat seat =
        new TwinSeat(
            new BrainConfig(
                HandPlay.A,
                "b1",
                false,
                "test",
                "",
                HandPlay.TIMING,
                2500 * MS,
                Map.of(HandPlay.A, new BrainConfig.Member(false, 100)),
                List.of(),
                List.of()),
            new BrainConfig.Twin("b", "a", false));
    LedgerState ledger = LedgerState.EMPTY;
    ledger = ledger.apply(new LedgerCommand.Adopt(origin("a1", 1), 0)).state();
    ledger = ledger.apply(new LedgerCommand.Claim(origin("a1", 2), HandPlay.S, 0, 0)).state();
    seat.restored(ledger.acting(HandPlay.A));
    long now = 1000 * MS;
    seat.tick(now);
    SiteView view =
        new SiteView(
            HandPlay.A, "a1", 1, false, "t", "", Reach.GLOBAL, List.of(), List.of(), List.of());
    seat.heard(new TwinState(view, 1, true, false, false, 65, 0, Set.of(), List.of()), now);

    long epoch = ledger.grant(HandPlay.S).epoch();
    LedgerCommand stated =
        new LedgerCommand.InSync(origin("a1", 70), HandPlay.S, epoch, Set.of(HandPlay.A));
    LedgerState.Applied applied = ledger.apply(stated);
    ledger = applied.state();
    now += 600_000 * MS;
    seat.tick(now);
    if (snapshot) {
      seat.restored(ledger.acting(HandPlay.A));
    } else {
      seat.applied(new BrainEvent.LedgerApplied(stated, applied.outcome(), ledger), false, now);
    }

    LedgerCommand adopt = new LedgerCommand.Adopt(origin("b1", 9), 1);
    LedgerState.Applied adopted = ledger.apply(adopt);
    now += 3000 * MS;
    seat.applied(
        new BrainEvent.LedgerApplied(adopt, adopted.outcome(), adopted.state()), true, now);
    assertEquals("b1", adopted.state().acting(HandPlay.A).incarnation());
    assertFalse(seat.act().orElseThrow().complete(HandPlay.S));
  }

  private static Origin origin(String incarnation, long sequence) {
    return new Origin(HandPlay.A, incarnation, sequence);
  }
}
