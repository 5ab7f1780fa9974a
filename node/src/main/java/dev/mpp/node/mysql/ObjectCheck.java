package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the prepare SQL makes: the schema, the dead-man event, the procedure of every opening. */
final class ObjectCheck {
  private static final String PREPARE = "mpp mysql prepare";
  private static final String DEFINER = "mppfence@localhost";

  private static final String EVENT =
      "SELECT definer, status, body, last_executed IS NOT NULL AS executed,"
          + " COALESCE(TIMESTAMPDIFF(SECOND, last_executed, UTC_TIMESTAMP()), 0) AS age,"
          + " TIMESTAMPDIFF(SECOND, modified, UTC_TIMESTAMP()) AS since,"
          + " @@global.event_scheduler AS scheduler"
          + " FROM mysql.event WHERE db = 'mpp' AND name = 'dead_man'";

  private static final String PROCEDURE =
      "SELECT DEFINER AS definer, ROUTINE_DEFINITION AS body, SECURITY_TYPE AS security"
          + " FROM information_schema.ROUTINES"
          + " WHERE ROUTINE_SCHEMA = 'mpp' AND ROUTINE_NAME = 'jump'";

  private static final String COLUMNS =
      "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS"
          + " WHERE TABLE_SCHEMA = 'mpp' AND TABLE_NAME = 'canary'";

  private final Connection c;
  private final PrepareSql sql;
  private final List<Finding> findings = new ArrayList<>();

  private ObjectCheck(Connection c, PrepareSql sql) {
    this.c = c;
    this.sql = sql;
  }

  static List<Finding> of(Connection c, PrepareSql sql) throws SQLException {
    ObjectCheck check = new ObjectCheck(c, sql);
    check.canary();
    check.event();
    check.procedure();
    return List.copyOf(check.findings);
  }

  /** Whether the server's object is the one that the prepare SQL would make now. */
  static boolean current(Connection c, PrepareSql sql, String name) throws SQLException {
    boolean event = name.equals("mpp.dead_man");
    Map<String, String> row = Rows.first(Rows.query(c, event ? EVENT : PROCEDURE));
    return Rows.text(row, "definer").equals(DEFINER)
        && same(Rows.text(row, "body"), sql.body(name))
        && (!event || Rows.text(row, "status").equals("ENABLED"));
  }

  private static boolean same(String is, String wanted) {
    return is.strip().equals(wanted.strip());
  }

  private void canary() throws SQLException {
    List<String> columns =
        Rows.query(c, COLUMNS).getFirst().stream().map(r -> Rows.text(r, "name")).toList();
    if (columns.isEmpty()) {
      findings.add(
          Finding.error("CANARY", "there is no table mpp.canary that it may use", PREPARE));
    } else if (!columns.contains("gaps")) {
      findings.add(
          Finding.error(
              "CANARY",
              "mpp.canary is of an earlier version of MPP: gaps in the GTIDs are not noted",
              PREPARE));
    } else {
      findings.add(Finding.ok("CANARY", "mpp.canary is there"));
    }
  }

  private void event() throws SQLException {
    Map<String, String> row = Rows.first(Rows.query(c, EVENT));
    String status = Rows.text(row, "status");
    if (row.isEmpty()) {
      event("there is no event mpp.dead_man", PREPARE);
    } else if (status.equals("SLAVESIDE_DISABLED")) {
      event(
          "mpp.dead_man is SLAVESIDE_DISABLED: it came by replication or with a copy, and does not"
              + " run here",
          PREPARE);
    } else if (!status.equals("ENABLED")) {
      event("mpp.dead_man is " + status, PREPARE);
    } else if (!Rows.text(row, "definer").equals(DEFINER)) {
      event("mpp.dead_man runs as " + Rows.text(row, "definer") + ", not as " + DEFINER, PREPARE);
    } else if (!same(Rows.text(row, "body"), sql.body("mpp.dead_man"))) {
      event("mpp.dead_man is not the one of this version of MPP", PREPARE);
    } else if (Rows.on(row, "scheduler") && stale(row)) {
      event(
          "mpp.dead_man is enabled and has not run for 5 s",
          "look at the server's error log for messages of the event scheduler");
    } else {
      findings.add(
          Finding.ok(
              "DEAD_MAN",
              Rows.on(row, "scheduler")
                  ? "mpp.dead_man is enabled and runs"
                  : "mpp.dead_man is as it should be; see EVENT_SCHEDULER"));
    }
  }

  private static boolean stale(Map<String, String> row) {
    return Rows.on(row, "executed") ? Rows.number(row, "age") >= 5 : Rows.number(row, "since") >= 5;
  }

  private void event(String what, String remedy) {
    findings.add(Finding.error("DEAD_MAN", what + ": MPP makes no such server writable", remedy));
  }

  private void procedure() throws SQLException {
    Map<String, String> row = Rows.first(Rows.query(c, PROCEDURE));
    String body = Rows.text(row, "body");
    if (row.isEmpty()) {
      findings.add(
          Finding.error(
              "JUMP",
              "there is no procedure mpp.jump that it may call: nothing can be opened",
              PREPARE));
    } else if (!Rows.text(row, "definer").equals(DEFINER)
        || !Rows.text(row, "security").equals("DEFINER")) {
      findings.add(
          Finding.error(
              "JUMP",
              "mpp.jump runs as " + Rows.text(row, "definer") + ", not as " + DEFINER,
              PREPARE));
    } else if (body.isEmpty()) {
      findings.add(
          Finding.unseen(
              "JUMP",
              "mpp.jump is there; which version it is this account may not see",
              "mpp mysql check --admin USER"));
    } else if (!same(body, sql.body("mpp.jump"))) {
      findings.add(
          Finding.error("JUMP", "mpp.jump is not the one of this version of MPP", PREPARE));
    } else {
      findings.add(Finding.ok("JUMP", "mpp.jump is there"));
    }
  }
}
