package dev.mpp.node;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.pair.PairOutput;
import dev.mpp.core.pair.PairPicture;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.agreement.PairAgreement;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** What a pair's ledger says, as events of the loop. */
record PairEvents(Consumer<BrainEvent> post, LongSupplier wallMillis)
    implements PairAgreement.Events {
  private static final long NANOS_PER_MILLI = 1_000_000;

  @Override
  public void applied(LedgerCommand command, LedgerOutcome outcome, LedgerState after) {
    post.accept(new BrainEvent.LedgerApplied(command, outcome, after));
  }

  @Override
  public void restored(LedgerState state) {
    post.accept(new BrainEvent.LedgerRestored(state));
  }

  @Override
  public void picture(PairPicture picture) {
    post.accept(new BrainEvent.PairChanged(picture));
  }

  @Override
  public void overlap(PairOutput.Overlap o) {
    long now = wallMillis.getAsLong();
    long from = o.fromAgo() / NANOS_PER_MILLI;
    long until = o.untilAgo() / NANOS_PER_MILLI;
    post.accept(
        new BrainEvent.PairOverlap(
            o.service(),
            o.ownEpoch(),
            o.peerEpoch(),
            "from %s to %s, %d ms"
                .formatted(
                    Instant.ofEpochMilli(now - from),
                    Instant.ofEpochMilli(now - until),
                    from - until),
            o.forced().map(f -> f.by() + ": " + f.reason()).orElse("")));
  }
}
