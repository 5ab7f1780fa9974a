package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the named lock {@code mpp_lease} in a session of its own, whose {@code wait_timeout} the
 * server counts: when this process dies, hangs or is cut off the lock is gone that long after the
 * last refresh, and the server's event makes the server read-only. Refreshes are sent only while
 * the clock is before the permitted instant, looked at right before each one.
 */
final class DeadManLock implements AutoCloseable {
  static final String NAME = "mpp_lease";

  private static final Logger log = LoggerFactory.getLogger(DeadManLock.class);

  private static final String HOLDER =
      "SELECT IS_USED_LOCK('mpp_lease') AS id, (SELECT MAX(USER)"
          + " FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK('mpp_lease')) AS user";

  /** ER_NO_SUCH_THREAD: it ended by itself. */
  private static final int NO_SUCH_THREAD = 1094;

  private final Connector connector;
  private final String manager;
  private final DeadManTimings timings;
  private final LongSupplier clock;
  private final long callNanos;
  private final Thread refresher;

  /** Serialises the statements of the session. */
  private final ReentrantLock turn = new ReentrantLock();

  private final Condition changed = turn.newCondition();
  private volatile @Nullable Session session;
  private volatile boolean locked;
  private volatile boolean wanted;
  private volatile boolean taking;
  private volatile long until;
  private final AtomicLong extensions = new AtomicLong();
  private volatile boolean closed;
  private volatile long unfencing;
  private volatile String why = "not asked for";

  DeadManLock(ServerOptions options, Connector connector) {
    this.connector = connector;
    this.manager = options.credentials().user();
    this.timings = options.deadMan();
    this.clock = options.clock();
    this.callNanos = Math.min(options.pollTimeout().toNanos(), timings.lockTimeout().toNanos() / 2);
    this.refresher =
        Thread.ofPlatform().daemon().name(options.threadName("lock")).unstarted(this::run);
  }

  void start() {
    refresher.start();
  }

  void holdUntil(long nanos) {
    boolean idle = !locked || left() <= 0;
    if (nanos - until > 0) {
      extensions.incrementAndGet();
    }
    until = nanos;
    wanted = true;
    if (idle) {
      LockSupport.unpark(refresher);
    }
  }

  /**
   * As {@link #holdUntil}, from the process that this one replaces: its session, which may be that
   * of a frozen process, is ended. Between its end and this session's lock lies one round trip, far
   * less than the second look of the server's event.
   */
  void takeUntil(long nanos) {
    taking = true;
    holdUntil(nanos);
    LockSupport.unpark(refresher);
  }

  /** Breaks the session, whatever it is doing; the server releases the lock when it notices. */
  void release() {
    wanted = false;
    taking = false;
    drop("given up");
  }

  /** The server's id of the lock's session, 0 when there is none. */
  long id() {
    Session s = session;
    return s == null ? 0 : s.id();
  }

  /** The id of the session through which the server is being made writable now, otherwise 0. */
  long unfencing() {
    return unfencing;
  }

  /** As {@link #id} while the lock is held and permitted, otherwise 0. */
  long holder() {
    return locked && wanted && left() > 0 ? id() : 0;
  }

  /** How often the permitted instant was moved on: each time the lease was renewed just now. */
  long extensions() {
    return extensions.get();
  }

  /** Nanoseconds that the lock may still be relied on, negative when it is over. */
  long left() {
    return until - clock.getAsLong();
  }

  interface Holder<T> {
    /**
     * @param left nanoseconds until the permitted instant, at the time of the call
     */
    T run(Connection connection, LongSupplier left) throws SQLException;
  }

  /**
   * Runs {@code work} in the session that holds the lock, waiting for it to be obtained if need be.
   * Never repeated over another session. Fails when the lock is not held by the deadline, or not
   * permitted any more.
   */
  <T> T whileHeld(long deadline, Holder<T> work) throws LinkException {
    Session s = held(deadline);
    try {
      unfencing = s.id();
      long nanos = Math.min(deadline - clock.getAsLong(), left());
      return s.call(nanos, c -> work.run(c, this::left));
    } catch (LinkException e) {
      if (e.kind() != LinkException.Kind.SQL) {
        drop(e.getMessage());
      }
      throw e;
    } finally {
      unfencing = 0;
      turn.unlock();
    }
  }

