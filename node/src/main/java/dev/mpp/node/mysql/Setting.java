package dev.mpp.node.mysql;

import dev.mpp.node.mysql.Finding.Level;
import java.util.List;
import java.util.Set;

/**
 * A setting of a MariaDB server that MPP relies on.
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
      Set.of("rpl_semi_sync_slave_kill_conn_timeout", "rpl_semi_sync_master_wait_point");

  private static Setting of(String name, String value, boolean live, Level wrong, String why) {
    return new Setting(name, List.of(value), live, name + "=" + value, wrong, why);
  }

  /**
   * @param semiSync whether the service waits for acknowledgements
   * @param zero whether it may lose no acknowledged write
   */
  static List<Setting> all(boolean semiSync, boolean zero) {
    Level acknowledged = zero ? Level.ERROR : Level.WARNING;
    return List.of(
        new Setting(
            "log_bin",
            List.of("ON"),
            false,
            "log_bin=binlog",
            Level.ERROR,
            "no server can follow it"),
        of("log_slave_updates", "ON", false, Level.ERROR, "who follows it next misses the past"),
        of("binlog_format", "ROW", true, Level.ERROR, "replicas may come to other rows"),
        of(
            "gtid_strict_mode",
            "ON",
            true,
            Level.ERROR,
            "a server that diverged is merged instead of refused"),
        of("event_scheduler", "ON", true, Level.ERROR, "the dead-man does not run"),
        of(
            "sync_binlog",
            "1",
            true,
            acknowledged,
            "a crash of the host loses transactions from the binary log"),
        new Setting(
            "innodb_flush_log_at_trx_commit",
            List.of("3", "1"),
            true,
            "innodb_flush_log_at_trx_commit=3",
            acknowledged,
            "a crash of the host loses committed transactions"),
        of(
            "rpl_semi_sync_slave_enabled",
            "ON",
            true,
            semiSync ? Level.ERROR : Level.OK,
            "it acknowledges nothing: its site is never in sync"),
        of(
            "rpl_semi_sync_slave_kill_conn_timeout",
            "1",
            true,
            semiSync ? Level.WARNING : Level.OK,
            "a takeover from a silent site waits that many seconds longer"),
        of(
            "rpl_semi_sync_master_wait_point",
            "AFTER_SYNC",
            true,
            semiSync ? Level.WARNING : Level.OK,
            "others see rows before they are acknowledged; MPP sets it when it switches waiting"
                + " on"),
        new Setting(
            "relay_log",
            List.of(""),
            false,
            "relay-log=relay",
            Level.WARNING,
            "replication breaks when the host's name changes"),
        of(
            "binlog_annotate_row_events",
            "ON",
            true,
            Level.WARNING,
            "mpp errant cannot show the statements"));
  }

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
