package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
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

  /**
   * Configures from whom the server receives, by GTID, from where its own data is. Both threads are
   * stopped; what was received and not applied is gone.
   *
   * @param account empty: the one that is configured
   */
  void change(Connection connection, NodeAddress source, Optional<Credentials> account, boolean tls)
      throws SQLException;

  /** Whether a receiver's error is none, or of the client: it did not get as far as its login. */
  static boolean unrefused(long error) {
    return error == 0 || (error >= 2000 && error < 3000);
  }

  /** Whether the account is configured already, and no source has refused it lately. */
  boolean knows(Connection connection, String user) throws SQLException;

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
