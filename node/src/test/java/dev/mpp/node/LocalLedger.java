package dev.mpp.node;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.SiteId;
import dev.mpp.node.agreement.Agreement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The ledger's state machine without replication: a deployment whose majority is this process. */
final class LocalLedger implements Agreement {
  private final Listener listener;
  private final ExecutorService applier =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("ledger").factory());
  private LedgerState state = LedgerState.EMPTY;

  /** Nothing is committed any more: the majority is gone. */
  volatile boolean stalled;

  LocalLedger(Listener listener) {
    this.listener = listener;
  }

  @Override
  public void start() {
    applier.execute(() -> listener.restored(state));
  }

  @Override
  public CompletableFuture<LedgerOutcome> propose(LedgerCommand command) {
    if (stalled) {
      return CompletableFuture.failedFuture(new TimeoutException("no majority"));
    }
    return CompletableFuture.supplyAsync(
        () -> {
          LedgerState.Applied applied = state.apply(command);
          state = applied.state();
          listener.applied(command, applied.outcome(), state);
          return applied.outcome();
        },
        applier);
  }

  @Override
  public void yieldLeadership(SiteId to) {}

  @Override
  public void preferLeadership() {}

  @Override
  public Health health() {
    return new Health("site1", "LEADER", 1, 1);
  }

  @Override
  public void close() {
    applier.shutdownNow();
    try {
      applier.awaitTermination(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
