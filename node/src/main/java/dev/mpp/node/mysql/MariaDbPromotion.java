package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.node.mysql.MySqlServer.Prepared;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * MariaDB. The statement that makes a server writable lets no client in before a transaction is in
 * the binary log whose number is far beyond every one the server has seen: with {@code
 * init-rpl-role=SLAVE} a restart truncates transactions that a replica may have, and the server
 * would give their numbers again.
 */
final class MariaDbPromotion implements Promoting {
  private static final long STOP_MILLIS = 200;
  private static final int RELAY_FILES = 8;

  private static final String LATE = "SYSDATE(6) > CAST(? AS DATETIME(6)) + INTERVAL ? MICROSECOND";

  private static final String NOT_HELD =
      "NOT (IS_USED_LOCK('mpp_lease') <=> CONNECTION_ID()) THEN"
          + "  SELECT 'the dead-man lock is not held by this session' AS verdict;";

  /** The time is looked at again after the jump, which may have waited for a disk or a replica. */
  private static final String OPEN =
      "BEGIN NOT ATOMIC"
          + " DECLARE seen BIGINT UNSIGNED DEFAULT 0;"
          + " DECLARE problem TEXT DEFAULT '';"
          + " SELECT COALESCE(MAX(epoch), 0) INTO seen FROM mpp.canary WHERE service = ?;"
          + (" IF " + NOT_HELD)
          + " ELSEIF seen > ? THEN  SELECT CONCAT('a later epoch was here: ', seen,   '; is the"
          + " ledger founded anew? then empty mpp.canary, without the binary log') AS verdict;"
          + (" ELSEIF " + LATE + " THEN SELECT 'the statement came too late' AS verdict;")
          + " ELSE"
          + "  BEGIN"
          + "   DECLARE EXIT HANDLER FOR SQLEXCEPTION"
          + "    GET DIAGNOSTICS CONDITION 1 problem = MESSAGE_TEXT;"
          + "   CALL mpp.jump(?, ?, ?);"
          + "  END;"
          + "  IF problem <> '' THEN"
          + "   SELECT CONCAT('the GTID sequence could not be moved on (', problem,"
          + "    '); run mysql/mariadb-prepare.sql on this server') AS verdict;"
          + ("  ELSEIF " + NOT_HELD)
          + ("  ELSEIF " + LATE + " THEN")
          + "   SELECT 'the GTID sequence was moved on, but too late' AS verdict;"
          + "  ELSE SET GLOBAL read_only = 0; SELECT '' AS verdict, CONNECTION_ID() AS id; END IF;"
          + " END IF;"
          + " END";

  private static final String CANARY =
      "BEGIN NOT ATOMIC"
          + " IF @@global.read_only = 0 AND IS_USED_LOCK('mpp_lease') <=> ? THEN"
          + "  INSERT INTO mpp.canary (service, epoch, site) VALUES (?, ?, ?)"
          + "   ON DUPLICATE KEY UPDATE epoch = VALUES(epoch), site = VALUES(site),"
          + "   at = CURRENT_TIMESTAMP(6);"
          + " END IF;"
          + " SELECT @@global.read_only AS read_only,"
          + "  (SELECT epoch FROM mpp.canary WHERE service = ?) AS epoch;"
          + " END";

  private static final String WORKING =
      "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE STATE = 'Killing slave'"
          + " AND TIME_MS >= 100";

  @Override
  public String stopReceiver() {
    return "STOP SLAVE IO_THREAD";
  }

  @Override
  public String stopAll() {
    return "STOP ALL SLAVES";
  }

  @Override
  public List<String> receivers(Connection c) throws SQLException {
    return Rows.query(c, "SHOW ALL SLAVES STATUS").getFirst().stream()
        .map(row -> Rows.text(row, "Slave_IO_Running"))
        .toList();
  }

  @Override
  public boolean stopping(Connection c) throws SQLException {
    return Rows.number(Rows.first(Rows.query(c, WORKING)), "n") > 0;
  }

  /**
   * While something received is not applied one of the two threads is kept running: starting with
   * both stopped makes MariaDB throw away its relay log. True when the receiver runs.
   */
  @Override
  public boolean beforeStopping(Connection c) throws SQLException {
    Map<String, String> slave = Rows.first(Rows.query(c, "SHOW SLAVE STATUS"));
    if (slave.isEmpty() || Rows.text(slave, "Slave_IO_Running").equals("No")) {
      return false;
    }
    if (!Rows.on(slave, "Slave_SQL_Running") && Rows.number(slave, "Last_SQL_Errno") == 0) {
      Rows.query(c, "START SLAVE SQL_THREAD");
    }
    hurryGoodbye(c);
    return true;
  }

  /**
   * A semi-synchronous receiver that ends logs in at its source to end its session there. One that
   * swallows packets must not hold up a takeover for the default of 5 s.
   */
  private static void hurryGoodbye(Connection c) {
    try {
      Rows.query(c, "SET GLOBAL rpl_semi_sync_slave_kill_conn_timeout = 1");
    } catch (SQLException e) {
      // It takes longer then.
    }
  }

