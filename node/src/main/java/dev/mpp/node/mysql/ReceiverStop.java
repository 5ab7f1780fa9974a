package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Ends receiving without waiting for what does not matter. {@code STOP SLAVE} comes back when the
 * receiver's thread has ended, and a thread that connects to a source which swallows packets ends
 * after {@code slave_net_timeout}: seconds in the middle of a takeover. From the moment the
 * statement works it is marked as stopped, though: when its attempt ends, it ends, and asks for
 * nothing and acknowledges nothing any more.
 *
 * <p>So the statement is left to itself after a moment, and what counts is that nothing is
 * received: no receiver runs, or it is still connecting while the server works on stopping it.
 */
final class ReceiverStop {
  private static final long PATIENCE = Duration.ofMillis(300).toNanos();
  private static final long LOOK = Duration.ofMillis(20).toNanos();

  /** By then a statement in this state has marked the receivers: it takes them one by one. */
  private static final int MARKED_MILLIS = 100;

  private static final String WORKING =
      "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE STATE = 'Killing slave'"
          + " AND TIME_MS >= "
          + MARKED_MILLIS;

  private final Link admin;
  private final LongSupplier clock;

  ReceiverStop(Link admin, LongSupplier clock) {
    this.admin = admin;
    this.clock = clock;
  }

  /**
   * Returns when nothing is received any more from any source. Whatever else the statement stops
   * may stop later.
   *
   * @param statement that stops the receivers
   */
  void stop(String statement, long deadline) throws LinkException {
    try {
      long patience = Math.min(deadline, clock.getAsLong() + PATIENCE);
      admin.call(patience, c -> Rows.query(c, statement));
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

  private static boolean stopped(Connection c) throws SQLException {
    return receivers(c).stream().allMatch("No"::equals);
  }

  /** Those that have not ended are connecting, and were told to end before that was seen. */
  private static boolean condemned(Connection c) throws SQLException {
    boolean working = Rows.number(Rows.first(Rows.query(c, WORKING)), "n") > 0;
    List<String> receivers = receivers(c);
    return working && receivers.stream().allMatch(s -> s.equals("No") || s.equals("Connecting"));
  }

  private static List<String> receivers(Connection c) throws SQLException {
    List<Map<String, String>> rows = Rows.query(c, "SHOW ALL SLAVES STATUS").getFirst();
    return rows.stream().map(row -> Rows.text(row, "Slave_IO_Running")).toList();
  }
}