  /**
   * Returns when the lock is held, and permitted.
   *
   * @throws LinkException when it is not by the deadline
   */
  void await(long deadline) throws LinkException {
    Session unused = held(deadline);
    turn.unlock();
  }

  /** Returns with {@code turn} taken. */
  private Session held(long deadline) throws LinkException {
    try {
      if (turn.tryLock(Math.max(0, deadline - clock.getAsLong()), TimeUnit.NANOSECONDS)) {
        while (true) {
          Session s = session;
          long nanos = Math.min(deadline - clock.getAsLong(), left());
          if (wanted && locked && s != null && nanos > 0) {
            return s;
          }
          if (!wanted || nanos <= 0) {
            turn.unlock();
            break;
          }
          long unused = changed.awaitNanos(Math.min(nanos, 20_000_000L));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      if (turn.isHeldByCurrentThread()) {
        turn.unlock();
      }
    }
    throw new LinkException(
        LinkException.Kind.SQL,
        "the dead-man lock is not held: "
            + (wanted && left() <= 0 ? "the permitted time is over" : why));
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(this, step());
    }
    drop("closed");
  }

  /** One cycle of the refresher; returns how long to pause. */
  private long step() {
    turn.lock();
    try {
      if (!wanted || left() <= 0) {
        if (-left() > timings.lockTimeout().toNanos()) {
          drop("the permitted time is over");
        }
        return Duration.ofMillis(500).toNanos();
      }
      if (!locked) {
        acquire();
        changed.signalAll();
        return (locked ? timings.refresh() : Duration.ofMillis(taking ? 5 : 50)).toNanos();
      }
      if (unfencing == 0) {
        refresh();
      }
      return (locked ? timings.refresh() : Duration.ofMillis(20)).toNanos();
    } finally {
      turn.unlock();
    }
  }

  private void refresh() {
    Session s = session;
    if (s == null) {
      locked = false;
      return;
    }
    try {
      s.call(
          callNanos,
          c -> {
            if (permitted()) {
              Rows.query(c, "DO 1");
            }
            return true;
          });
    } catch (LinkException e) {
      drop(e.getMessage());
    }
  }

  private void acquire() {
    Session s = session;
    try {
      if (s == null) {
        // Connecting takes a small multiple of the poll time-out at worst.
        s =
            connector.connect(
                (int) timings.lockTimeout().toMillis(),
                dialect ->
                    ", lock_wait_timeout = 1, innodb_lock_wait_timeout = 1, wait_timeout = "
                        + timings.lockTimeout().toSeconds()
                        + dialect.lockSession(),
                Handshakes.Place.unlimited());
        session = s;
        if (closed || !wanted) {
          drop("given up");
          return;
        }
      }
      boolean got = s.call(callNanos, this::lock);
      taking &= !got;
      why = got ? "" : NAME + " is held by another session";
      locked = got;
    } catch (LinkException e) {
      drop(e.getMessage());
    }
  }

  /**
   * Any account may take a named lock. A session of another one is ended, as the server's event
   * would; that of MySQL sleeps while the server is read-only.
   */
  private boolean lock(Connection c) throws SQLException {
    boolean got = permitted() && getLock(c);
    if (got || !permitted()) {
      return got;
    }
    Map<String, String> row = Rows.first(Rows.query(c, HOLDER));
    long holder = Rows.number(row, "id");
    String user = Rows.text(row, "user");
    boolean foreign = !user.isEmpty() && !user.equals(manager) && !user.equals("mppfence");
    if (holder == 0 || !(taking || foreign)) {
      return false;
    }
    if (foreign) {
      log.warn("session {} of account {} held {}: it is ended", holder, user, NAME);
    }
    try {
      Rows.query(c, "KILL " + holder);
    } catch (SQLException e) {
      if (e.getErrorCode() != NO_SUCH_THREAD) {
        throw e;
      }
    }
    return permitted() && getLock(c);
  }

  private static boolean getLock(Connection c) throws SQLException {
    return Rows.on(Rows.first(Rows.query(c, "SELECT GET_LOCK('" + NAME + "', 0) AS got")), "got");
  }

  /** Looked at right before a statement is sent that prolongs the lock. */
  private boolean permitted() {
    return wanted && !closed && left() > 0;
  }

  private void drop(String reason) {
    why = reason;
    locked = false;
    Session s = session;
    session = null;
    if (s != null) {
      s.abort();
    }
  }

  @Override
  public void close() {
    closed = true;
    release();
    LockSupport.unpark(refresher);
  }
}
