package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.mysql.Finding.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/** MariaDB: {@code information_schema.SYSTEM_VARIABLES} tells where a value comes from. */
final class MariaDbChecking implements Checking {
  private static final String FILTERS =
      "SELECT LOWER(VARIABLE_NAME) AS name, GLOBAL_VALUE AS value"
          + " FROM information_schema.SYSTEM_VARIABLES WHERE GLOBAL_VALUE <> ''"
          + " AND LOWER(VARIABLE_NAME) REGEXP '^replicate_.*_?(do|ignore|wild)_' ORDER BY 1";

  @Override
  public PrepareSql sql(Credentials manager, String host) {
    return PrepareSql.mariaDb(manager, host);
  }

  @Override
  public String section() {
    return "[mariadb]";
  }

  private static Setting of(String name, String value, boolean live, Level wrong, String why) {
    return new Setting(name, List.of(value), live, name + "=" + value, wrong, why);
  }

  @Override
  public List<Setting> settings(Connection c, boolean semiSync, boolean zero) {
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

  @Override
  public String variables() {
    return "SELECT VARIABLE_NAME AS name, GLOBAL_VALUE AS value, GLOBAL_VALUE_ORIGIN AS origin"
        + " FROM information_schema.SYSTEM_VARIABLES WHERE GLOBAL_VALUE IS NOT NULL";
  }

  @Override
  public String readOnly() {
    return "read_only";
  }

  @Override
  public String binlogFilters(Connection c) {
    return "SHOW BINLOG STATUS";
  }

  @Override
  public List<String> replicationFilters(Connection c) throws SQLException {
    return Rows.query(c, FILTERS).getFirst().stream()
        .map(r -> Rows.text(r, "name") + "=" + Rows.text(r, "value"))
        .toList();
  }

  @Override
  public AccountCheck.Names accounts() {
    return new AccountCheck.Names(
        "mysql.global_priv",
        "COALESCE(JSON_VALUE(Priv, '$.account_locked'), 0)",
        "''",
        List.of("READ ONLY ADMIN"),
        List.of(),
        "write on a fenced server",
        Set.of("ALL PRIVILEGES", "SUPER", "BINLOG REPLAY", "SELECT", "REPLICATION SLAVE", "FILE"));
  }

  @Override
  public List<Finding> objects(Connection c, PrepareSql sql) throws SQLException {
    return MariaDbObjectCheck.of(c, sql);
  }

  @Override
  public boolean current(Connection c, PrepareSql sql, String name) throws SQLException {
    return MariaDbObjectCheck.current(c, sql, name);
  }

  @Override
  public List<Finding> replication(Connection c, Set<NodeAddress> others) throws SQLException {
    return MariaDbReplicationCheck.of(c, others);
  }

  @Override
  public List<Finding> more(Connection c, boolean semiSync) {
    return semiSync
        ? List.of(
            Finding.unseen(
                "INIT_RPL_ROLE",
                "the server does not tell it",
                "make sure that the configuration has init-rpl-role=SLAVE"))
        : List.of();
  }

  @Override
  public String identity() {
    return "SELECT @@global.server_id AS id, @@global.gtid_domain_id AS domain, '' AS uuid";
  }

  @Override
  public String position() {
    return "SELECT @@global.gtid_binlog_state AS state, @@session.last_gtid AS own,"
        + " @@global.read_only AS read_only;SHOW SLAVE STATUS";
  }

  @Override
  public String applies() {
    return "Slave_SQL_Running";
  }
}
