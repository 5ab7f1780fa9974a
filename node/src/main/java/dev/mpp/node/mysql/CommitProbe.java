package dev.mpp.node.mysql;

import dev.mpp.core.model.ServerFacts.Commits;
import dev.mpp.core.model.ServerFacts.Commits.Outcome;
import dev.mpp.core.model.ServerFacts.SemiSync;
import dev.mpp.node.mysql.Dialect.Heartbeat;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Commits a heartbeat every few seconds while this process holds the server's dead-man lock: that a
 * server answers does not mean that it commits. The row of the service in {@code mpp.canary} gets
 * the time, or a microsecond more than it had, so that its numbers grow whatever the clock does;
 * replicas are measured by them. No row is ever added.
 *
 * <p>The statement changes nothing on a server that is read-only or whose lock somebody else holds,
 * and names the table by which fences know what of the manager's to kill. It is sent right after
 * the lease was renewed, so that a site which is being cut off is unlikely to write one more
 * transaction that nobody else has.
 *
 * <p>Where a KILL does not end a commit that waits for an acknowledgement none is sent while nobody
 * would acknowledge it: it would keep the dead-man from making an idle server read-only.
 *
 * <p>At most one is under way. One that hangs is neither repeated nor given up: it is looked at,
 * over another session, until it ends, the lock is lost or a fence kills it.
 */
final class CommitProbe implements AutoCloseable {
  /** A commit that takes longer hangs. */
  static final Duration HANGS = Duration.ofMillis(1500);

  /** ER_OPTION_PREVENTS_STATEMENT: MySQL says it before it looks for rows. */
  private static final int READ_ONLY = 1290;

  private static final long NEVER = Long.MIN_VALUE;
  private static final long LOOK = Duration.ofMillis(250).toNanos();
  private static final long LOOK_BUDGET = Duration.ofMillis(500).toNanos();
  private static final long WATCH_RENEWAL = Duration.ofMillis(20).toNanos();

  private final ServerOptions options;
  private final Connector connector;
  private final Family family;
  private final Handshakes handshakes;
  private final DeadManLock lock;
  private final Link looker;
  private final BooleanSupplier up;
  private final Supplier<SemiSync> semiSync;
  private final LongSupplier clock;
  private final Thread thread;
  private volatile @Nullable Session session;
  private volatile Commits last = Commits.NONE;
  private volatile boolean closed;
  private long unacknowledgedSince = NEVER;

  /**
   * @param looker for looking at a commit that hangs, and ending one that is not wanted
   * @param up whether the server answers polls: no session is opened to one that does not
   * @param semiSync as the last poll saw it
   */
  CommitProbe(
      ServerOptions options,
      Connector connector,
      Family family,
      Handshakes handshakes,
      DeadManLock lock,
      Link looker,
      BooleanSupplier up,
      Supplier<SemiSync> semiSync) {
    this.options = options;
    this.connector = connector;
    this.family = family;
    this.handshakes = handshakes;
    this.lock = lock;
    this.looker = looker;
    this.up = up;
    this.semiSync = semiSync;
    this.clock = options.clock();
    this.thread = connector.thread().name(options.threadName("commit")).unstarted(this::run);
  }

  void start() {
    if (!options.heartbeat().isZero()) {
      thread.start();
    }
  }

  /** What became of the last one; {@link Commits#NONE} when this process holds no lock. */
  Commits last() {
    return last;
  }

