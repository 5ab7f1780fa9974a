package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How a MySQL server is set up to follow another one. */
final class MySqlReplicationCheck {
  private static final long SLOW_RETRY = 10;

  /** With {@code SOURCE_CONNECT_RETRY=1} an hour; MySQL 9 gives up after 10 attempts by default. */
  private static final long FEW_RETRIES = 3_600;

  private static final String AGAIN = "STOP REPLICA; CHANGE REPLICATION SOURCE TO ";

  private final List<Finding> findings = new ArrayList<>();

  private MySqlReplicationCheck() {}

  /**
   * @param others the service's other servers
   */
  static List<Finding> of(Connection c, Set<NodeAddress> others) throws SQLException {
    MySqlReplicationCheck check = new MySqlReplicationCheck();
    check.channels(Rows.query(c, "SHOW REPLICA STATUS").getFirst(), others);
    return List.copyOf(check.findings);
  }

  private void channels(List<Map<String, String>> rows, Set<NodeAddress> others) {
    List<String> named =
        rows.stream()
            .map(r -> Rows.text(r, "Channel_Name"))
            .filter(name -> !name.isEmpty())
            .toList();
    if (!named.isEmpty()) {
      findings.add(
          Finding.error(
              "SOURCE",
              "it has named channels " + named + "; MPP steers the default one only",
              "use the default channel"));
    }
    Map<String, String> row = MySqlPoll.channel(rows);
    if (!row.isEmpty()) {
      source(row, others);
    } else if (!others.isEmpty()) {
      findings.add(
          Finding.warning(
              "SOURCE",
              "no source is configured: it cannot follow when another server is ACTIVE",
              "CHANGE REPLICATION SOURCE TO … SOURCE_AUTO_POSITION=1, or mpp rejoin"));
    }
  }

  private void source(Map<String, String> row, Set<NodeAddress> others) {
    String source = Rows.text(row, "Source_Host") + ":" + Rows.text(row, "Source_Port");
    if (!Rows.on(row, "Auto_Position")) {
      findings.add(
          Finding.error(
              "SOURCE",
              "replication from " + source + " does not use GTID",
              AGAIN + "SOURCE_AUTO_POSITION=1"));
    } else if (others.stream().noneMatch(o -> o.toString().equals(source))) {
      findings.add(
          Finding.warning(
              "SOURCE",
              "it follows " + source + ", which is not a server of this service by mpp.yml",
              AGAIN + "SOURCE_HOST=…, or use the same address in mpp.yml"));
    } else {
      findings.add(Finding.ok("SOURCE", "it follows " + source + " by GTID"));
    }
    if (Rows.number(row, "Connect_Retry") > SLOW_RETRY) {
      findings.add(
          Finding.warning(
              "CONNECT_RETRY",
              "it tries to reach its source every " + Rows.text(row, "Connect_Retry") + " s only",
              AGAIN + "SOURCE_CONNECT_RETRY=1"));
    }
    long retries = Rows.number(row, "Source_Retry_Count");
    if (retries > 0 && retries < FEW_RETRIES) {
      findings.add(
          Finding.warning(
              "RETRY_COUNT",
              "it gives up after " + retries + " attempts to reach its source",
              AGAIN + "SOURCE_RETRY_COUNT=86400"));
    }
  }
}
