package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.mysql.Finding.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** MySQL: {@code performance_schema.variables_info} tells where a value comes from. */
final class MySqlChecking implements Checking {
  /** ER_PARSE_ERROR: 8.4 has the statement under its new name only. */
  private static final int UNKNOWN_STATEMENT = 1064;

  private static final String CLONE =
      "SELECT PLUGIN_STATUS AS status FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'clone'";

  @Override
  public PrepareSql sql(Credentials manager, String host) {
    return PrepareSql.mySql(manager, host);
  }

  @Override
  public String section() {
    return "[mysqld]";
  }

  private static Setting of(String name, String value, boolean live, Level wrong, String why) {
    return new Setting(name, List.of(value), live, name + "=" + value, wrong, why);
  }

  @Override
  public List<Setting> settings(Connection c, boolean semiSync, boolean zero) throws SQLException {
    Level acknowledged = zero ? Level.ERROR : Level.WARNING;
    List<Setting> settings = new ArrayList<>();
    settings.add(
        new Setting(
            "log_bin",
            List.of("ON"),
            false,
            "log_bin=binlog",
            Level.ERROR,
            "no server can follow it"));
    settings.add(
        of("log_replica_updates", "ON", false, Level.ERROR, "who follows it next misses the past"));
    settings.add(of("binlog_format", "ROW", true, Level.ERROR, "replicas may come to other rows"));
    settings.add(
        of("gtid_mode", "ON", false, Level.ERROR, "nothing tells which transactions it has"));
    settings.add(
        of(
            "enforce_gtid_consistency",
            "ON",
            false,
            Level.ERROR,
            "gtid_mode=ON needs it: statements without a GTID of their own are let in"));
    settings.add(of("event_scheduler", "ON", true, Level.ERROR, "the dead-man does not run"));
    settings.add(
        of(
            "skip_replica_start",
            "ON",
            false,
            Level.ERROR,
            "it replicates from the boot on: nothing is compared before, and a diverged server"
                + " is merged"));
    settings.add(
        of(
            "sync_binlog",
            "1",
            true,
            acknowledged,
            "a crash of the host loses transactions that a replica has, and their GTIDs are given"
                + " again"));
    settings.add(
        of(
            "innodb_flush_log_at_trx_commit",
            "1",
            true,
            acknowledged,
            "a crash of the host loses committed transactions"));
    settings.add(
        of(
            "relay_log_recovery",
            "OFF",
            false,
            semiSync ? acknowledged : Level.OK,
            "a restarted replica throws away what it received and acknowledged"));
    settings.add(
        of(
            "replica_preserve_commit_order",
            "ON",
            false,
            Level.WARNING,
            "its GTIDs have holes while it applies: a failover may find it incomplete"));
    settings.addAll(semiSync(c, semiSync));
    settings.add(
        new Setting(
            "relay_log",
            List.of(""),
            false,
            "relay_log=relay",
            Level.WARNING,
            "replication breaks when the host's name changes"));
    settings.add(
        of(
            "binlog_rows_query_log_events",
            "ON",
            true,
            Level.WARNING,
            "mpp errant cannot show the statements, only tables"));
    return List.copyOf(settings);
  }

  /** The plugins of today and of before 8.0.26 do the same; neither can be loaded when closed. */
  private static List<Setting> semiSync(Connection c, boolean wanted) throws SQLException {
    SemiSyncNames names = SemiSyncNames.read(c);
    String replica = names.replica().isEmpty() ? "rpl_semi_sync_replica" : names.replica();
    String source = names.source().isEmpty() ? "rpl_semi_sync_source" : names.source();
    String load = "plugin-load-add=semisync_";
    return List.of(
        new Setting(
            replica + "_enabled",
            List.of("ON"),
            !names.replica().isEmpty(),
            names.replica().isEmpty() ? load + "replica.so" : replica + "_enabled=ON",
            wanted ? Level.ERROR : Level.OK,
            "it acknowledges nothing: its site is never in sync"),
        new Setting(
            source + "_wait_point",
            List.of("AFTER_SYNC"),
            !names.source().isEmpty(),
            names.source().isEmpty() ? load + "source.so" : source + "_wait_point=AFTER_SYNC",
            !wanted ? Level.OK : names.source().isEmpty() ? Level.ERROR : Level.WARNING,
            names.source().isEmpty()
                ? "as ACTIVE it cannot wait for acknowledgements"
                : "others see rows before they are acknowledged; MPP sets it when it switches"
                    + " waiting on"));
  }

