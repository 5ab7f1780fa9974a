package dev.mpp.node.agreement;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pair.PairOutput;
import dev.mpp.core.pair.SoloLedger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger of the only site: committed is what is on its disk. One thread of its own does both.
 */
public final class SoloAgreement implements Agreement {
  private static final Logger LOG = LoggerFactory.getLogger(SoloAgreement.class);

  private final SiteId self;
  private final boolean bootstrap;
  private final Listener listener;
  private final Consumer<String> onFatal;
  private final PairStorage storage;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("ledger").factory());
  private final Map<Long, CompletableFuture<LedgerOutcome>> proposals = new HashMap<>();
  private volatile long applied;
  private @Nullable SoloLedger ledger;

  /**
   * @param storage directory of this site alone
   * @param bootstrap allows an empty {@code storage}
   * @param onFatal told when the disk refuses; the process should fence and exit
   */
  public SoloAgreement(
      String deployment,
      SiteId self,
      Path storage,
      boolean bootstrap,
      Listener listener,
      Consumer<String> onFatal) {
    this.self = self;
    this.bootstrap = bootstrap;
    this.listener = listener;
    this.onFatal = onFatal;
    this.storage = new PairStorage(storage, deployment, self, "");
  }

  @Override
  public void start() {
    SoloLedger l = new SoloLedger(self, storage.open(bootstrap));
    ledger = l;
    listener.restored(l.view());
    LOG.info("Ledger: {} is alone", self);
  }

  @Override
  public CompletableFuture<LedgerOutcome> propose(LedgerCommand command) {
    CompletableFuture<LedgerOutcome> result = new CompletableFuture<>();
    SoloLedger l = ledger;
    if (l == null) {
      result.completeExceptionally(new IOException("the ledger is not running"));
      return result;
    }
    try {
      thread.execute(
          () -> {
            try {
              proposals.put(command.origin().sequence(), result);
              perform(l, l.propose(command));
            } catch (IOException | RuntimeException e) {
              result.completeExceptionally(e);
              onFatal.accept("the ledger cannot be written: " + e);
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(new IOException("the ledger is closed", e));
    }
    return result;
  }

  private void perform(SoloLedger l, List<PairOutput> first) throws IOException {
    Deque<PairOutput> todo = new ArrayDeque<>(first);
    while (!todo.isEmpty()) {
      switch (todo.remove()) {
        case PairOutput.Applied a -> {
          applied++;
          listener.applied(a.command(), a.outcome(), a.after());
        }
        case PairOutput.Settled s -> {
          CompletableFuture<LedgerOutcome> f = proposals.remove(s.sequence());
          if (f != null) {
            f.complete(s.outcome());
          }
        }
        case PairOutput.Persist p -> {
          storage.write(p.stored());
          todo.addAll(l.persisted(p.generation()));
        }
        case PairOutput.Send s -> throw new IllegalStateException("nobody to send to");
        case PairOutput.GivenUp g -> throw new IllegalStateException("nothing is given up");
        case PairOutput.Look k -> throw new IllegalStateException("nobody to look at");
        case PairOutput.Overlap o -> throw new IllegalStateException("nobody to overlap with");
        case PairOutput.Picture p -> throw new IllegalStateException("no peer to show");
      }
    }
  }

  @Override
  public void preferLeadership() {}

  @Override
  public Health health() {
    return new Health(self.name(), "solo", 0, applied);
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
