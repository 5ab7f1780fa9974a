package dev.mpp.node.mysql;

import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.node.mysql.MySqlServer.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** The statements that start and stop replication and semi-synchronous waiting. */
interface Replicating {

  /** Starts receiver and applier; a refusal when that cannot be, empty when they were told to. */
  Optional<Change> start(Connection connection) throws SQLException;

  void stop(Connection connection) throws SQLException;

  /** The receiver and the applier as they are now; the positions may be left out. */
  Optional<Replication> status(Connection connection) throws SQLException;

  /**
   * Switches waiting for acknowledgements on, without a limit of time and before commits become
   * visible, or off.
   *
   * @return whether it is on now
   */
  boolean waitForAcknowledgements(Connection connection, boolean on) throws SQLException;
}
