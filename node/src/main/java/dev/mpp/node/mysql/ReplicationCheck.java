package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How a MariaDB server is set up to follow another one. */
final class ReplicationCheck {
  private static final long SLOW_RETRY = 10;

  /**
   * A receiver that runs since the boot was not started by anybody: its session is older than every
   * client's. The sessions of clients begin after that.
   */
  private static final String WITH_THE_BOOT =
      "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST r"
          + " WHERE r.COMMAND = 'Slave_IO' AND r.ID < (SELECT MIN(s.ID)"
          + " FROM information_schema.PROCESSLIST s"
          + " WHERE s.USER NOT IN ('system user', 'event_scheduler'))"
          + " AND r.TIME + 2 >= (SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
          + " WHERE VARIABLE_NAME = 'UPTIME')";

  private final List<Finding> findings = new ArrayList<>();

  private ReplicationCheck() {}

  /**
   * @param others the service's other servers
   */
  static List<Finding> of(Connection c, Set<NodeAddress> others) throws SQLException {
    ReplicationCheck check = new ReplicationCheck();
    check.source(c, others);
    check.boot(c);
    return List.copyOf(check.findings);
  }

  private void source(Connection c, Set<NodeAddress> others) throws SQLException {
    List<Map<String, String>> rows = Rows.query(c, "SHOW ALL SLAVES STATUS").getFirst();
    List<String> named =
        rows.stream()
            .map(r -> Rows.text(r, "Connection_name"))
            .filter(name -> !name.isEmpty())
            .toList();
    if (!named.isEmpty()) {
      findings.add(
          Finding.error(
              "SOURCE",
              "it has named connections " + named + "; MPP steers the default one only",
              "use the default connection"));
    }
    Map<String, String> row =
        rows.stream()
            .filter(r -> Rows.text(r, "Connection_name").isEmpty())
            .findFirst()
            .orElse(Map.of());
    if (row.isEmpty()) {
      if (!others.isEmpty()) {
        findings.add(
            Finding.warning(
                "SOURCE",
                "no source is configured: it cannot follow when another server is ACTIVE",
                "CHANGE MASTER TO … MASTER_USE_GTID=slave_pos, or mpp rejoin"));
      }
      return;
    }
    source(row, others);
  }

  private void source(Map<String, String> row, Set<NodeAddress> others) {
    String source = Rows.text(row, "Master_Host") + ":" + Rows.text(row, "Master_Port");
    String gtid = Rows.text(row, "Using_Gtid");
    if (!gtid.equals("Slave_Pos")) {
      findings.add(
          new Finding(
              gtid.equals("No") ? Finding.Level.ERROR : Finding.Level.WARNING,
              "SOURCE",
              "replication from " + source + " has MASTER_USE_GTID=" + gtid,
              "STOP SLAVE; CHANGE MASTER TO MASTER_USE_GTID=slave_pos"));
    } else if (others.stream().noneMatch(o -> o.toString().equals(source))) {
      findings.add(
          Finding.warning(
              "SOURCE",
              "it follows " + source + ", which is not a server of this service by mpp.yml",
              "CHANGE MASTER TO MASTER_HOST=…, or use the same address in mpp.yml"));
    } else {
      findings.add(Finding.ok("SOURCE", "it follows " + source + " by GTID"));
    }
    if (Rows.number(row, "Connect_Retry") > SLOW_RETRY) {
      findings.add(
          Finding.warning(
              "CONNECT_RETRY",
              "it tries to reach its source every " + Rows.text(row, "Connect_Retry") + " s only",
              "STOP SLAVE; CHANGE MASTER TO MASTER_CONNECT_RETRY=1"));
    }
  }

  /** {@code skip-slave-start} is an option and no variable (assumption A11 of docs/safety.md). */
  private void boot(Connection c) throws SQLException {
    boolean byItself = Rows.number(Rows.first(Rows.query(c, WITH_THE_BOOT)), "n") > 0;
    findings.add(
        byItself
            ? Finding.error(
                "SKIP_SLAVE_START",
                "its receiver has run since the boot: nothing was compared, and a relay log with"
                    + " acknowledged transactions may have been thrown away",
                "skip-slave-start in the configuration")
            : Finding.unseen(
                "SKIP_SLAVE_START",
                "the server does not tell it; its receiver was not started with the boot, as far as"
                    + " that shows",
                "make sure that the configuration has skip-slave-start"));
  }
}
