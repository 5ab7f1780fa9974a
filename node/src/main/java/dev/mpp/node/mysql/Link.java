package dev.mpp.node.mysql;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The persistent session of one role: made when first needed, replaced when it breaks. One call at
 * a time. At most one connect is in flight, however long the server stalls: a caller whose deadline
 * passes leaves the attempt to the next caller.
 */
final class Link implements AutoCloseable {
  private static final long RECONNECT_PAUSE = 50_000_000L;

  private final Connector connector;
  private final String threadName;
  private final int readTimeoutMillis;
  private final LongSupplier clock;
  private final ReentrantLock turn = new ReentrantLock();
  private volatile @Nullable Session session;
  private volatile @Nullable FutureTask<Session> attempt;
  private volatile boolean closed;

  Link(Connector connector, String threadName, int readTimeoutMillis, LongSupplier clock) {
    this.connector = connector;
    this.threadName = threadName;
    this.readTimeoutMillis = readTimeoutMillis;
    this.clock = clock;
  }

  /** The server's id of the current session, 0 when there is none. */
  long id() {
    Session s = session;
    return s == null ? 0 : s.id();
  }

  boolean busy() {
    return turn.isLocked();
  }

  /** As below; an attempt to connect that fails for another reason than a refusal is repeated. */
  <T> T call(long deadline, Session.Work<T> work) throws LinkException {
    return call(deadline, deadline, work);
  }

  /**
   * Runs {@code work} by the deadline, once more over a new session when the old one turns out to
   * be dead: the work must bear repetition.
   *
   * @param deadline on the clock's scale
   * @param reconnectUntil no failed connect is repeated after this
   */
  <T> T call(long deadline, long reconnectUntil, Session.Work<T> work) throws LinkException {
    take(deadline);
    try {
      boolean fresh = session == null;
      while (true) {
        Session s = session;
        if (s == null) {
          s = connect(deadline, reconnectUntil);
        }
        try {
          return s.call(deadline - clock.getAsLong(), work);
        } catch (LinkException e) {
          if (e.kind() == LinkException.Kind.SQL) {
            throw e;
          }
          drop();
          if (fresh || e.kind() != LinkException.Kind.LOST) {
            throw e;
          }
          fresh = true;
        }
      }
    } finally {
      turn.unlock();
    }
  }

  private Session connect(long deadline, long reconnectUntil) throws LinkException {
    while (true) {
      try {
        return connect(deadline);
      } catch (LinkException e) {
        boolean pointless =
            e.kind() == LinkException.Kind.REFUSED || e.kind() == LinkException.Kind.SQL;
        if (pointless || closed || clock.getAsLong() + RECONNECT_PAUSE >= reconnectUntil) {
          throw e;
        }
        LockSupport.parkNanos(this, RECONNECT_PAUSE);
      }
    }
  }

  private void take(long deadline) throws LinkException {
    try {
      if (!turn.tryLock(Math.max(0, deadline - clock.getAsLong()), TimeUnit.NANOSECONDS)) {
        throw new LinkException(LinkException.Kind.TIMEOUT, "the previous call has not ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LinkException(LinkException.Kind.TIMEOUT, "interrupted");
    }
  }

  private Session connect(long deadline) throws LinkException {
    FutureTask<Session> task = attempt;
    if (task == null) {
      task = new FutureTask<>(this::make);
      attempt = task;
      // A platform thread: resolving a host name may block the thread that carries it.
      Thread.ofPlatform().daemon().name(threadName).start(task);
    }
    try {
      Session made = task.get(Math.max(0, deadline - clock.getAsLong()), TimeUnit.NANOSECONDS);
      attempt = null;
      session = made;
      return made;
    } catch (ExecutionException e) {
      attempt = null;
      throw LinkException.of(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new LinkException(LinkException.Kind.TIMEOUT, "no connection in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LinkException(LinkException.Kind.TIMEOUT, "interrupted");
    }
  }

  private Session make() throws LinkException {
    if (closed) {
      throw new LinkException(LinkException.Kind.LOST, "closed");
    }
    Session made = connector.connect(readTimeoutMillis, "");
    if (closed) {
      made.abort();
      throw new LinkException(LinkException.Kind.LOST, "closed");
    }
    return made;
  }

  /** Breaks the current session, also under a call that is running. */
  void drop() {
    Session s = session;
    session = null;
    if (s != null) {
      s.abort();
    }
  }

  @Override
  public void close() {
    closed = true;
    drop();
    FutureTask<Session> pending = attempt;
    if (pending != null && pending.state() == Future.State.SUCCESS) {
      pending.resultNow().abort();
    }
  }
}