  /** A relay log with the compiled name follows the host's name. */
  @Override
  public String variables() {
    return "SELECT v.VARIABLE_NAME AS name, IF(v.VARIABLE_NAME = 'relay_log'"
        + " AND i.VARIABLE_SOURCE = 'COMPILED', '', v.VARIABLE_VALUE) AS value,"
        + " IF(i.VARIABLE_SOURCE = 'DYNAMIC', 'SQL', i.VARIABLE_SOURCE) AS origin"
        + " FROM performance_schema.global_variables v"
        + " LEFT JOIN performance_schema.variables_info i ON i.VARIABLE_NAME = v.VARIABLE_NAME";
  }

  @Override
  public String readOnly() {
    return "super_read_only";
  }

  @Override
  public String binlogFilters(Connection c) throws SQLException {
    try {
      Rows.query(c, "SHOW MASTER STATUS");
      return "SHOW MASTER STATUS";
    } catch (SQLException e) {
      if (e.getErrorCode() != UNKNOWN_STATEMENT) {
        throw e;
      }
      return "SHOW BINARY LOG STATUS";
    }
  }

  @Override
  public List<String> replicationFilters(Connection c) throws SQLException {
    Map<String, String> row = MySqlPoll.channel(Rows.query(c, "SHOW REPLICA STATUS").getFirst());
    return row.entrySet().stream()
        .filter(e -> e.getKey().matches("(?i)replicate_(wild_)?(do|ignore)_.*"))
        .filter(e -> !e.getValue().isEmpty())
        .map(e -> e.getKey() + "=" + e.getValue())
        .toList();
  }

  /** {@code super_read_only} stops administrators too, but they may switch it off. */
  @Override
  public AccountCheck.Names accounts() {
    return new AccountCheck.Names(
        "mysql.user",
        "account_locked = 'Y'",
        "plugin",
        List.of("SYSTEM VARIABLES ADMIN", "SUPER"),
        List.of("root", "mysql.session"),
        "may switch super_read_only off",
        Set.of("SUPER", "SELECT", "REPLICATION SLAVE", "FILE", "CREATE USER", "CLONE ADMIN"));
  }

  @Override
  public List<Finding> objects(Connection c, PrepareSql sql) throws SQLException {
    return MySqlObjectCheck.of(c, sql);
  }

  @Override
  public boolean current(Connection c, PrepareSql sql, String name) throws SQLException {
    return MySqlObjectCheck.current(c, sql, name);
  }

  @Override
  public List<Finding> replication(Connection c, Set<NodeAddress> others) throws SQLException {
    return MySqlReplicationCheck.of(c, others);
  }

  @Override
  public List<Finding> more(Connection c, boolean semiSync) throws SQLException {
    boolean there = Rows.text(Rows.first(Rows.query(c, CLONE)), "status").equals("ACTIVE");
    return List.of(
        there
            ? Finding.ok("CLONE", "the clone plugin is loaded")
            : Finding.warning(
                "CLONE",
                "the clone plugin is not loaded: mpp rejoin --discard-errant cannot give this"
                    + " server the data of another one, nor this one's to another",
                "plugin-load-add=mysql_clone.so in the configuration"));
  }

  @Override
  public String identity() {
    return "SELECT @@global.server_id AS id, 0 AS domain, @@global.server_uuid AS uuid";
  }

  /** A session with {@code sql_log_bin=0} cannot write to the binary log: it must have it still. */
  @Override
  public String position() {
    return "SELECT @@global.gtid_executed AS state, '' AS own,"
        + " @@global.read_only AND @@global.super_read_only AS read_only;SHOW REPLICA STATUS";
  }

  @Override
  public String applies() {
    return "Replica_SQL_Running";
  }
}
