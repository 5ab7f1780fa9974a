package dev.mpp.node.mysql;

import dev.mpp.node.mysql.Finding.Level;
import java.util.List;
import java.util.Set;

/**
 * A setting of a server that MPP relies on.
 *
 * @param name of the variable, in lower case
 * @param good values that are right, in upper case; the first is the one to set, a single empty one
 *     means any but the empty
 * @param live SET GLOBAL sets it, without harm to a server that is in use; otherwise only the
 *     configuration and a restart do
 * @param line for the configuration file
 * @param wrong how bad another value is
 * @param why what would happen, completing "is OFF: "
 */
record Setting(String name, List<String> good, boolean live, String line, Level wrong, String why) {

  /** Set by MPP itself while it runs: how it came to its value says nothing. */
  private static final Set<String> MPP_SETS =
      Set.of(
          "rpl_semi_sync_slave_kill_conn_timeout",
          "rpl_semi_sync_master_wait_point",
          "rpl_semi_sync_source_wait_point");

  boolean right(String value) {
    return good.getFirst().isEmpty()
        ? !value.isEmpty()
        : good.stream().anyMatch(value::equalsIgnoreCase);
  }

  String set() {
    return "SET GLOBAL " + name + " = " + good.getFirst();
  }

  boolean setByMpp() {
    return MPP_SETS.contains(name);
  }
}
