package dev.mpp.node.api;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalQuery;
import dev.mpp.core.model.SiteId;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.proto.v1.JournalPage;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One follower of the journal. It is fed from the disk, page by page and only as fast as it reads:
 * it costs no memory, loses nothing and gets nothing twice.
 */
final class FollowStream implements NodeControl.Watcher {
  private static final Logger LOG = LoggerFactory.getLogger(FollowStream.class);
  private static final int PAGE = 500;

  private final ServerCallStreamObserver<JournalPage> out;
  private final NodeControl control;
  private final Executor executor;
  private final SiteId site;
  private final AtomicBoolean queued = new AtomicBoolean();

  // Guarded by this: one thread sends at a time.
  private JournalQuery next;
  private boolean greeted;

  FollowStream(
      ServerCallStreamObserver<JournalPage> out,
      NodeControl control,
      Executor executor,
      JournalQuery first) {
    this.out = out;
    this.control = control;
    this.executor = executor;
    this.site = control.snapshot().local().site();
    this.next = first;
  }

  @Override
  public void picture(NodeSnapshot snapshot) {}

  @Override
  public void entry(NodeControl.JournalEntry entry) {}

  @Override
  public void committed() {
    wake();
  }

  void wake() {
    if (queued.compareAndSet(false, true)) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException e) {
        // The server is closing: nobody follows any more.
      }
    }
  }

  private synchronized void drain() {
    queued.set(false);
    try {
      boolean more = true;
      while (more && !out.isCancelled() && out.isReady()) {
        more = page();
      }
    } catch (RuntimeException e) {
      LOG.warn("a follower of the journal is left: {}", e.getMessage());
      out.onError(io.grpc.Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException());
    }
  }

  /**
   * @return whether there may be more
   */
  private boolean page() {
    JournalHead head = control.journalHead();
    if (greeted && !next.newest() && next.after() >= head.sequence()) {
      return false;
    }
    List<NodeControl.JournalEntry> entries = control.journal(next);
    boolean all = next.newest() || entries.size() < next.max();
    JournalPage page = JournalCodec.page(site, head, next, entries);
    next =
        new JournalQuery(
            page.getThrough(), next.sinceWallMillis(), next.service(), next.kind(), PAGE, false);
    if (!entries.isEmpty() || !greeted) {
      greeted = true;
      out.onNext(page);
    }
    return !all || !entries.isEmpty();
  }
}
