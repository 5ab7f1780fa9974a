package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.core.model.ServerFacts.SemiSync;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * MariaDB. The statements of one poll, in one round trip. The dead-man event is looked at when
 * asked for; it has run within the last seconds, or it does not count. Nor does it on a read-only
 * server without the procedure that every opening calls: that one was prepared for an earlier
 * version of MPP. The counters of semi-synchronous replication are read while the server is a
 * source that waits: then with the rest, but for the first time, which costs a second round trip.
 */
final class MariaDbPoll implements Polling {
  private static final String FACTS =
      "SELECT @@version AS version, @@global.read_only AS read_only,"
          + " @@global.gtid_binlog_state AS executed, @@global.event_scheduler AS scheduler,"
          + " @@global.rpl_semi_sync_master_enabled AS source_enabled,"
          + " @@global.rpl_semi_sync_slave_enabled AS replica_enabled;"
          + "SHOW SLAVE STATUS";

  /** Adds up the counters of every session of the server: dear where there are thousands. */
  private static final String SEMI_SYNC = "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_%'";

  private static final String EVENT =
      ";SELECT status = 'ENABLED'"
          + " AND TIMESTAMPDIFF(SECOND, last_executed, UTC_TIMESTAMP()) < 5"
          + " AND (@@global.read_only = 0 OR EXISTS (SELECT 1 FROM information_schema.ROUTINES"
          + " WHERE ROUTINE_SCHEMA = 'mpp' AND ROUTINE_NAME = 'jump')) AS alive"
          + " FROM mysql.event WHERE db = 'mpp' AND name = 'dead_man'";

  private static final long FATAL_READING_BINLOG = 1236;

  private final KnownGaps gaps = new KnownGaps();
  private boolean event;
  private boolean waits;
  private long eventReadAt;

  @Override
  public synchronized ServerFacts read(Connection connection, long now, boolean fresh)
      throws SQLException {
    boolean withEvent = fresh || now - eventReadAt >= SELDOM;
    boolean withSemiSync = waits && !fresh;
    String sql = FACTS + (withEvent ? EVENT : "") + (withSemiSync ? ";" + SEMI_SYNC : "");
    List<List<Map<String, String>>> results = Rows.query(connection, sql);
    Map<String, String> row = Rows.first(results);
    if (withEvent) {
      event = results.get(2).stream().anyMatch(r -> Rows.on(r, "alive"));
      eventReadAt = now;
    }
    List<Map<String, String>> counters = List.of();
    waits = Rows.on(row, "source_enabled");
    if (waits) {
      counters = withSemiSync ? results.getLast() : Rows.query(connection, SEMI_SYNC).getFirst();
    }
    ServerFacts facts =
        new ServerFacts(
            Rows.text(row, "version"),
            Rows.on(row, "read_only"),
            GtidSet.parse(Rows.text(row, "executed")),
            results.get(1).stream()
                .findFirst()
                .map(slave -> replication(slave, Rows.text(row, "executed"))),
            semiSync(row, counters),
            Rows.on(row, "scheduler") && event);
    return gaps.add(connection, fresh, facts);
  }

  /**
   * From one row of SHOW SLAVE STATUS. The receiver's position names the last transaction of each
   * domain only, so that what is executed is received, too.
   */
  static Replication replication(Map<String, String> row, String executed) {
    String lag = Rows.text(row, "Seconds_Behind_Master");
    return new Replication(
        new NodeAddress(Rows.text(row, "Master_Host"), (int) Rows.number(row, "Master_Port"))
            .toString(),
        !Rows.text(row, "Slave_IO_Running").equalsIgnoreCase("No"),
        Rows.on(row, "Slave_IO_Running"),
        Rows.on(row, "Slave_SQL_Running"),
        error(row),
        lag.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(lag)),
        GtidSet.parse(executed + "," + Rows.text(row, "Gtid_IO_Pos")));
  }

  /** The applier's last error, otherwise the receiver's, otherwise empty. */
  static String error(Map<String, String> row) {
    String applier = Rows.text(row, "Last_SQL_Error");
    String receiver = Rows.text(row, "Last_IO_Error");
    if (Rows.text(row, "Using_Gtid").equals("No")) {
      return Replication.NO_GTID;
    }
    return applier.isEmpty() ? diverged(row, receiver) : applier;
  }

  /**
   * A source refuses a replica that is at a GTID it does not have, or that lies in a gap of its own
   * (MariaDB, {@code sql_repl.cc}: both are ER_MASTER_FATAL_ERROR_READING_BINLOG, as are purged
   * logs and others that are no divergence).
   */
  private static String diverged(Map<String, String> row, String receiver) {
    boolean lacks =
        receiver.contains("which is not in the master's binlog")
            || receiver.contains("The binlog on the master is missing the GTID");
    return lacks && Rows.number(row, "Last_IO_Errno") == FATAL_READING_BINLOG
        ? Replication.DIVERGED + receiver
        : receiver;
  }

  private static SemiSync semiSync(Map<String, String> row, List<Map<String, String>> status) {
    Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    status.forEach(s -> byName.put(Rows.text(s, "Variable_name"), Rows.text(s, "Value")));
    return new SemiSync(
        Rows.on(row, "source_enabled"),
        (int) Rows.number(byName, "Rpl_semi_sync_master_clients"),
        (int) Rows.number(byName, "Rpl_semi_sync_master_wait_sessions"),
        Rows.on(byName, "Rpl_semi_sync_master_status"),
        Rows.on(row, "replica_enabled"),
        (int) Math.max(0, Rows.number(byName, "Rpl_semi_sync_master_no_times")));
  }
}
