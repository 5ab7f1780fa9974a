package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The accounts: the manager's and the event's privileges, and who else could undo a fence. */
final class AccountCheck {
  private static final String PREPARE = "mpp mysql prepare";
  private static final String REPLICATION = "REPLICATION_ACCOUNT";
  private static final String FENCE = "'mppfence'@'localhost'";

  private static final String HOLDER =
      "SELECT ID AS id, USER AS user, HOST AS host FROM information_schema.PROCESSLIST"
          + " WHERE ID = IS_USED_LOCK('mpp_lease')";

  /**
   * How the family keeps its accounts.
   *
   * @param table of accounts
   * @param locked expression: 1 for an account that nobody can log in with
   * @param plugin expression: how an account authenticates, empty where that does not matter
   * @param bypass privileges that undo a fence
   * @param spared accounts that have them on every server
   * @param does what others may do with them
   * @param tooMuch privileges on everything that the manager must not have
   */
  record Names(
      String table,
      String locked,
      String plugin,
      List<String> bypass,
      List<String> spared,
      String does,
      Set<String> tooMuch) {
    Names {
      bypass = List.copyOf(bypass);
      spared = List.copyOf(spared);
      tooMuch = Set.copyOf(tooMuch);
    }

    String managers() {
      return "SELECT CONCAT('''', User, '''@''', Host, '''') AS account, "
          + plugin
          + " AS plugin FROM "
          + table
          + " WHERE User = ? ORDER BY Host";
    }

    String fence() {
      return "SELECT "
          + locked
          + " AS locked FROM "
          + table
          + " WHERE User = 'mppfence' AND Host = 'localhost'";
    }

    String privileges() {
      return String.join(" or ", bypass);
    }

    String others() {
      return "SELECT DISTINCT p.GRANTEE AS account, g.User AS user"
          + " FROM information_schema.USER_PRIVILEGES p LEFT JOIN "
          + table
          + " g ON p.GRANTEE = CONCAT('''', g.User, '''@''', g.Host, '''')"
          + " WHERE REPLACE(p.PRIVILEGE_TYPE, '_', ' ') IN ('"
          + String.join("', '", bypass)
          + "') AND NOT ("
          + locked
          + ") AND g.User NOT IN (?, 'mppfence') ORDER BY p.GRANTEE";
    }
  }

  private final Connection c;
  private final Names names;
  private final String manager;
  private final Optional<String> replication;
  private final List<String> grants;
  private final List<Finding> findings = new ArrayList<>();

  private AccountCheck(
      Connection c, Names names, String manager, Optional<String> replication, PrepareSql sql) {
    this.c = c;
    this.names = names;
    this.manager = manager;
    this.replication = replication;
    this.grants = sql.statements().stream().filter(s -> s.startsWith("GRANT ")).toList();
  }

  /**
   * Of a session that may be the manager's or an administrator's.
   *
   * @param replication the account with which servers follow each other, where MPP configures that
   */
  static List<Finding> of(
      Connection c, Names names, String manager, Optional<String> replication, PrepareSql sql)
      throws SQLException {
    AccountCheck check = new AccountCheck(c, names, manager, replication, sql);
    if (check.administrator()) {
      check.asAdministrator();
    } else {
      check.privileges("", check.wanted(manager));
      check.findings.add(
          Finding.unseen(
              "FENCE_ACCOUNT",
              "the account of the event is not visible to the manager's account",
              "mpp mysql check --admin USER"));
      replication.ifPresent(
          user ->
              check.findings.add(
                  Finding.unseen(
                      REPLICATION,
                      "the account '" + user + "' is not visible to the manager's account",
                      "mpp mysql check --admin USER")));
      check.findings.add(
          Finding.unseen(
              "BYPASS",
              "which accounts have "
                  + names.privileges()
                  + ", and so "
                  + names.does()
                  + ", is not visible to the manager's account",
              "mpp mysql check --admin USER"));
    }
    check.lock();
    return List.copyOf(check.findings);
  }

  /** Whether the session may read the tables of accounts. */
  private boolean administrator() throws SQLException {
    try {
      Rows.query(c, "SELECT 1 FROM " + names.table() + " LIMIT 1");
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
    List<Map<String, String>> managers =
        Rows.query(c, names.managers(), List.of(manager)).getFirst();
    if (managers.isEmpty()) {
      findings.add(Finding.error("MANAGER", "there is no account '" + manager + "'@…", PREPARE));
    }
    for (Map<String, String> row : managers) {
      privileges(Rows.text(row, "account"), wanted(manager));
      if (Rows.text(row, "plugin").equals("mysql_native_password")) {
        findings.add(
            Finding.warning(
                "MANAGER",
                Rows.text(row, "account")
                    + " logs in with mysql_native_password, which MySQL 8.4 switches off and 9 does"
                    + " not have",
                "ALTER USER … IDENTIFIED WITH caching_sha2_password BY …, without the binary log"));
      }
    }
    fenceAccount();
    if (replication.isPresent()) {
      replicationAccount(replication.get());
    }
    Set<String> bypass = new TreeSet<>();
    for (Map<String, String> row : Rows.query(c, names.others(), List.of(manager)).getFirst()) {
      if (!names.spared().contains(Rows.text(row, "user"))) {
        bypass.add(Rows.text(row, "account"));
      }
    }
    findings.add(
        bypass.isEmpty()
            ? Finding.ok("BYPASS", "no other account has " + names.privileges())
            : Finding.warning(
                "BYPASS",
                "these accounts " + names.does() + ": " + String.join(", ", bypass),
                "keep it to administrators: REVOKE "
                    + String.join(", ", names.bypass())
                    + " ON *.* FROM …; it counts for new sessions"));
  }

  private void privileges(String account, Privileges wanted) throws SQLException {
    Privileges has = Privileges.granted(c, account);
    String name = account.isEmpty() ? "the manager's account" : account;
    List<String> missing = has.missing(wanted);
    List<String> more =
        has.on().getOrDefault("*.*", Set.of()).stream().filter(names.tooMuch()::contains).toList();
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

  /** What it may read is all data: it should have nothing else. */
  private void replicationAccount(String user) throws SQLException {
    List<Map<String, String>> accounts = Rows.query(c, names.managers(), List.of(user)).getFirst();
    if (accounts.isEmpty()) {
      findings.add(Finding.error(REPLICATION, "there is no account '" + user + "'@…", PREPARE));
    }
    for (Map<String, String> row : accounts) {
      String account = Rows.text(row, "account");
      Privileges has = Privileges.granted(c, account);
      List<String> missing = has.missing(wanted(user));
      Set<String> more = new TreeSet<>(has.on().getOrDefault("*.*", Set.of()));
      more.removeAll(Set.of("REPLICATION SLAVE", "USAGE"));
      findings.add(
          !missing.isEmpty()
              ? Finding.error(
                  REPLICATION, account + " lacks " + String.join(", ", missing), PREPARE)
              : more.isEmpty()
                  ? Finding.ok(REPLICATION, account + " has what it needs")
                  : Finding.warning(
                      REPLICATION,
                      account + " has more than it needs: " + String.join(", ", more) + " ON *.*",
                      "REVOKE " + String.join(", ", more) + " ON *.* FROM it"));
    }
  }

  private void fenceAccount() throws SQLException {
    Map<String, String> row = Rows.first(Rows.query(c, names.fence()));
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
