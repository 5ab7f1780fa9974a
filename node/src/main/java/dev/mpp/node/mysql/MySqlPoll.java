package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.core.model.ServerFacts.SemiSync;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * MySQL. The dead-man counts while it is enabled, its scheduler is not switched off, the procedure
 * of every opening is there and, on a writable server, it has run within the last seconds: the
 * scheduler sleeps while {@code super_read_only} is on and goes on by itself afterwards.
 */
final class MySqlPoll implements Polling {
  static final String NO_GTID =
      Replication.NO_GTID + ": CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION = 1";

  private static final int UNKNOWN_VARIABLE = 1193;

  /** Within this after the server became writable its scheduler may still be asleep. */
  private static final long WAKING = Duration.ofSeconds(5).toNanos();

  private static final String FACTS =
      "SELECT @@version AS version,"
          + " @@global.read_only AND @@global.super_read_only AS read_only,"
          + " @@global.gtid_executed AS executed, @@global.event_scheduler AS scheduler";

  private static final String EVENT =
      "SELECT status = 'ENABLED' AND EXISTS (SELECT 1 FROM information_schema.ROUTINES WHERE"
          + " ROUTINE_SCHEMA = 'mpp' AND ROUTINE_NAME = 'open_server') AS ready,"
          + " COALESCE(TIMESTAMPDIFF(SECOND, last_executed, UTC_TIMESTAMP()) < 5, 0) AS ran FROM"
          + " information_schema.EVENTS WHERE EVENT_SCHEMA = 'mpp' AND EVENT_NAME = 'dead_man'";

  private SemiSyncNames names = SemiSyncNames.NONE;
  private boolean waits;
  private boolean ready;
  private boolean ran;
  private boolean writable;
  private long writableSince;
  private long seldomAt;

  @Override
  public synchronized ServerFacts read(Connection c, long now, boolean fresh) throws SQLException {
    try {
      return read(c, now, fresh, fresh || now - seldomAt >= SELDOM);
    } catch (SQLException e) {
      if (e.getErrorCode() != UNKNOWN_VARIABLE) {
        throw e;
      }
      names = SemiSyncNames.NONE; // A plugin was taken away.
      return read(c, now, fresh, true);
    }
  }

  private ServerFacts read(Connection c, long now, boolean fresh, boolean seldom)
      throws SQLException {
    if (fresh) {
      names = SemiSyncNames.NONE;
      waits = false;
    }
    String sql =
        FACTS
            + enabled(names.source(), "source_enabled")
            + enabled(names.replica(), "replica_enabled")
            + ";SHOW REPLICA STATUS"
            + (seldom ? ";" + EVENT + ";" + SemiSyncNames.SQL : "")
            + (waits ? ";" + status() : "");
    List<List<Map<String, String>>> results = Rows.query(c, sql);
    Map<String, String> row = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    row.putAll(Rows.first(results));
    if (seldom) {
      seldomAt = now;
      Map<String, String> event = Rows.first(results.subList(2, 3));
      ready = Rows.on(event, "ready");
      ran = Rows.on(event, "ran");
      learn(results.get(3), row);
    }
    boolean readOnly = Rows.on(row, "read_only");
    if (!readOnly && !writable) {
      writableSince = now;
    }
    writable = !readOnly;
    List<Map<String, String>> counters = List.of();
    boolean waiting = Rows.on(row, "source_enabled");
    if (waiting) {
      // Adds up the counters of every session of the server: only while it counts.
      counters = waits ? results.getLast() : Rows.query(c, status()).getFirst();
    }
    waits = waiting;
    Map<String, String> channel = channel(results.get(1));
    String executed = Rows.text(row, "executed");
    return new ServerFacts(
        Rows.text(row, "version"),
        readOnly,
        GtidSet.parse(executed),
        channel.isEmpty() ? Optional.empty() : Optional.of(replication(channel, executed)),
        semiSync(row, counters),
        Rows.on(row, "scheduler") && ready && (readOnly || ran || now - writableSince < WAKING));
  }

  private void learn(List<Map<String, String>> variables, Map<String, String> row) {
    names = SemiSyncNames.of(variables);
    for (Map<String, String> variable : variables) {
      String name = Rows.text(variable, "Variable_name").replace("_enabled", "");
      String column = name.equals(names.source()) ? "source_enabled" : "replica_enabled";
      row.put(column, Rows.text(variable, "Value"));
    }
  }

  private static String enabled(String name, String column) {
    return name.isEmpty() ? "" : ", @@global." + name + "_enabled AS " + column;
  }

  private String status() {
    return "SHOW GLOBAL STATUS LIKE '" + names.source() + "_%'";
  }

  /** The row of the default channel; empty when no source is configured for it. */
  static Map<String, String> channel(List<Map<String, String>> rows) {
    return rows.stream()
        .filter(row -> Rows.text(row, "Channel_Name").isEmpty())
        .findFirst()
        .orElse(Map.of());
  }

  /** From one row of SHOW REPLICA STATUS. */
  static Replication replication(Map<String, String> row, String executed) {
    String lag = Rows.text(row, "Seconds_Behind_Source");
    return new Replication(
        new NodeAddress(Rows.text(row, "Source_Host"), (int) Rows.number(row, "Source_Port"))
            .toString(),
        !Rows.text(row, "Replica_IO_Running").equalsIgnoreCase("No"),
        Rows.on(row, "Replica_IO_Running"),
        Rows.on(row, "Replica_SQL_Running"),
        error(row),
        lag.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(lag)),
        GtidSet.parse(executed + "," + Rows.text(row, "Retrieved_Gtid_Set")));
  }

  /** The applier's last error, otherwise the receiver's, otherwise empty. */
  static String error(Map<String, String> row) {
    if (!Rows.on(row, "Auto_Position")) {
      return NO_GTID;
    }
    String applier = Rows.text(row, "Last_SQL_Error");
    return applier.isEmpty() ? diverged(Rows.text(row, "Last_IO_Error")) : applier;
  }

  /**
   * The one thing a source refuses (MySQL, {@code rpl_binlog_sender.cc}): a replica that has more
   * transactions of the source itself than the source, which lost the end of its binary log.
   * Transactions of others that the source lacks are no obstacle to it.
   */
  private static String diverged(String receiver) {
    return receiver.contains("has more GTIDs than the")
        ? Replication.DIVERGED + receiver
        : receiver;
  }

  private SemiSync semiSync(Map<String, String> row, List<Map<String, String>> counters) {
    Map<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    counters.forEach(s -> byName.put(Rows.text(s, "Variable_name"), Rows.text(s, "Value")));
    return new SemiSync(
        Rows.on(row, "source_enabled"),
        (int) Rows.number(byName, names.source() + "_clients"),
        (int) Rows.number(byName, names.source() + "_wait_sessions"),
        Rows.on(byName, names.source() + "_status"),
        Rows.on(row, "replica_enabled"),
        (int) Math.max(0, Rows.number(byName, names.source() + "_no_times")));
  }
}
