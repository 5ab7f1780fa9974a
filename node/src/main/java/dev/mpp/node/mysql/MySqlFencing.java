package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * MySQL: {@code super_read_only}, which takes {@code read_only} with it. While it is pending the
 * server shows {@code super_read_only=1, read_only=0}: both count.
 *
 * <p>A KILL closes the client's connection at once but does not end a commit that waits for a
 * semi-synchronous acknowledgement, and the flag waits for that commit.
 */
final class MySqlFencing implements Fencing {
  /** ER_NO_SUCH_THREAD: it ended by itself. */
  private static final int NO_SUCH_THREAD = 1094;

  /** ER_UNKNOWN_SYSTEM_VARIABLE: the plugin is not loaded, or has the other name. */
  private static final int UNKNOWN_VARIABLE = 1193;

  private static final String FLAGS = "@@global.read_only AND @@global.super_read_only";

  private static final String POSITION =
      "COALESCE(REGEXP_SUBSTR(@@global.gtid_executed, CONCAT(@@global.server_uuid, '[^,]*')), '')";

  private static final String OFFLINE =
      "SELECT @@global.offline_mode AS off, (SELECT COUNT(*) FROM information_schema.PROCESSLIST"
          + " WHERE COMMAND LIKE 'Binlog Dump%') AS replicas";

  /** The applier waits too where waiting was left on at a replica. */
  private static final String STUCK =
      ", (SELECT COUNT(*) FROM information_schema.PROCESSLIST"
          + " WHERE STATE LIKE 'Waiting for semi-sync ACK%'"
          + " AND (COMMAND = 'Killed' OR USER = 'system user')) AS stuck";

  @Override
  public String variable() {
    return "super_read_only";
  }

  /** Not by anybody, but for {@code XA COMMIT} and the like: {@link #remains}. */
  @Override
  public boolean mayBePassed() {
    return false;
  }

  @Override
  public boolean accountsFirst() {
    return true;
  }

  @Override
  public Optional<String> goOffline(Connection c) throws SQLException {
    Map<String, String> row = Rows.first(Rows.query(c, OFFLINE));
    if (Rows.on(row, "off")) {
      return Optional.of("offline_mode is on");
    }
    if (Rows.number(row, "replicas") > 0) {
      return Optional.empty();
    }
    Rows.query(c, "SET GLOBAL offline_mode = ON");
    return Optional.of("offline_mode set");
  }

  @Override
  public boolean offline(Connection c) throws SQLException {
    return Rows.on(Rows.first(Rows.query(c, "SELECT @@global.offline_mode AS off")), "off");
  }

  @Override
  public void goOnline(Connection c) throws SQLException {
    Rows.query(c, "SET GLOBAL offline_mode = OFF");
  }

  @Override
  public Look look(Connection c, Sessions sessions) throws SQLException {
    return look(c, sessions, 0);
  }

  private static Look look(Connection c, Sessions sessions, long killed) throws SQLException {
    try {
      return Look.of(
          Rows.first(Rows.query(c, sessions.lookSql(FLAGS, "super_read_only", POSITION) + STUCK)),
          killed);
    } catch (SQLException e) {
      return withoutRoom(c, sessions, killed, e);
    }
  }

  /** The same of a server whose temporary files have no room. */
  private static Look withoutRoom(Connection c, Sessions sessions, long killed, SQLException why)
      throws SQLException {
    if (!CommitStates.full(LinkException.of(why))) {
      throw why;
    }
    return listed(c, sessions, killed);
  }

  /** What {@link #look} says, by other statements. */
  static Look listed(Connection c, Sessions sessions, long killed) throws SQLException {
    var state =
        Rows.first(
            Rows.query(c, "SELECT " + POSITION + " AS position, " + FLAGS + " AS read_only"));
    return MySqlSessionList.read(c, sessions).look(state, "super_read_only", killed);
  }

  /** The oldest first: those in the way are, and those that come back at once are not. */
  @Override
  public Look kill(Connection c, Sessions sessions) throws SQLException {
    return look(c, sessions, kill(c, victims(c, sessions)));
  }

  private static List<Long> victims(Connection c, Sessions sessions) throws SQLException {
    try {
      return Rows.query(c, "SELECT ID" + sessions.clients() + " ORDER BY ID").getFirst().stream()
          .map(row -> Rows.number(row, "ID"))
          .toList();
    } catch (SQLException e) {
      if (!CommitStates.full(LinkException.of(e))) {
        throw e;
      }
      return MySqlSessionList.read(c, sessions).clients();
    }
  }

  /** In one text, which ends at the first session that is gone already: then with the rest. */
  private static long kill(Connection c, List<Long> victims) throws SQLException {
    long killed = 0;
    List<Long> left = victims;
    while (!left.isEmpty()) {
      int done = 0;
      try (Statement s = c.createStatement()) {
        boolean rows =
            s.execute(left.stream().map(id -> "KILL " + id).collect(Collectors.joining(";")));
        while (rows || s.getUpdateCount() != -1) {
          done++;
          rows = s.getMoreResults();
        }
        return killed + done;
      } catch (SQLException e) {
        if (e.getErrorCode() != NO_SUCH_THREAD) {
          throw e;
        }
        killed += done;
        left = left.subList(done + 1, left.size());
      }
    }
    return killed;
  }

  @Override
  public void freeWaiting(Connection c) throws SQLException {
    waiting(c, "OFF");
  }

  @Override
  public void waitAgain(Connection c) throws SQLException {
    waiting(c, "ON");
  }

  private static void waiting(Connection c, String value) throws SQLException {
    try {
      Rows.query(c, "SET GLOBAL rpl_semi_sync_source_enabled = " + value);
    } catch (SQLException e) {
      if (e.getErrorCode() != UNKNOWN_VARIABLE) {
        throw e;
      }
      Rows.query(c, "SET GLOBAL rpl_semi_sync_master_enabled = " + value);
    }
  }

  /** {@code XA COMMIT} of a prepared transaction is not refused by {@code super_read_only}. */
  @Override
  public String remains(Connection c) throws SQLException {
    int prepared = Rows.query(c, "XA RECOVER").getFirst().size();
    return prepared == 0
        ? ""
        : prepared + " prepared XA transactions: XA COMMIT is not refused on a fenced MySQL";
  }
}
