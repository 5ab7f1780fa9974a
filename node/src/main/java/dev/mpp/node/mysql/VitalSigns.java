package dev.mpp.node.mysql;

import dev.mpp.core.model.ServerFacts.Commits;
import dev.mpp.core.model.ServerFacts.Vitals;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Reads the newest heartbeat in the server's data where there are any, and now and then how many
 * connections are open, apart from the poll: a table that somebody locks must not fail the node.
 * What it reads is as old as the interval of heartbeats.
 */
final class VitalSigns implements AutoCloseable {
  /** Counting adds up every session of the server. */
  private static final long COUNT_EVERY = Duration.ofSeconds(5).toNanos();

  private static final String COUNT =
      "SELECT @@global.max_connections AS most;SHOW GLOBAL STATUS LIKE 'Threads_connected'";

  private final ServerOptions options;
  private final Family family;
  private final Link link;
  private final BooleanSupplier up;
  private final Supplier<Commits> commits;
  private final LongSupplier clock;
  private final Thread thread;
  private volatile Vitals read = Vitals.NONE;
  private volatile boolean closed;
  private long countedAt;

  /**
   * @param link that has a session while the server is up; it is left alone while it is in use
   */
  VitalSigns(
      ServerOptions options,
      Family family,
      Link link,
      BooleanSupplier up,
      Supplier<Commits> commits) {
    this.options = options;
    this.family = family;
    this.link = link;
    this.up = up;
    this.commits = commits;
    this.clock = options.clock();
    this.countedAt = clock.getAsLong() - COUNT_EVERY;
    this.thread = Thread.ofVirtual().name(options.threadName("vitals")).unstarted(this::run);
  }

  void start() {
    if (!options.heartbeat().isZero()) {
      thread.start();
    }
  }

  /** As far as they are known. Never blocks. */
  Vitals read() {
    Vitals v = read;
    Commits c = commits.get();
    return c.equals(Commits.NONE) ? v : v.with(c);
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(this, options.heartbeat().toNanos());
      // What a commit of ours hangs in would keep us waiting, too.
      boolean hangs = commits.get().outcome() == Commits.Outcome.STALLED;
      if (up.getAsBoolean() && link.id() != 0 && !link.busy() && !hangs) {
        look();
      }
    }
  }

  private void look() {
    long now = clock.getAsLong();
    boolean count = now - countedAt >= COUNT_EVERY;
    try {
      read = link.call(now + options.pollTimeout().toNanos(), now, c -> look(c, count));
      countedAt = count ? now : countedAt;
    } catch (LinkException e) {
      read = new Vitals(read.connections(), read.connectionLimit(), 0, Commits.NONE);
    }
  }

  private Vitals look(Connection c, boolean count) throws SQLException {
    Vitals connections = count ? count(c) : read.with(Commits.NONE);
    Dialect dialect = family.get();
    try {
      long beat =
          Rows.number(Rows.first(Rows.query(c, dialect.heartbeat().newest(), row())), "beat");
      return new Vitals(
          connections.connections(), connections.connectionLimit(), beat, Commits.NONE);
    } catch (SQLException e) {
      return new Vitals(
          connections.connections(), connections.connectionLimit(), 0, unread(e, dialect));
    }
  }

  private List<Object> row() {
    return List.of(options.service());
  }

  private static Vitals count(Connection c) throws SQLException {
    List<List<Map<String, String>>> results = Rows.query(c, COUNT);
    return new Vitals(
        (int) Rows.number(results.getLast().getFirst(), "Value"),
        (int) Rows.number(Rows.first(results), "most"),
        0,
        Commits.NONE);
  }

  private static Commits unread(SQLException e, Dialect dialect) throws SQLException {
    LinkException known = LinkException.of(e);
    if (known.kind() != LinkException.Kind.SQL) {
      throw e;
    }
    return new Commits(
        Commits.Outcome.UNKNOWN,
        0,
        CommitStates.lacking(known.errorCode(), known.getMessage(), dialect.prepareSql()));
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
