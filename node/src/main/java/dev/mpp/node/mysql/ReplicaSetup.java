package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.NodeAddress;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The source a server is configured to follow, and changing it. Starts nothing. */
public final class ReplicaSetup {
  private ReplicaSetup() {}

  /**
   * As the server shows it.
   *
   * @param source {@code host:port}, empty when none is configured
   * @param account it replicates with, empty when none is configured
   * @param byGtid it follows by {@code gtid_slave_pos} (MySQL: {@code SOURCE_AUTO_POSITION})
   * @param problem the last error of its receiver or applier, empty when there is none
   */
  public record Shown(
      String source,
      String account,
      boolean byGtid,
      boolean receives,
      boolean applies,
      String problem) {

    private static final Shown NONE = new Shown("", "", false, false, false, "");

    public boolean follows(NodeAddress active) {
      return source.equals(active.toString()) && byGtid;
    }

    public boolean running() {
      return receives && applies;
    }
  }

  public static Shown read(ServerSession server) throws IOException {
    try {
      return server.mariaDb() ? mariaDb(server.connection()) : mySql(server.connection());
    } catch (IllegalArgumentException e) {
      return Shown.NONE;
    } catch (SQLException e) {
      throw new IOException(server.address() + ": " + e.getMessage(), e);
    }
  }

  private static Shown mariaDb(Connection c) throws SQLException {
    Map<String, String> row = Rows.first(Rows.query(c, "SHOW SLAVE STATUS"));
    if (row.isEmpty()) {
      return Shown.NONE;
    }
    return new Shown(
        source(row, "Master"),
        Rows.text(row, "Master_User"),
        Rows.text(row, "Using_Gtid").equals("Slave_Pos"),
        Rows.on(row, "Slave_IO_Running"),
        Rows.on(row, "Slave_SQL_Running"),
        MariaDbPoll.error(row));
  }

  private static Shown mySql(Connection c) throws SQLException {
    Map<String, String> row = MySqlPoll.channel(Rows.query(c, "SHOW REPLICA STATUS").getFirst());
    if (row.isEmpty()) {
      return Shown.NONE;
    }
    return new Shown(
        source(row, "Source"),
        Rows.text(row, "Source_User"),
        Rows.on(row, "Auto_Position"),
        Rows.on(row, "Replica_IO_Running"),
        Rows.on(row, "Replica_SQL_Running"),
        MySqlPoll.error(row));
  }

  private static String source(Map<String, String> row, String word) {
    return new NodeAddress(Rows.text(row, word + "_Host"), (int) Rows.number(row, word + "_Port"))
        .toString();
  }

  /**
   * Has a MariaDB server that was made from a copy know what it has of every server. Its binary log
   * is empty and {@code gtid_slave_pos} names the last transaction of each domain only; in a domain
   * numbers only grow, so that all lower ones of the ACTIVE came before. Without it no comparison
   * finds that it has what earlier ACTIVE servers wrote.
   *
   * @return whether it had to be done; never on MySQL, whose copies have their GTID set
   */
  public static boolean completeState(ServerSession server, ServerSession active)
      throws IOException {
    if (!server.mariaDb()) {
      return false;
    }
    String states =
        "SELECT @@global.gtid_binlog_state AS state, @@global.gtid_slave_pos AS position";
    try {
      Map<String, String> own = Rows.first(Rows.query(server.connection(), states));
      if (!Rows.text(own, "state").isEmpty() || Rows.text(own, "position").isEmpty()) {
        return false;
      }
      Map<String, String> theirs = Rows.first(Rows.query(active.connection(), states));
      String has = before(Rows.text(theirs, "state"), Rows.text(own, "position"));
      Rows.query(server.connection(), "SET GLOBAL gtid_binlog_state = ?", List.of(has));
      return true;
    } catch (SQLException e) {
      throw new IOException(server.address() + ": " + e.getMessage(), e);
    }
  }

  /** The position, and what of the state has lower numbers in its domain. */
  static String before(String state, String position) {
    MariaDbGtidSet at = (MariaDbGtidSet) GtidSet.parse(position);
    Map<MariaDbGtidSet.Stream, Long> has = new TreeMap<>(at.last());
    ((MariaDbGtidSet) GtidSet.parse(state))
        .last()
        .forEach(
            (stream, number) -> {
              boolean earlier =
                  at.last().entrySet().stream()
                      .anyMatch(
                          p -> p.getKey().domain() == stream.domain() && number < p.getValue());
              if (earlier) {
                has.putIfAbsent(stream, number);
              }
            });
    return new MariaDbGtidSet(has).toString();
  }

  /**
   * Has the server follow the source from where its own data is, once it is started.
   *
   * @param account empty: the one that is configured; MySQL only
   * @param tls demand an encrypted session with the source
   */
  public static void follow(
      ServerSession server, NodeAddress source, Optional<Credentials> account, boolean tls)
      throws IOException {
    Replicating statements = server.dialect().replicating();
    try {
      statements.stop(server.connection());
      statements.change(server.connection(), source, account, tls);
    } catch (SQLException e) {
      throw new IOException(server.address() + ": " + e.getMessage(), e);
    }
  }
}
