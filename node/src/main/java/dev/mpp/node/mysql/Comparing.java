package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.MySqlGtidSet;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * Compares what a server has with what the ACTIVE one has. The server is asked before the ACTIVE:
 * what it received meanwhile the ACTIVE had earlier.
 *
 * @param has everything that the server executed, wherever it came from
 * @param lacking what of it the ACTIVE does not have; empty when nothing
 * @param readOnly whether the server is
 */
public record Comparing(GtidSet has, Lacking lacking, boolean readOnly) {
  private static final String MARIADB =
      "SELECT CONCAT_WS(',', NULLIF(@@global.gtid_binlog_state, ''),"
          + " NULLIF(@@global.gtid_slave_pos, '')) AS state, @@global.read_only AS read_only";

  /** It counts as read-only when administrators cannot write either. */
  private static final String MYSQL =
      "SELECT @@global.gtid_executed AS state,"
          + " @@global.read_only AND @@global.super_read_only AS read_only";

  /**
   * @throws IOException if one of them fails on the way, or they are of two families; the message
   *     names it
   */
  public static Comparing of(ServerSession server, ServerSession active) throws IOException {
    if (server.mariaDb() != active.mariaDb()) {
      throw new IOException(
          "%s is %s and %s is %s: one family cannot follow the other"
              .formatted(server.address(), server.version(), active.address(), active.version()));
    }
    Map<String, String> row = state(server);
    GtidSet has = GtidSet.parse(Rows.text(row, "state"));
    GtidSet theirs = GtidSet.parse(Rows.text(state(active), "state"));
    boolean readOnly = Rows.on(row, "read_only");
    if (server.mariaDb()) {
      return new Comparing(has, mariaDb(has, theirs, active), readOnly);
    }
    MySqlGtidSet left =
        has instanceof MySqlGtidSet m ? m.without(theirs) : new MySqlGtidSet(Map.of());
    return new Comparing(has, new Lacking.OfMySql(left), readOnly);
  }

  private static Lacking mariaDb(GtidSet has, GtidSet theirs, ServerSession active)
      throws IOException {
    if (!(has instanceof MariaDbGtidSet mine) || !(theirs instanceof MariaDbGtidSet others)) {
      throw new IOException("not the GTIDs of MariaDB servers: " + has + ", " + theirs);
    }
    try {
      return new Lacking.OfMariaDb(
          mine.rangesMissingFrom(others.withGaps(KnownGaps.read(active.connection()))));
    } catch (SQLException e) {
      throw new IOException(active.address() + ": " + e.getMessage(), e);
    }
  }

  /** Whether clients may write there now. */
  public static boolean writable(ServerSession server) throws IOException {
    return !Rows.on(state(server), "read_only");
  }

  private static Map<String, String> state(ServerSession server) throws IOException {
    Connection c = server.connection();
    try {
      return Rows.first(Rows.query(c, server.mariaDb() ? MARIADB : MYSQL));
    } catch (SQLException e) {
      throw new IOException(server.address() + ": " + e.getMessage(), e);
    }
  }
}