  private void run() {
    try {
      while (!closed) {
        LockSupport.parkNanos(this, options.heartbeat().toNanos());
        if (lock.holder() == 0) {
          unacknowledgedSince = NEVER;
          drop();
        } else if (wouldWait()) {
          waits();
        } else if (awaitRenewal()) {
          beat(family.get().heartbeat());
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    } finally {
      drop();
    }
  }

  private boolean wouldWait() {
    SemiSync s = semiSync.get();
    boolean unacknowledged = s.sourceEnabled() && s.operational() && s.clients() == 0;
    if (!unacknowledged || family.get().heartbeat().endable()) {
      unacknowledgedSince = NEVER;
      return false;
    }
    return true;
  }

  private void waits() {
    long now = clock.getAsLong();
    unacknowledgedSince = unacknowledgedSince == NEVER ? now : unacknowledgedSince;
    long millis = (now - unacknowledgedSince) / 1_000_000;
    if (millis >= HANGS.toMillis()) {
      last = new Commits(Outcome.WAITS_FOR_REPLICA, millis, CommitStates.UNACKNOWLEDGED);
    }
  }

  /** True right after a renewal, false when there is none within the interval. */
  private boolean awaitRenewal() throws InterruptedException {
    long before = lock.extensions();
    long until = clock.getAsLong() + options.heartbeat().toNanos();
    while (!closed && lock.holder() != 0 && until - clock.getAsLong() > 0) {
      if (lock.extensions() != before) {
        return true;
      }
      TimeUnit.NANOSECONDS.sleep(WATCH_RENEWAL);
    }
    return false;
  }

  private void beat(Heartbeat heartbeat) throws InterruptedException {
    try {
      Session s = session;
      if (s == null) {
        if (!up.getAsBoolean()) {
          return;
        }
        handshakes.inReserve(this::connect);
        return; // it took its time: the next renewal is as good
      }
      send(s, heartbeat);
    } catch (LinkException e) {
      if (e.kind() == LinkException.Kind.SQL) {
        last = refused(e);
      } else {
        drop(); // polls and the tripwire tell what is the matter
      }
    }
  }

  private Commits refused(LinkException e) {
    if (e.errorCode() == READ_ONLY) {
      return Commits.NONE;
    }
    String lacking = CommitStates.lacking(e.errorCode(), e.getMessage(), family.get().prepareSql());
    return lacking.isEmpty()
        ? new Commits(Outcome.FAILED, 0, CommitStates.refused(e))
        : new Commits(Outcome.UNKNOWN, 0, lacking);
  }

  private void connect() throws LinkException {
    session =
        connector.connect(
            (int) LoginProgress.PATIENCE.toMillis(), dialect -> "", Handshakes.Place.unlimited());
  }

  private void send(Session s, Heartbeat heartbeat) throws InterruptedException, LinkException {
    long holder = lock.holder();
    if (holder == 0) {
      return;
    }
    FutureTask<Integer> commit = new FutureTask<>(() -> beat(s.connection(), heartbeat, holder));
    long begin = clock.getAsLong();
    Thread.startVirtualThread(commit);
    while (true) {
      try {
        boolean changed = commit.get(LOOK, TimeUnit.NANOSECONDS) == 1;
        long millis = (clock.getAsLong() - begin) / 1_000_000;
        last = changed ? new Commits(Outcome.DONE, millis, "") : Commits.NONE;
        return;
      } catch (ExecutionException e) {
        throw LinkException.of(e.getCause() == null ? e : e.getCause());
      } catch (TimeoutException e) {
        if (closed || lock.holder() != holder) {
          kill(s);
          drop();
          return;
        }
        hangs((clock.getAsLong() - begin) / 1_000_000, s);
      }
    }
  }

  private int beat(Connection c, Heartbeat heartbeat, long holder) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(heartbeat.commit())) {
      s.setString(1, options.service());
      s.setLong(2, holder);
      return s.executeUpdate();
    }
  }

  private void hangs(long millis, Session s) {
    if (millis < HANGS.toMillis()) {
      return;
    }
    String state = state(s);
    Commits before = last;
    if (state.isEmpty() && before.outcome() == Outcome.STALLED) {
      // Whoever looks may be kept waiting by the same thing: what was seen once still holds.
      last = new Commits(Outcome.STALLED, millis, before.detail());
      return;
    }
    last =
        new Commits(
            CommitStates.waitsForReplica(state) ? Outcome.WAITS_FOR_REPLICA : Outcome.STALLED,
            millis,
            CommitStates.explained(state));
  }

  /**
   * The server's word for what our session does; empty when it does not say. A session of anybody
   * that waits for space comes first: commits are written in groups, and who is not the one that
   * writes only waits for it. MySQL shows no such state; but there the answer itself needs space,
   * for a temporary table, and the server says that it has none.
   */
  private String state(Session s) {
    try {
      return looker.call(
          clock.getAsLong() + LOOK_BUDGET,
          c ->
              Rows.text(
                  Rows.first(
                      Rows.query(
                          c,
                          "SELECT STATE AS state FROM information_schema.PROCESSLIST WHERE ID = "
                              + s.id()
                              + " OR STATE IN ('"
                              + String.join("', '", CommitStates.FULL)
                              + "') ORDER BY ID = "
                              + s.id()
                              + " LIMIT 1")),
                  "state"));
    } catch (LinkException e) {
      return CommitStates.full(e) ? CommitStates.refused(e) : "";
    }
  }

  private void kill(Session s) {
    try {
      looker.call(clock.getAsLong() + LOOK_BUDGET, c -> Rows.query(c, "KILL " + s.id()));
    } catch (LinkException e) {
      // Gone already, or the server does not answer: the fence kills it.
    }
  }

  private void drop() {
    last = Commits.NONE;
    Session s = session;
    session = null;
    if (s != null) {
      s.abort();
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
