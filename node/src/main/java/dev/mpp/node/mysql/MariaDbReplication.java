package dev.mpp.node.mysql;

import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.node.mysql.MySqlServer.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Starts and stops replication and semi-synchronous waiting. */
final class MariaDbReplication {
  /** The largest the server takes, 49 days: who degrades semi-synchronous commits is MPP. */
  private static final long NEVER_MILLIS = 4_294_967_295L;

  private final Link admin;
  private final LongSupplier clock;

  MariaDbReplication(Link admin, LongSupplier clock) {
    this.admin = admin;
    this.clock = clock;
  }

  Change start(Duration budget) {
    return change(budget, this::start);
  }

  private Change start(Connection c, long deadline) throws SQLException {
    Map<String, String> slave = status(c);
    if (slave.isEmpty()) {
      return new Change(false, "no replication source is configured");
    }
    if (Rows.text(slave, "Using_Gtid").equals("No")) {
      return new Change(false, "replication does not use GTID");
    }
    boolean stopped =
        Rows.text(slave, "Slave_IO_Running").equals("No")
            && Rows.text(slave, "Slave_SQL_Running").equals("No");
    if (stopped && Rows.text(slave, "Using_Gtid").equals("Slave_Pos")) {
      // What was written here while this server was the source counts as received.
      Rows.query(c, "CHANGE MASTER TO MASTER_DEMOTE_TO_SLAVE = 1");
    }
    Rows.query(c, "START SLAVE");
    while (true) {
      Replication now = MariaDbPoll.replication(status(c), "");
      if (now.receiverRunning() && now.applierRunning()) {
        return new Change(true, "replicating from " + now.source());
      }
      if (!now.applierRunning() && !now.error().isEmpty()) {
        return new Change(false, now.error());
      }
      if (deadline - clock.getAsLong() < 30_000_000) {
        return new Change(
            false, now.error().isEmpty() ? "still connecting to " + now.source() : now.error());
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  Change stop(Duration budget) {
    return change(
        budget,
        (c, deadline) -> {
          Rows.query(c, "STOP SLAVE");
          return new Change(true, "stopped");
        });
  }

  Change semiSyncSource(boolean on, Duration budget) {
    String sql =
        on
            ? "SET GLOBAL rpl_semi_sync_master_wait_point = 'AFTER_SYNC',"
                + " GLOBAL rpl_semi_sync_master_timeout = "
                + NEVER_MILLIS
                + ", GLOBAL rpl_semi_sync_master_wait_no_slave = ON,"
                + " GLOBAL rpl_semi_sync_master_enabled = ON"
            : "SET GLOBAL rpl_semi_sync_master_enabled = OFF";
    return change(
        budget,
        (c, deadline) -> {
          Rows.query(c, sql);
          boolean is =
              Rows.on(
                  Rows.first(Rows.query(c, "SELECT @@global.rpl_semi_sync_master_enabled AS e")),
                  "e");
          return new Change(is == on, "semi-synchronous source is " + (is ? "on" : "off"));
        });
  }

  private interface Step {
    Change run(Connection c, long deadline) throws SQLException;
  }

  private Change change(Duration budget, Step step) {
    long deadline = clock.getAsLong() + budget.toNanos();
    try {
      return admin.call(deadline, c -> step.run(c, deadline));
    } catch (LinkException e) {
      return new Change(false, e.getMessage());
    }
  }

  private static Map<String, String> status(Connection c) throws SQLException {
    return Rows.first(Rows.query(c, "SHOW SLAVE STATUS"));
  }
}