  @Override
  public Prepared apply(Connection c, long deadline, LongSupplier clock) throws SQLException {
    Map<String, String> slave = Rows.first(Rows.query(c, "SHOW SLAVE STATUS"));
    if (slave.isEmpty()) {
      return new Prepared(true, Optional.of(executed(c)), "", "no replication configured");
    }
    boolean applier = Rows.on(slave, "Slave_SQL_Running");
    GtidSet received = GtidSet.parse(Rows.text(slave, "Gtid_IO_Pos"));
    if (Rows.text(slave, "Using_Gtid").equals("No")) {
      return new Prepared(
          false, Optional.of(executed(c)), "", "replication does not use GTID; nothing is known");
    }
    String unapplied =
        applier ? apply(c, received, deadline, clock) : unapplied(c, slave, received);
    if (!unapplied.isEmpty()) {
      slave = Rows.first(Rows.query(c, "SHOW SLAVE STATUS"));
      String error = MariaDbPoll.error(slave);
      return new Prepared(
          false,
          Optional.of(executed(c)),
          unapplied,
          "received but not applied: "
              + unapplied
              + (error.isEmpty() ? "" : "; the applier says: " + error));
    }
    // The applier is left running: a running applier without a receiver is the proof, should this
    // promotion not come to its end, that the relay log was not lost to a restart.
    return new Prepared(true, Optional.of(executed(c)), "", "everything received is applied");
  }

  /** Waits in short steps, so that an applier that breaks is noticed; empty when all is applied. */
  private static String apply(Connection c, GtidSet received, long deadline, LongSupplier clock)
      throws SQLException {
    while (true) {
      long millis = Math.min(STOP_MILLIS, (deadline - clock.getAsLong()) / 1_000_000);
      boolean done =
          position(c).contains(received)
              || Rows.text(
                      Rows.first(
                          Rows.query(
                              c,
                              "SELECT MASTER_GTID_WAIT(?, ?) AS rc",
                              List.of(received.toString(), Math.max(0, millis) / 1000.0))),
                      "rc")
                  .equals("0");
      if (done) {
        return "";
      }
      Map<String, String> slave = Rows.first(Rows.query(c, "SHOW SLAVE STATUS"));
      if (!Rows.on(slave, "Slave_SQL_Running") || clock.getAsLong() >= deadline) {
        return received.missingFrom(position(c));
      }
    }
  }

  /** What the relay log holds beyond what is applied, for an applier that does not run. */
  private static String unapplied(Connection c, Map<String, String> slave, GtidSet received)
      throws SQLException {
    GtidSet applied = position(c);
    List<String> missing = new ArrayList<>();
    String file = Rows.text(slave, "Relay_Log_File");
    String from = " FROM " + Rows.text(slave, "Relay_Log_Pos");
    for (int i = 0; i < RELAY_FILES && !file.isEmpty(); i++) {
      List<Map<String, String>> events;
      try {
        events = Rows.query(c, "SHOW RELAYLOG EVENTS IN '" + file + "'" + from).getFirst();
      } catch (SQLException e) {
        break; // No such file: the one before was the last.
      }
      for (Map<String, String> event : events) {
        String info = Rows.text(event, "Info");
        int gtid = info.indexOf("GTID ");
        if (Rows.text(event, "Event_type").equals("Gtid") && gtid >= 0) {
          String item = info.substring(gtid + 5).split(" ", 2)[0];
          if (!applied.contains(GtidSet.parse(item))) {
            missing.add(item);
          }
        }
      }
      from = "";
      file = next(file);
    }
    if (!missing.isEmpty()) {
      return missing.size() == 1
          ? missing.getFirst()
          : missing.getFirst() + ".." + missing.getLast();
    }
    return received.missingFrom(applied);
  }

  private static String next(String file) {
    int dot = file.lastIndexOf('.');
    String digits = file.substring(dot + 1);
    return file.substring(0, dot + 1)
        + String.format("%0" + digits.length() + "d", Long.parseLong(digits) + 1);
  }

  private static GtidSet executed(Connection c) throws SQLException {
    return GtidSet.parse(
        Rows.text(
            Rows.first(Rows.query(c, "SELECT @@global.gtid_binlog_state AS state")), "state"));
  }

  /** Applied, per domain and server: what came by replication and what was written here. */
  private static GtidSet position(Connection c) throws SQLException {
    return GtidSet.parse(
        Rows.text(
            Rows.first(
                Rows.query(
                    c,
                    "SELECT CONCAT_WS(',', NULLIF(@@global.gtid_binlog_state, ''),"
                        + " NULLIF(@@global.gtid_slave_pos, '')) AS state")),
            "state"));
  }

  @Override
  public Map<String, String> open(
      Connection c, String service, long epoch, String site, String now, long micros)
      throws SQLException {
    return Rows.first(
        Rows.query(
            c, OPEN, List.of(service, epoch, now, micros, service, epoch, site, now, micros)));
  }

  @Override
  public Map<String, String> canary(
      Connection c, long holder, String service, long epoch, String site) throws SQLException {
    return Rows.first(Rows.query(c, CANARY, List.of(holder, service, epoch, site, service)));
  }
}
