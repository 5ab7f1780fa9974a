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

/** MySQL. */
final class MySqlReplication implements Replicating {
  /** The largest the server takes, 49 days: who degrades semi-synchronous commits is MPP. */
  private static final long NEVER_MILLIS = 4_294_967_295L;

  /**
   * MySQL takes every transaction it lacks from its source and never looks whether it has some that
   * the source lacks: whoever calls this has compared the positions.
   */
  @Override
  public Optional<Change> start(Connection c) throws SQLException {
    Map<String, String> row = MySqlPoll.channel(Rows.query(c, "SHOW REPLICA STATUS").getFirst());
    if (row.isEmpty()) {
      return Optional.of(new Change(false, "no replication source is configured"));
    }
    if (!Rows.on(row, "Auto_Position")) {
      return Optional.of(new Change(false, MySqlPoll.NO_GTID));
    }
    Rows.query(c, "START REPLICA FOR CHANNEL ''");
    return Optional.empty();
  }

  @Override
  public void stop(Connection c) throws SQLException {
    Rows.query(c, "STOP REPLICA FOR CHANNEL ''");
  }

  @Override
  public Optional<Replication> status(Connection c) throws SQLException {
    Map<String, String> row = MySqlPoll.channel(Rows.query(c, "SHOW REPLICA STATUS").getFirst());
    return row.isEmpty() ? Optional.empty() : Optional.of(MySqlPoll.replication(row, ""));
  }

  /**
   * The server keeps the password out of its logs. MySQL 9 gives up after 10 attempts by default.
   */
  @Override
  public void change(Connection c, NodeAddress source, Optional<Credentials> account, boolean tls)
      throws SQLException {
    List<Object> parameters = new ArrayList<>(List.of(source.host(), source.port()));
    account.ifPresent(a -> parameters.addAll(List.of(a.user(), a.password().get())));
    Rows.query(
        c,
        "CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_PORT = ?,"
            + (account.isPresent() ? " SOURCE_USER = ?, SOURCE_PASSWORD = ?," : "")
            + " SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400"
            + (tls ? ", SOURCE_SSL = 1" : ", SOURCE_SSL = 0, GET_SOURCE_PUBLIC_KEY = 1")
            + " FOR CHANNEL ''",
        parameters);
  }

  @Override
  public boolean knows(Connection c, String user) throws SQLException {
    Map<String, String> row = MySqlPoll.channel(Rows.query(c, "SHOW REPLICA STATUS").getFirst());
    return Rows.text(row, "Source_User").equals(user)
        && Replicating.unrefused(Rows.number(row, "Last_IO_Errno"));
  }

  @Override
  public boolean waitForAcknowledgements(Connection c, boolean on) throws SQLException {
    SemiSyncNames names = SemiSyncNames.read(c);
    if (names.source().isEmpty()) {
      if (!on) {
        return false;
      }
      throw new SQLException(
          "the plugin semisync_source is not loaded: plugin-load-add=semisync_source.so",
          "HY000",
          1193);
    }
    String prefix = "GLOBAL " + names.source();
    Rows.query(
        c,
        on
            ? "SET "
                + prefix
                + "_wait_point = 'AFTER_SYNC', "
                + prefix
                + "_timeout = "
                + NEVER_MILLIS
                + ", "
                + prefix
                + (names.source().endsWith("source") ? "_wait_no_replica" : "_wait_no_slave")
                + " = ON, "
                + prefix
                + "_enabled = ON"
            : "SET " + prefix + "_enabled = OFF");
    return Rows.on(
        Rows.first(Rows.query(c, "SELECT @@global." + names.source() + "_enabled AS e")), "e");
  }
}
