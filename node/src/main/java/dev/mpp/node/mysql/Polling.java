package dev.mpp.node.mysql;

import dev.mpp.core.model.ServerFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** The statements of a poll. One call at a time; it remembers what is not read every time. */
interface Polling {
  /** The dead-man event, and what else costs more than a poll should, is read this often. */
  long SELDOM = Duration.ofSeconds(2).toNanos();

  /**
   * One round trip, a second one when something turns out to be of interest.
   *
   * @param now monotonic nanoseconds
   * @param fresh the session is new: nothing remembered holds
   */
  ServerFacts read(Connection connection, long now, boolean fresh) throws SQLException;
}
