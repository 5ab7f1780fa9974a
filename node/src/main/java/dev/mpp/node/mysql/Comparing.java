package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.MariaDbGtidSet.Range;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * Compares what a server has with what the ACTIVE one has. The server is asked before the ACTIVE:
 * what it received meanwhile the ACTIVE had earlier.
 *
 * @param has everything that the server executed, wherever it came from
 * @param lacking what of it the ACTIVE does not have; empty when nothing
 * @param readOnly whether the server is
 */
public record Comparing(MariaDbGtidSet has, List<Range> lacking, boolean readOnly) {
  private static final String STATE =
      "SELECT CONCAT_WS(',', NULLIF(@@global.gtid_binlog_state, ''),"
          + " NULLIF(@@global.gtid_slave_pos, '')) AS state, @@global.read_only AS read_only";

  public Comparing {
    lacking = List.copyOf(lacking);
  }

  /**
   * @throws IOException if one of them fails on the way; the message names it
   */
  public static Comparing of(ServerSession server, ServerSession active) throws IOException {
    Map<String, String> row = state(server);
    MariaDbGtidSet has = set(row);
    MariaDbGtidSet theirs = set(state(active));
    try {
      theirs = theirs.withGaps(KnownGaps.read(active.connection()));
    } catch (SQLException e) {
      throw new IOException(active.address() + ": " + e.getMessage(), e);
    }
    return new Comparing(has, has.rangesMissingFrom(theirs), Rows.on(row, "read_only"));
  }

  /** Whether clients may write there now. */
  public static boolean writable(ServerSession server) throws IOException {
    return !Rows.on(state(server), "read_only");
  }

  private static Map<String, String> state(ServerSession server) throws IOException {
    Connection c = server.connection();
    try {
      return Rows.first(Rows.query(c, STATE));
    } catch (SQLException e) {
      throw new IOException(server.address() + ": " + e.getMessage(), e);
    }
  }

  private static MariaDbGtidSet set(Map<String, String> row) throws IOException {
    GtidSet set = GtidSet.parse(Rows.text(row, "state"));
    if (set instanceof MariaDbGtidSet m) {
      return m;
    }
    throw new IOException("not the GTIDs of a MariaDB server: " + set);
  }
}
