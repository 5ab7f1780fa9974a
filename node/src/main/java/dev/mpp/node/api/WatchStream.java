package dev.mpp.node.api;

import dev.mpp.node.NodeSnapshot;
import dev.mpp.proto.v1.WatchEvent;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One follower. Pictures are conflated and entries bounded while the follower is slow; it is told
 * how many entries it lost.
 */
final class WatchStream implements NodeControl.Watcher {
  private static final int MAX_PENDING = 1_000;

  private final ServerCallStreamObserver<WatchEvent> out;
  private final Executor executor;
  private final LongSupplier wallMillis;
  private final AtomicBoolean queued = new AtomicBoolean();

  // Guarded by pending: filled by any thread.
  private final ArrayDeque<NodeControl.JournalEntry> pending = new ArrayDeque<>();
  private @Nullable NodeSnapshot newest;
  private long lost;

  // Guarded by this: one thread sends at a time.
  private @Nullable NodeSnapshot sent;
  private final ArrayDeque<WatchEvent> outbox = new ArrayDeque<>();
  private long lastSequence = Long.MIN_VALUE;

  WatchStream(
      ServerCallStreamObserver<WatchEvent> out, Executor executor, LongSupplier wallMillis) {
    this.out = out;
    this.executor = executor;
    this.wallMillis = wallMillis;
  }

  /** What the follower missed before it came. */
  synchronized void backlog(List<NodeControl.JournalEntry> entries) {
    entries.forEach(this::enqueue);
  }

  @Override
  public void picture(NodeSnapshot snapshot) {
    synchronized (pending) {
      newest = snapshot;
    }
    wake();
  }

  @Override
  public void entry(NodeControl.JournalEntry entry) {
    synchronized (pending) {
      if (pending.size() >= MAX_PENDING) {
        pending.removeFirst();
        lost++;
      }
      pending.addLast(entry);
    }
    wake();
  }

  void wake() {
    if (queued.compareAndSet(false, true)) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException e) {
        // The server is closing: nobody follows any more, and the caller may be the loop.
      }
    }
  }

  private synchronized void drain() {
    queued.set(false);
    while (!out.isCancelled() && out.isReady()) {
      if (outbox.isEmpty()) {
        collect();
      }
      WatchEvent event = outbox.pollFirst();
      if (event == null) {
        return;
      }
      out.onNext(event);
    }
  }

  private void collect() {
    NodeSnapshot picture;
    List<NodeControl.JournalEntry> entries;
    long gap;
    synchronized (pending) {
      picture = newest;
      newest = null;
      entries = new ArrayList<>(pending);
      pending.clear();
      gap = lost;
      lost = 0;
    }
    if (gap > 0) {
      outbox.add(
          WatchEvent.newBuilder().setWallMillis(wallMillis.getAsLong()).setLost(gap).build());
    }
    entries.forEach(this::enqueue);
    if (picture != null) {
      outbox.addAll(SnapshotChanges.between(sent, picture, wallMillis.getAsLong()));
      sent = picture;
    }
  }

  /** An entry may come through the backlog and live: it is sent once. */
  private void enqueue(NodeControl.JournalEntry entry) {
    if (entry.sequence() > lastSequence) {
      lastSequence = entry.sequence();
      outbox.add(
          WatchEvent.newBuilder()
              .setWallMillis(entry.wallMillis())
              .setEntry(StatusCodec.encode(entry))
              .build());
    }
  }
}
