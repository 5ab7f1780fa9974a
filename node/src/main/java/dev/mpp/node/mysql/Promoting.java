package dev.mpp.node.mysql;

import dev.mpp.node.mysql.MySqlServer.Prepared;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** The statements of a promotion: applying what was received, and making the server writable. */
interface Promoting {

  /** Stops the default receiver and leaves the applier alone. */
  String stopReceiver();

  /** Stops every receiver. */
  String stopAll();

  /** {@code Yes}, {@code No} or {@code Connecting}, one for each configured source. */
  List<String> receivers(Connection connection) throws SQLException;

  /** Whether the server has been working on stopping receivers for long enough to mark them. */
  boolean stopping(Connection connection) throws SQLException;

  /**
   * Before the receiver is stopped: what must be so that nothing received is lost. True when a
   * receiver runs or tries to.
   */
  boolean beforeStopping(Connection connection) throws SQLException;

  /** Waits until everything received is applied, or says what is not, by the deadline. */
  Prepared apply(Connection connection, long deadline, LongSupplier clock) throws SQLException;

  /**
   * Makes the server writable, in the session that holds the dead-man lock, in one statement that
   * looks at the lock, at the epochs the data has seen, and at the server's clock.
   *
   * @param now the server's clock a moment ago
   * @param micros after {@code now} it is too late
   * @return columns {@code verdict}, empty when it is writable, and {@code id} of the session
   */
  Map<String, String> open(
      Connection connection, String service, long epoch, String site, String now, long micros)
      throws SQLException;

  /**
   * Commits the canary if the session {@code holder} holds the dead-man lock.
   *
   * @return columns {@code read_only} and {@code epoch} of the canary
   */
  Map<String, String> canary(
      Connection connection, long holder, String service, long epoch, String site)
      throws SQLException;
}
