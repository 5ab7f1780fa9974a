package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.node.mysql.MySqlServer.Prepared;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * MySQL. No number is ever given twice here: with {@code sync_binlog=1} a replica is sent only what
 * is on the source's disk, and a restarted source keeps all of it. What nobody acknowledged is
 * committed there by the restart, and shows as transactions the others lack.
 */
final class MySqlPromotion implements Promoting {
  private static final long STEP_MILLIS = 200;

  private static final String STATUS = "SHOW REPLICA STATUS";

  private static final String STOPPING =
      "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST"
          + " WHERE STATE IN ('Killing replica', 'Killing slave') AND TIME >= 1";

  private static final String OPEN = "CALL mpp.open_server(?, ?, CAST(? AS DATETIME(6)), ?)";

  private static final String CANARY =
      "INSERT INTO mpp.canary (service, epoch, site)"
          + " SELECT ?, ?, ? FROM DUAL WHERE IS_USED_LOCK('mpp_lease') <=> ?"
          + " ON DUPLICATE KEY UPDATE epoch = VALUES(epoch), site = VALUES(site),"
          + " at = CURRENT_TIMESTAMP(6)";

  private static final String CANARY_READ =
      "SELECT @@global.read_only AS read_only,"
          + " (SELECT epoch FROM mpp.canary WHERE service = ?) AS epoch";

  @Override
  public String stopReceiver() {
    return "STOP REPLICA IO_THREAD FOR CHANNEL ''";
  }

  @Override
  public String stopAll() {
    return "STOP REPLICA";
  }

  @Override
  public List<String> receivers(Connection c) throws SQLException {
    return Rows.query(c, STATUS).getFirst().stream()
        .map(row -> Rows.text(row, "Replica_IO_Running"))
        .toList();
  }

  @Override
  public boolean stopping(Connection c) throws SQLException {
    return Rows.number(Rows.first(Rows.query(c, STOPPING)), "n") > 0;
  }

  /** The relay log survives a stop and a start of both threads. */
  @Override
  public boolean beforeStopping(Connection c) throws SQLException {
    return receivers(c).stream().anyMatch(s -> !s.equals("No"));
  }

  @Override
  public Prepared apply(Connection c, long deadline, LongSupplier clock) throws SQLException {
    Map<String, String> row = row(c);
    if (row.isEmpty()) {
      return new Prepared(true, Optional.of(executed(c)), "", "no replication configured");
    }
    if (!Rows.on(row, "Auto_Position")) {
      return new Prepared(false, Optional.of(executed(c)), "", MySqlPoll.NO_GTID);
    }
    GtidSet received = GtidSet.parse(Rows.text(row, "Retrieved_Gtid_Set"));
    if (executed(c).contains(received)) {
      return new Prepared(true, Optional.of(executed(c)), "", "everything received is applied");
    }
    if (!Rows.on(row, "Replica_SQL_Running") && Rows.number(row, "Last_SQL_Errno") == 0) {
      Rows.query(c, "START REPLICA SQL_THREAD FOR CHANNEL ''");
    }
    while (true) {
      long millis = Math.clamp((deadline - clock.getAsLong()) / 1_000_000, 0, STEP_MILLIS);
      if (applied(c, received, millis)) {
        return new Prepared(true, Optional.of(executed(c)), "", "everything received is applied");
      }
      row = row(c);
      if (!Rows.on(row, "Replica_SQL_Running") || clock.getAsLong() >= deadline) {
        return unapplied(executed(c), received, MySqlPoll.error(row));
      }
    }
  }

  private static Prepared unapplied(GtidSet executed, GtidSet received, String error) {
    String unapplied = received.missingFrom(executed);
    return new Prepared(
        false,
        Optional.of(executed),
        unapplied,
        "received but not applied: "
            + unapplied
            + (error.isEmpty() ? "" : "; the applier says: " + error));
  }

  /** Waits in short steps, so that an applier that breaks is noticed. */
  private static boolean applied(Connection c, GtidSet received, long millis) throws SQLException {
    return Rows.text(
            Rows.first(
                Rows.query(
                    c,
                    "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?) AS rc",
                    List.of(received.toString(), millis / 1000.0))),
            "rc")
        .equals("0");
  }

  private static Map<String, String> row(Connection c) throws SQLException {
    return MySqlPoll.channel(Rows.query(c, STATUS).getFirst());
  }

  private static GtidSet executed(Connection c) throws SQLException {
    return GtidSet.parse(
        Rows.text(Rows.first(Rows.query(c, "SELECT @@global.gtid_executed AS state")), "state"));
  }

  @Override
  public Map<String, String> open(
      Connection c, String service, long epoch, String site, String now, long micros)
      throws SQLException {
    return Rows.first(Rows.query(c, OPEN, List.of(service, epoch, now, micros)));
  }

  @Override
  public Map<String, String> canary(
      Connection c, long holder, String service, long epoch, String site) throws SQLException {
    Rows.query(c, CANARY, List.of(service, epoch, site, holder));
    return Rows.first(Rows.query(c, CANARY_READ, List.of(service)));
  }
}
