package dev.mpp.node.mysql;

import dev.mpp.core.model.PollTrouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The persistent session of one role: made when first needed, replaced when it breaks. One call at
 * a time. At most one connect is in flight, however long the server stalls: a caller whose deadline
 * passes leaves the attempt to the next caller.
 */
final class Link implements AutoCloseable {
  private static final long RECONNECT_PAUSE = 50_000_000L;
  private static final long QUEUE_LOOK = 20_000_000L;

  private final Connector connector;
  private final String threadName;
  private final int readTimeoutMillis;
  private final LongSupplier clock;
  private final Supplier<Handshakes.Place> places;
  private final ReentrantLock turn = new ReentrantLock();
  private volatile @Nullable Session session;
  private volatile @Nullable Attempt attempt;
  private volatile boolean closed;

  /** A login under way. */
  private record Attempt(
      FutureTask<Session> task, Handshakes.Place place, LoginProgress progress) {}

  /** A link whose logins wait for nobody. */
  Link(Connector connector, String threadName, int readTimeoutMillis, LongSupplier clock) {
    this(connector, threadName, readTimeoutMillis, clock, Handshakes.Place::unlimited);
  }

  /**
   * @param places where logins queue; the time in the queue does not count against a call's
   *     deadline
   */
  Link(
      Connector connector,
      String threadName,
      int readTimeoutMillis,
      LongSupplier clock,
      Supplier<Handshakes.Place> places) {
    this.places = places;
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

  /** As below; an attempt to connect that fails before the server has said why is repeated. */
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
      long queued = 0;
      while (true) {
        Session s = session;
        if (s == null) {
          Made made = connect(connectBy(deadline, reconnectUntil) + queued, reconnectUntil);
          s = made.session();
          queued += made.queued();
        }
        try {
          return s.call(deadline + queued - clock.getAsLong(), work);
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

  /** Long statements do not wait for long for somebody to send them to. */
  private long connectBy(long deadline, long reconnectUntil) {
    long steps = clock.getAsLong() + 2 * connector.stepNanos();
    long patience = reconnectUntil - steps > 0 ? reconnectUntil : steps;
    return deadline - patience < 0 ? deadline : patience;
  }

  /**
   * @param queued nanoseconds for which the caller waited for a place
   */
  private record Made(Session session, long queued) {}

  private Made connect(long deadline, long reconnectUntil) throws LinkException {
    LinkException said = null;
    while (true) {
      try {
        return connect(deadline);
      } catch (LinkException e) {
        if (said != null && e.kind() == LinkException.Kind.TIMEOUT) {
          throw said; // that the last attempt was cut short says less than why those before failed
        }
        said = e;
        boolean pointless =
            e.kind() == LinkException.Kind.REFUSED
                || e.kind() == LinkException.Kind.SQL
                || e.trouble().alive();
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

  private Made connect(long deadline) throws LinkException {
    Attempt a = attempt;
    if (a == null) {
      Handshakes.Place place = places.get();
      LoginProgress progress = new LoginProgress(true);
      a = new Attempt(new FutureTask<>(() -> make(place, progress)), place, progress);
      attempt = a;
      connector.thread().name(threadName).start(a.task());
    }
    long before = a.place().waited();
    while (true) {
      long queued = a.place().waited() - before;
      long left = deadline + queued - clock.getAsLong();
      try {
        Session made =
            a.task()
                .get(Math.max(a.place().waiting() ? QUEUE_LOOK : 0, left), TimeUnit.NANOSECONDS);
        attempt = null;
        session = made;
        return new Made(made, a.place().waited() - before);
      } catch (ExecutionException e) {
        attempt = null;
        throw LinkException.of(e.getCause() == null ? e : e.getCause());
      } catch (TimeoutException e) {
        if (a.place().waited() - before == queued && !a.place().waiting()) {
          PollTrouble missing = a.progress().missing();
          throw new LinkException(LinkException.Kind.TIMEOUT, missing, missing.wording());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new LinkException(LinkException.Kind.TIMEOUT, "interrupted");
      }
    }
  }

  private Session make(Handshakes.Place place, LoginProgress progress) throws LinkException {
    if (closed) {
      throw new LinkException(LinkException.Kind.LOST, "closed");
    }
    Session made = connector.connect(readTimeoutMillis, dialect -> "", place, progress);
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
    Attempt pending = attempt;
    if (pending != null) {
      pending.progress().abandon();
      if (pending.task().state() == Future.State.SUCCESS) {
        pending.task().resultNow().abort();
      }
    }
  }
}
