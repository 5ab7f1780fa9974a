package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the prepare SQL makes on MySQL: the schema, the dead-man, the procedure of every opening.
 */
final class MySqlObjectCheck {
  private static final String PREPARE = "mpp mysql prepare";
  private static final String DEFINER = "mppfence@localhost";
  private static final String EVENT_NAME = "mpp.dead_man";

  private static final String EVENT =
      "SELECT DEFINER AS definer, STATUS AS status, EVENT_DEFINITION AS body,"
          + " LAST_EXECUTED IS NOT NULL AS executed,"
          + " COALESCE(TIMESTAMPDIFF(SECOND, LAST_EXECUTED, UTC_TIMESTAMP()), 0) AS age,"
          + " TIMESTAMPDIFF(SECOND, LAST_ALTERED, UTC_TIMESTAMP()) AS since,"
          + " @@global.event_scheduler AS scheduler, @@global.super_read_only AS closed"
          + " FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'mpp'"
          + " AND EVENT_NAME = 'dead_man'";

  private static final String CANARY =
      "SELECT 1 FROM information_schema.TABLES"
          + " WHERE TABLE_SCHEMA = 'mpp' AND TABLE_NAME = 'canary'";

  private final Connection c;
  private final PrepareSql sql;
  private final List<Finding> findings = new ArrayList<>();

  private MySqlObjectCheck(Connection c, PrepareSql sql) {
    this.c = c;
    this.sql = sql;
  }

  static List<Finding> of(Connection c, PrepareSql sql) throws SQLException {
    MySqlObjectCheck check = new MySqlObjectCheck(c, sql);
    check.findings.add(
        Rows.query(c, CANARY).getFirst().isEmpty()
            ? Finding.error("CANARY", "there is no table mpp.canary that it may use", PREPARE)
            : Finding.ok("CANARY", "mpp.canary is there"));
    check.event();
    ProcedureCheck procedures = new ProcedureCheck(c, sql);
    check.findings.add(procedures.of("OPEN_SERVER", "mpp.open_server", "nothing can be opened"));
    check.findings.addAll(procedures.accountBlocking());
    return List.copyOf(check.findings);
  }

  static boolean current(Connection c, PrepareSql sql, String name) throws SQLException {
    if (!name.equals(EVENT_NAME)) {
      return new ProcedureCheck(c, sql).current(name);
    }
    Map<String, String> row = Rows.first(Rows.query(c, EVENT));
    return Rows.text(row, "definer").equals(DEFINER)
        && sql.hasBody(name, Rows.text(row, "body"))
        && Rows.text(row, "status").equals("ENABLED");
  }

  private void event() throws SQLException {
    Map<String, String> row = Rows.first(Rows.query(c, EVENT));
    String status = Rows.text(row, "status");
    if (row.isEmpty()) {
      event("there is no event mpp.dead_man", PREPARE);
    } else if (!status.equals("ENABLED")) {
      event(
          "mpp.dead_man is "
              + status
              + (status.endsWith("SIDE_DISABLED") ? ": it came by replication" : ""),
          PREPARE);
    } else if (!Rows.text(row, "definer").equals(DEFINER)) {
      event("mpp.dead_man runs as " + Rows.text(row, "definer") + ", not as " + DEFINER, PREPARE);
    } else if (!sql.hasBody(EVENT_NAME, Rows.text(row, "body"))) {
      event("mpp.dead_man is not the one of this version of MPP", PREPARE);
    } else if (Rows.on(row, "scheduler") && !Rows.on(row, "closed") && stale(row)) {
      event(
          "mpp.dead_man is enabled and has not run for 5 s",
          "look at the server's error log for messages of the event scheduler");
    } else {
      findings.add(Finding.ok("DEAD_MAN", state(row)));
    }
  }

  /** The scheduler sleeps while {@code super_read_only} is on and wakes up by itself. */
  private static String state(Map<String, String> row) {
    return !Rows.on(row, "scheduler")
        ? "mpp.dead_man is as it should be; see EVENT_SCHEDULER"
        : Rows.on(row, "closed")
            ? "mpp.dead_man is enabled; it sleeps while super_read_only is on"
            : "mpp.dead_man is enabled and runs";
  }

  private static boolean stale(Map<String, String> row) {
    return Rows.on(row, "executed") ? Rows.number(row, "age") >= 5 : Rows.number(row, "since") >= 5;
  }

  private void event(String what, String remedy) {
    findings.add(Finding.error("DEAD_MAN", what + ": MPP makes no such server writable", remedy));
  }
}
