package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.node.mysql.MySqlServer.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** MariaDB. */
final class MariaDbReplication implements Replicating {
  /** The largest the server takes, 49 days: who degrades semi-synchronous commits is MPP. */
  private static final long NEVER_MILLIS = 4_294_967_295L;

  /** However long it takes: the slow log would have the password, too. */
  private static final String NOT_SLOW = "SET SESSION long_query_time = 31536000";

  @Override
  public Optional<Change> start(Connection c) throws SQLException {
    Map<String, String> slave = row(c);
    if (slave.isEmpty()) {
      return Optional.of(new Change(false, "no replication source is configured"));
    }
    if (Rows.text(slave, "Using_Gtid").equals("No")) {
      return Optional.of(new Change(false, "replication does not use GTID"));
    }
    boolean stopped =
        Rows.text(slave, "Slave_IO_Running").equals("No")
            && Rows.text(slave, "Slave_SQL_Running").equals("No");
    if (stopped && Rows.text(slave, "Using_Gtid").equals("Slave_Pos")) {
      // What was written here while this server was the source counts as received.
      Rows.query(c, "CHANGE MASTER TO MASTER_DEMOTE_TO_SLAVE = 1");
    }
    Rows.query(c, "START SLAVE");
    return Optional.empty();
  }

  @Override
  public void stop(Connection c) throws SQLException {
    Rows.query(c, "STOP SLAVE");
  }

  @Override
  public Optional<Replication> status(Connection c) throws SQLException {
    Map<String, String> slave = row(c);
    return slave.isEmpty() ? Optional.empty() : Optional.of(MariaDbPoll.replication(slave, ""));
  }

  @Override
  public boolean waitForAcknowledgements(Connection c, boolean on) throws SQLException {
    Rows.query(
        c,
        on
            ? "SET GLOBAL rpl_semi_sync_master_wait_point = 'AFTER_SYNC',"
                + " GLOBAL rpl_semi_sync_master_timeout = "
                + NEVER_MILLIS
                + ", GLOBAL rpl_semi_sync_master_wait_no_slave = ON,"
                + " GLOBAL rpl_semi_sync_master_enabled = ON"
            : "SET GLOBAL rpl_semi_sync_master_enabled = OFF");
    return Rows.on(
        Rows.first(Rows.query(c, "SELECT @@global.rpl_semi_sync_master_enabled AS e")), "e");
  }

  /** The server writes the statement as it is into its general log, the password included. */
  @Override
  public void change(Connection c, NodeAddress source, Optional<Credentials> account, boolean tls)
      throws SQLException {
    List<Object> parameters = new ArrayList<>(List.of(source.host(), source.port()));
    if (account.isPresent()) {
      if (Rows.on(Rows.first(Rows.query(c, "SELECT @@global.general_log AS g")), "g")) {
        throw new SQLException(
            "general_log is ON here and would have the password of the replication account:"
                + " SET GLOBAL general_log = OFF, or configure the source by hand");
      }
      Rows.query(c, NOT_SLOW);
      parameters.addAll(List.of(account.get().user(), account.get().password().get()));
    }
    Rows.query(
        c,
        "CHANGE MASTER TO MASTER_HOST = ?, MASTER_PORT = ?,"
            + (account.isPresent() ? " MASTER_USER = ?, MASTER_PASSWORD = ?," : "")
            + " MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1"
            + (tls ? ", MASTER_SSL = 1" : ", MASTER_SSL = 0, MASTER_SSL_VERIFY_SERVER_CERT = 0"),
        parameters);
  }

  @Override
  public boolean knows(Connection c, String user) throws SQLException {
    Map<String, String> slave = row(c);
    return Rows.text(slave, "Master_User").equals(user)
        && Replicating.unrefused(Rows.number(slave, "Last_IO_Errno"));
  }

  private static Map<String, String> row(Connection c) throws SQLException {
    return Rows.first(Rows.query(c, "SHOW SLAVE STATUS"));
  }
}
