package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The accounts: the manager's and the event's privileges, and who else could undo a fence. */
final class AccountCheck {
  private static final String PREPARE = "mpp mysql prepare";
  private static final String FENCE = "'mppfence'@'localhost'";

  private static final String MANAGERS =
      "SELECT CONCAT('''', User, '''@''', Host, '''') AS account FROM mysql.global_priv"
          + " WHERE User = ? ORDER BY Host";

  private static final String FENCE_LOCKED =
      "SELECT COALESCE(JSON_VALUE(Priv, '$.account_locked'), 0) AS locked FROM mysql.global_priv"
          + " WHERE User = 'mppfence' AND Host = 'localhost'";

  private static final String BYPASS =
      "SELECT p.GRANTEE AS account FROM information_schema.USER_PRIVILEGES p"
          + " LEFT JOIN mysql.global_priv g"
          + " ON p.GRANTEE = CONCAT('''', g.User, '''@''', g.Host, '''')"
          + " WHERE REPLACE(p.PRIVILEGE_TYPE, '_', ' ') = 'READ ONLY ADMIN'"
          + " AND COALESCE(JSON_VALUE(g.Priv, '$.account_locked'), 0) = 0"
          + " AND g.User NOT IN (?, 'mppfence') ORDER BY p.GRANTEE";

  private static final String HOLDER =
      "SELECT ID AS id, USER AS user, HOST AS host FROM information_schema.PROCESSLIST"
          + " WHERE ID = IS_USED_LOCK('mpp_lease')";

  private static final Set<String> TOO_MUCH =
      Set.of("ALL PRIVILEGES", "SUPER", "BINLOG REPLAY", "SELECT", "REPLICATION SLAVE", "FILE");

  private final Connection c;
  private final String manager;
  private final List<String> grants;
  private final List<Finding> findings = new ArrayList<>();

  private AccountCheck(Connection c, String manager, PrepareSql sql) {
    this.c = c;
    this.manager = manager;
    this.grants = sql.statements().stream().filter(s -> s.startsWith("GRANT ")).toList();
  }

  /**
   * @param administrator whether the session may read the tables of accounts
   */
  static List<Finding> of(Connection c, String manager, PrepareSql sql, boolean administrator)
      throws SQLException {
    AccountCheck check = new AccountCheck(c, manager, sql);
    if (administrator) {
      check.asAdministrator();
    } else {
      check.privileges("", check.wanted(manager));
      check.findings.add(
          Finding.unseen(
              "FENCE_ACCOUNT",
              "the account of the event is not visible to the manager's account",
              "mpp mysql check --admin USER"));
      check.findings.add(
          Finding.unseen(
              "BYPASS",
              "which accounts have READ ONLY ADMIN, and so write on a fenced server, is not visible"
                  + " to the manager's account",
              "mpp mysql check --admin USER"));
    }
    check.lock();
    return List.copyOf(check.findings);
  }

  /** Whether the session may read the tables of accounts. */
  static boolean administrator(Connection c) throws SQLException {
    try {
      Rows.query(c, "SELECT 1 FROM mysql.global_priv LIMIT 1");
      return true;
    } catch (SQLException e) {
      if (e.getErrorCode() == 1142 || e.getErrorCode() == 1044) {
        return false;
      }
      throw e;
    }
  }

  private Privileges wanted(String user) {
    return Privileges.of(
        grants.stream().filter(g -> Privileges.grantee(g).startsWith("'" + user + "'@")).toList());
  }

  private void asAdministrator() throws SQLException {
    List<String> managers =
        Rows.query(c, MANAGERS, List.of(manager)).getFirst().stream()
            .map(r -> Rows.text(r, "account"))
            .toList();
    if (managers.isEmpty()) {
      findings.add(Finding.error("MANAGER", "there is no account '" + manager + "'@…", PREPARE));
    }
    for (String account : managers) {
      privileges(account, wanted(manager));
    }
    fenceAccount();
    Set<String> bypass = new TreeSet<>();
    for (Map<String, String> row : Rows.query(c, BYPASS, List.of(manager)).getFirst()) {
      bypass.add(Rows.text(row, "account"));
    }
    findings.add(
        bypass.isEmpty()
            ? Finding.ok("BYPASS", "no other account has READ ONLY ADMIN")
            : Finding.warning(
                "BYPASS",
                "these accounts write on a fenced server: " + String.join(", ", bypass),
                "keep it to administrators: REVOKE READ ONLY ADMIN ON *.* FROM …; it counts for"
                    + " new sessions"));
  }

  private void privileges(String account, Privileges wanted) throws SQLException {
    Privileges has = Privileges.granted(c, account);
    String name = account.isEmpty() ? "the manager's account" : account;
    List<String> missing = has.missing(wanted);
    List<String> more =
        has.on().getOrDefault("*.*", Set.of()).stream().filter(TOO_MUCH::contains).toList();
    if (!missing.isEmpty()) {
      findings.add(
          Finding.error("MANAGER", name + " lacks " + String.join(", ", missing), PREPARE));
    } else if (!more.isEmpty()) {
      findings.add(
          Finding.warning(
              "MANAGER",
              name + " has more than it needs: " + String.join(", ", more) + " ON *.*",
              "REVOKE " + String.join(", ", more) + " ON *.* FROM it"));
    } else {
      findings.add(Finding.ok("MANAGER", name + " has what it needs"));
    }
  }

  private void fenceAccount() throws SQLException {
    Map<String, String> row = Rows.first(Rows.query(c, FENCE_LOCKED));
    if (row.isEmpty()) {
      findings.add(Finding.error("FENCE_ACCOUNT", "there is no account " + FENCE, PREPARE));
      return;
    }
    List<String> missing = Privileges.granted(c, FENCE).missing(wanted("mppfence"));
    if (!missing.isEmpty()) {
      findings.add(
          Finding.error("FENCE_ACCOUNT", FENCE + " lacks " + String.join(", ", missing), PREPARE));
    } else if (Rows.text(row, "locked").equals("0")) {
      findings.add(
          Finding.error(
              "FENCE_ACCOUNT",
              FENCE + " is not locked: whoever logs in with it passes the fence",
              "ALTER USER " + FENCE + " ACCOUNT LOCK"));
    } else {
      findings.add(Finding.ok("FENCE_ACCOUNT", FENCE + " is locked and has what it needs"));
    }
  }

  private void lock() throws SQLException {
    Map<String, String> row = Rows.first(Rows.query(c, HOLDER));
    String user = Rows.text(row, "user");
    if (row.isEmpty() || user.equals(manager) || user.equals("mppfence")) {
      findings.add(
          Finding.ok("LOCK", row.isEmpty() ? "nobody holds mpp_lease" : user + " holds mpp_lease"));
    } else {
      findings.add(
          Finding.error(
              "LOCK",
              "session "
                  + Rows.text(row, "id")
                  + " of "
                  + user
                  + "@"
                  + Rows.text(row, "host")
                  + " holds mpp_lease, which is MPP's; the dead-man ends such sessions",
              "find out who takes that lock, and why"));
    }
  }
}
