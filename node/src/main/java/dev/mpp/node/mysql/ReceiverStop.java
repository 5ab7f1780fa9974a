package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Ends receiving without waiting for what does not matter. {@code STOP SLAVE} (MySQL: {@code STOP
 * REPLICA}) comes back when the receiver's thread has ended, and a thread that connects to a source
 * which swallows packets ends after {@code slave_net_timeout}: seconds in the middle of a takeover.
 * From the moment the statement works it is marked as stopped, though: when its attempt ends, it
 * ends, and asks for nothing and acknowledges nothing any more.
 *
 * <p>So the statement is left to itself after a moment, and what counts is that nothing is
 * received: no receiver runs, or it is still connecting while the server works on stopping it.
 */
final class ReceiverStop {
  private static final long PATIENCE = Duration.ofMillis(300).toNanos();
  private static final long LOOK = Duration.ofMillis(20).toNanos();

  private final Family family;
  private final Link admin;
  private final LongSupplier clock;

  ReceiverStop(Family family, Link admin, LongSupplier clock) {
    this.family = family;
    this.admin = admin;
    this.clock = clock;
  }

  /**
   * Returns when nothing is received any more from any source. Whatever else the statement stops
   * may stop later.
   *
   * @param statement that stops the receivers
   */
  void stop(Function<Promoting, String> statement, long deadline) throws LinkException {
    try {
      long patience = Math.min(deadline, clock.getAsLong() + PATIENCE);
      admin.call(patience, c -> Rows.query(c, statement.apply(family.get().promoting())));
      return;
    } catch (LinkException e) {
      if (e.kind() != LinkException.Kind.TIMEOUT) {
        throw e;
      }
      // The session is given up; the server goes on with the statement.
    }
    while (!admin.call(deadline, c -> stopped(c) || condemned(c))) {
      if (clock.getAsLong() + LOOK >= deadline) {
        throw new LinkException(LinkException.Kind.TIMEOUT, "the receiver did not stop in time");
      }
      LockSupport.parkNanos(LOOK);
    }
  }

  private boolean stopped(Connection c) throws SQLException {
    return family.get().promoting().receivers(c).stream().allMatch("No"::equals);
  }

  /** Those that have not ended are connecting, and were told to end before that was seen. */
  private boolean condemned(Connection c) throws SQLException {
    Promoting statements = family.get().promoting();
    boolean working = statements.stopping(c);
    return working
        && statements.receivers(c).stream().allMatch(s -> s.equals("No") || s.equals("Connecting"));
  }
}
