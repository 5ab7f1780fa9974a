package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * What the semi-synchronous variables of a MySQL server are called: two plugins exist for each
 * side, with the names of today and of before 8.0.26, and an administrator loads one of them or
 * none.
 *
 * @param source {@code rpl_semi_sync_source}, {@code rpl_semi_sync_master} or empty
 * @param replica {@code rpl_semi_sync_replica}, {@code rpl_semi_sync_slave} or empty
 */
record SemiSyncNames(String source, String replica) {
  static final SemiSyncNames NONE = new SemiSyncNames("", "");

  /** One result set; looks at every variable of the server, which is too dear for every poll. */
  static final String SQL = "SHOW GLOBAL VARIABLES LIKE 'rpl_semi_sync_%_enabled'";

  static SemiSyncNames read(Connection c) throws SQLException {
    return of(Rows.query(c, SQL).getFirst());
  }

  static SemiSyncNames of(List<Map<String, String>> variables) {
    String source = "";
    String replica = "";
    for (Map<String, String> row : variables) {
      String name = Rows.text(row, "Variable_name").replace("_enabled", "");
      if (name.endsWith("source") || name.endsWith("master")) {
        source = name;
      } else {
        replica = name;
      }
    }
    return new SemiSyncNames(source, replica);
  }
}
