package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.NodeAddress;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The source a MariaDB server is configured to follow, and changing it. Starts nothing. */
public final class ReplicaSetup {
  private ReplicaSetup() {}

  /**
   * As the server shows it.
   *
   * @param source {@code host:port}, empty when none is configured
   * @param byGtid it follows by {@code gtid_slave_pos}
   * @param problem the last error of its receiver or applier, empty when there is none
   */
  public record Shown(
      String source, boolean byGtid, boolean receives, boolean applies, String problem) {

    public boolean follows(NodeAddress active) {
      return source.equals(active.toString()) && byGtid;
    }

    public boolean running() {
      return receives && applies;
    }
  }

  public static Shown read(ServerSession server) throws IOException {
    try {
      Map<String, String> row = Rows.first(Rows.query(server.connection(), "SHOW SLAVE STATUS"));
      if (row.isEmpty()) {
        return new Shown("", false, false, false, "");
      }
      return new Shown(
          new NodeAddress(Rows.text(row, "Master_Host"), (int) Rows.number(row, "Master_Port"))
              .toString(),
          Rows.text(row, "Using_Gtid").equals("Slave_Pos"),
          Rows.on(row, "Slave_IO_Running"),
          Rows.on(row, "Slave_SQL_Running"),
          MariaDbPoll.error(row));
    } catch (IllegalArgumentException e) {
      return new Shown("", false, false, false, "");
    } catch (SQLException e) {
      throw new IOException(server.address() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Has a server that was made from a copy know what it has of every server. Its binary log is
   * empty and {@code gtid_slave_pos} names the last transaction of each domain only; in a domain
   * numbers only grow, so that all lower ones of the ACTIVE came before. Without it no comparison
   * finds that it has what earlier ACTIVE servers wrote.
   *
   * @return whether it had to be done
   */
  public static boolean completeState(ServerSession server, ServerSession active)
      throws IOException {
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
   * @param tls demand an encrypted session with the source
   */
  public static void follow(
      ServerSession server, NodeAddress source, Credentials account, boolean tls)
      throws IOException {
    Connection c = server.connection();
    try {
      Rows.query(c, "STOP SLAVE");
      Rows.query(
          c,
          "CHANGE MASTER TO MASTER_HOST = ?, MASTER_PORT = ?, MASTER_USER = ?, MASTER_PASSWORD = ?,"
              + " MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1"
              + (tls ? ", MASTER_SSL = 1" : ", MASTER_SSL = 0, MASTER_SSL_VERIFY_SERVER_CERT = 0"),
          List.of(source.host(), source.port(), account.user(), account.password().get()));
    } catch (SQLException e) {
      throw new IOException(server.address() + ": " + e.getMessage(), e);
    }
  }
}
