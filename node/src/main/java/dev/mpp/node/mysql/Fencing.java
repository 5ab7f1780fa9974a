package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The statements of a fence. */
interface Fencing {

  /** The variable that keeps clients from writing. */
  String variable();

  /** Whether some accounts may write although the variable is on. */
  boolean mayBePassed();

  /** Whether accounts can be locked only while the variable is off. */
  boolean accountsFirst();

  /**
   * Lets administrators in only, unless a replica reads the binary log here.
   *
   * @return what was done, for the operator; empty when a replica does
   */
  Optional<String> goOffline(Connection connection) throws SQLException;

  /** Whether administrators only may log in. */
  boolean offline(Connection connection) throws SQLException;

  /** Undoes {@link #goOffline}. */
  void goOnline(Connection connection) throws SQLException;

  /** Looks at the flags and the sessions. */
  Look look(Connection connection, Sessions sessions) throws SQLException;

  /** Kills every session that could write, and looks. */
  Look kill(Connection connection, Sessions sessions) throws SQLException;

  /**
   * Lets commits end that wait for an acknowledgement and were killed: their clients have been cut
   * off and will never be told that they succeeded. Called only while the flag is pending, so that
   * nobody can start to write, and no client is alive.
   */
  void freeWaiting(Connection connection) throws SQLException;

  /** Undoes {@link #freeWaiting} on a server that was not made read-only after all. */
  void waitAgain(Connection connection) throws SQLException;

  /** What can still write to a fenced server, for the operator; empty when nothing can. */
  String remains(Connection connection) throws SQLException;

  /**
   * What one look at the server said.
   *
   * @param readOnly every flag is read back as on
   * @param alive sessions of clients that are not being killed yet
   * @param pending the session that sets the flag is waiting in its statement
   * @param doubtful the session through which the server was being made writable is still there
   * @param killed sessions killed by this call
   * @param stuck sessions without a client that wait for an acknowledgement
   * @param position what this server itself has written to its binary log, only to be compared
   * @param names at most three of the clients' sessions, those at work first; with those that were
   *     killed and have not ended
   */
  record Look(
      boolean readOnly,
      long alive,
      boolean pending,
      boolean doubtful,
      long killed,
      long stuck,
      String position,
      String names) {
    static Look of(Map<String, String> row, long killed) {
      return new Look(
          Rows.on(row, "read_only"),
          Rows.number(row, "alive"),
          Rows.on(row, "pending"),
          Rows.on(row, "doubtful"),
          killed,
          Rows.number(row, "stuck"),
          Rows.text(row, "position"),
          Rows.text(row, "names"));
    }
  }

  /**
   * Who is spared.
   *
   * @param setter the session that sets the flag
   * @param doubtful the session that may be making the server writable just now, 0 when none
   * @param own further sessions of this process, spared
   * @param manager account whose sessions are spared unless they write
   */
  record Sessions(long setter, long doubtful, List<Long> own, String manager) {

    /** One row: what {@link Look#of} reads. */
    String lookSql(String flags, String variable, String position) {
      return "SELECT "
          + position
          + " AS position, "
          + flags
          + " AS read_only, (SELECT COUNT(*)"
          + clients()
          + ") AS alive, (SELECT GROUP_CONCAT(who SEPARATOR ', ') FROM ("
          + named()
          + ") AS client) AS names, EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID ="
          + " "
          + setter
          + " AND INFO LIKE 'SET GLOBAL "
          + variable
          + "%') AS pending,"
          + " EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID <> 0 AND ID = "
          + doubtful
          + ") AS doubtful";
    }

    private String named() {
      return "SELECT CONCAT(USER, '@', HOST, ' (session ', ID,"
          + " IF(COMMAND = 'Killed', ', killed', ''), ')') AS who"
          + others()
          + " ORDER BY COMMAND = 'Sleep', TIME DESC, ID LIMIT 3";
    }

    /** Sessions that could write, without those that are being killed already. */
    String clients() {
      return others() + " AND COMMAND <> 'Killed'";
    }

    private String others() {
      String spared =
          own.stream()
              .filter(id -> id != 0 && id != doubtful)
              .map(String::valueOf)
              .collect(Collectors.joining(","));
      return " FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND ID NOT IN (0,"
          + setter
          + (spared.isEmpty() ? "" : "," + spared)
          + ") AND USER NOT IN ('system user','event_scheduler','unauthenticated user',"
          + "'mysql.session','mppfence')"
          + " AND COMMAND NOT IN ('Binlog Dump','Binlog Dump GTID','Daemon')"
          + " AND (USER <> '"
          + manager
          + "' OR ID = "
          + doubtful
          + " OR COALESCE(INFO,'') LIKE '%mpp.canary%')";
    }
  }
}
