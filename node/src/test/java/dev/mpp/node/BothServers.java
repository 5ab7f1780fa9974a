package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.node.mysql.ServerProcess;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who has what, by the word of the servers themselves: rows, and {@code gtid_executed} (MySQL) or
 * {@code gtid_binlog_state} (MariaDB). Shares nothing with the product whose findings it judges.
 *
 * @param former was ACTIVE and came back
 * @param active is ACTIVE now
 */
record BothServers(ServerProcess former, ServerProcess active) {
  /** What only the former one has, as {@code mpp errant} writes it; empty when nothing. */
  String onlyAtFormer() throws SQLException {
    String old = position(former);
    return old.contains(":")
        ? clean(active.ask("SELECT GTID_SUBTRACT('" + old + "', @@global.gtid_executed)"))
        : String.join(",", ahead(streams(old), streams(position(active))));
  }

  static boolean has(ServerProcess server, int row) throws SQLException {
    return server.ask("SELECT COUNT(*) FROM app.t WHERE id = " + row).equals("1");
  }

  /**
   * @param rows that only the former one may have
   * @param errant their GTIDs
   */
  void assertNothingMerged(String errant, List<Integer> rows) throws SQLException {
    for (int row : rows) {
      assertEquals(true, has(former, row), "row " + row + " is at " + former.address());
      assertEquals(false, has(active, row), "row " + row + " was merged into the ACTIVE");
    }
    if (errant.contains(":")) {
      assertEquals(
          errant,
          clean(active.ask("SELECT GTID_SUBTRACT('" + errant + "', @@global.gtid_executed)")),
          "none of these transactions is on the ACTIVE");
    } else {
      assertEquals(errant, onlyAtFormer(), "none of these transactions is on the ACTIVE");
    }
  }

  private static String position(ServerProcess server) throws SQLException {
    String mariaDb = server.ask("SHOW GLOBAL VARIABLES LIKE 'gtid_binlog_state'");
    return clean(
        server.ask(
            mariaDb.isEmpty()
                ? "SELECT @@global.gtid_executed"
                : "SELECT @@global.gtid_binlog_state"));
  }

  private static String clean(String gtids) {
    return gtids.replaceAll("\\s+", "");
  }

  /** Domain and server to the last number. */
  private static Map<String, Long> streams(String state) {
    Map<String, Long> last = new HashMap<>();
    for (String gtid : state.split(",")) {
      int dash = gtid.lastIndexOf('-');
      last.merge(gtid.substring(0, dash), Long.parseLong(gtid.substring(dash + 1)), Math::max);
    }
    return last;
  }

  private static List<String> ahead(Map<String, Long> former, Map<String, Long> active) {
    List<String> ranges = new ArrayList<>();
    new TreeMap<>(former)
        .forEach(
            (stream, last) -> {
              long there = active.getOrDefault(stream, 0L);
              if (last == there + 1) {
                ranges.add(stream + "-" + last);
              } else if (last > there) {
                ranges.add(stream + "-" + (there + 1) + ".." + last);
              }
            });
    return ranges;
  }
}
