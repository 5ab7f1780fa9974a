package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** The procedures of the prepare SQL: there, by the right definer, of this version of MPP. */
final class ProcedureCheck {
  private static final String PREPARE = "mpp mysql prepare";
  private static final String DEFINER = "mppfence@localhost";
  private static final List<String> BLOCKING = List.of("mpp.block_account", "mpp.unblock_accounts");

  private static final String PROCEDURE =
      "SELECT DEFINER AS definer, ROUTINE_DEFINITION AS body, SECURITY_TYPE AS security"
          + " FROM information_schema.ROUTINES"
          + " WHERE ROUTINE_SCHEMA = 'mpp' AND ROUTINE_NAME = ?";

  private static final String BLOCKED =
      "SELECT 1 FROM information_schema.TABLES"
          + " WHERE TABLE_SCHEMA = 'mpp' AND TABLE_NAME = 'blocked'";

  private final Connection c;
  private final PrepareSql sql;

  ProcedureCheck(Connection c, PrepareSql sql) {
    this.c = c;
    this.sql = sql;
  }

  private Map<String, String> row(String name) throws SQLException {
    return Rows.first(Rows.query(c, PROCEDURE, List.of(name.substring("mpp.".length()))));
  }

  private static boolean ours(Map<String, String> row) {
    return Rows.text(row, "definer").equals(DEFINER)
        && Rows.text(row, "security").equals("DEFINER");
  }

  /** Whether the server's procedure is the one that the prepare SQL would make now. */
  boolean current(String name) throws SQLException {
    Map<String, String> row = row(name);
    return ours(row) && sql.hasBody(name, Rows.text(row, "body"));
  }

  /**
   * @param without what does not work when it is missing
   */
  Finding of(String check, String name, String without) throws SQLException {
    Map<String, String> row = row(name);
    String body = Rows.text(row, "body");
    if (row.isEmpty()) {
      return Finding.error(
          check, "there is no procedure " + name + " that it may call: " + without, PREPARE);
    }
    if (!ours(row)) {
      return Finding.error(
          check, name + " runs as " + Rows.text(row, "definer") + ", not as " + DEFINER, PREPARE);
    }
    if (body.isEmpty()) {
      return Finding.unseen(
          check,
          name + " is there; which version it is this account may not see",
          "mpp mysql check --admin USER");
    }
    return sql.hasBody(name, body)
        ? Finding.ok(check, name + " is there")
        : Finding.error(check, name + " is not the one of this version of MPP", PREPARE);
  }

  /** What {@code fence.block-accounts} needs, where the service has it. */
  List<Finding> accountBlocking() throws SQLException {
    if (!BLOCKING.stream().allMatch(sql::makes)) {
      return List.of();
    }
    if (Rows.query(c, BLOCKED).getFirst().isEmpty()) {
      return List.of(
          Finding.error(
              "BLOCK_ACCOUNTS",
              "there is no table mpp.blocked that it may read: fence.block-accounts locks nothing",
              PREPARE));
    }
    String without = "fence.block-accounts does not work";
    return List.of(
        of("BLOCK_ACCOUNTS", BLOCKING.getFirst(), without),
        of("BLOCK_ACCOUNTS", BLOCKING.getLast(), without));
  }
}
