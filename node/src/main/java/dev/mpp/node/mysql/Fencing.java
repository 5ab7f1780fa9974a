package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The statements of a fence. */
interface Fencing {

  /** The variable that keeps clients from writing. */
  String variable();

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
   */
  record Look(
      boolean readOnly, long alive, boolean pending, boolean doubtful, long killed, long stuck) {
    static Look of(Map<String, String> row, long killed) {
      return new Look(
          Rows.on(row, "read_only"),
          Rows.number(row, "alive"),
          Rows.on(row, "pending"),
          Rows.on(row, "doubtful"),
          killed,
          Rows.number(row, "stuck"));
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
    String lookSql(String flags, String variable) {
      return "SELECT "
          + flags
          + " AS read_only, (SELECT COUNT(*)"
          + clients()
          + ") AS alive, EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = "
          + setter
          + " AND INFO LIKE 'SET GLOBAL "
          + variable
          + "%') AS pending,"
          + " EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID <> 0 AND ID = "
          + doubtful
          + ") AS doubtful";
    }

    /** Sessions that could write, without those that are being killed already. */
    String clients() {
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
          + " AND COMMAND NOT IN ('Binlog Dump','Binlog Dump GTID','Daemon','Killed')"
          + " AND (USER <> '"
          + manager
          + "' OR ID = "
          + doubtful
          + " OR COALESCE(INFO,'') LIKE '%mpp.canary%')";
    }
  }
}
