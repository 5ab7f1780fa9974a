package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.node.mysql.MySqlServer.Prepared;
import dev.mpp.node.mysql.MySqlServer.Promoted;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Applies what was received; makes the server writable under the dead-man lock. The statement that
 * does lets no client in before a transaction is in the binary log whose number is far beyond every
 * one the server has seen: with {@code init-rpl-role=SLAVE} a restart truncates transactions that a
 * replica may have, and the server would give their numbers again.
 */
final class MariaDbPromotion {
  private static final long STOP_MILLIS = 200;
  private static final int RELAY_FILES = 8;

  private static final String LATE = "SYSDATE(6) > CAST(? AS DATETIME(6)) + INTERVAL ? MICROSECOND";

  private static final String NOT_HELD =
      "NOT (IS_USED_LOCK('mpp_lease') <=> CONNECTION_ID()) THEN"
          + "  SELECT 'the dead-man lock is not held by this session' AS verdict;";

  /** The time is looked at again after the jump, which may have waited for a disk or a replica. */
  private static final String UNFENCE =
      "BEGIN NOT ATOMIC"
          + " DECLARE seen BIGINT UNSIGNED DEFAULT 0;"
          + " DECLARE problem TEXT DEFAULT '';"
          + " SELECT COALESCE(MAX(epoch), 0) INTO seen FROM mpp.canary WHERE service = ?;"
          + (" IF " + NOT_HELD)
          + " ELSEIF seen > ? THEN"
          + "  SELECT CONCAT('a later epoch was here: ', seen,"
          + "   '; is the ledger founded anew? then empty mpp.canary, without the binary log') AS verdict;"
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

  private final Link admin;
  private final Link prover;
  private final ReceiverStop receiver;
  private final DeadManLock lock;
  private final BooleanSupplier fencing;
  private final LongSupplier clock;

  /**
   * @param fencing whether a fence runs or is pending; nothing is made writable then
   */
  MariaDbPromotion(
      Link admin, Link prover, DeadManLock lock, BooleanSupplier fencing, LongSupplier clock) {
    this.admin = admin;
    this.prover = prover;
    this.receiver = new ReceiverStop(admin, clock);
    this.lock = lock;
    this.fencing = fencing;
    this.clock = clock;
  }

  Prepared prepare(Duration budget) {
    long deadline = clock.getAsLong() + budget.toNanos();
    try {
      if (admin.call(deadline, MariaDbPromotion::keepApplying)) {
        receiver.stop("STOP SLAVE IO_THREAD", deadline);
      }
      return admin.call(deadline, c -> prepare(c, deadline - Duration.ofMillis(20).toNanos()));
    } catch (LinkException e) {
      return new Prepared(false, Optional.empty(), "", e.getMessage());
    }
  }

  /**
   * While something received is not applied one of the two threads is kept running: starting with
   * both stopped makes MariaDB throw away its relay log. True when the receiver runs.
   */
  private static boolean keepApplying(Connection c) throws SQLException {
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

  private Prepared prepare(Connection c, long deadline) throws SQLException {
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
    String unapplied = applier ? apply(c, received, deadline) : unapplied(c, slave, received);
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
  private String apply(Connection c, GtidSet received, long deadline) throws SQLException {
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

  Promoted makeWritable(String service, long epoch, String site, Duration budget) {
    long start = clock.getAsLong();
    long deadline = start + budget.toNanos();
    String problem;
    try {
      // A statement that comes late finds the lock gone and leaves the replication alone.
      lock.await(deadline);
      // Whoever was started meanwhile acknowledges nothing to another source from here on.
      receiver.stop("STOP ALL SLAVES", deadline);
      Map<String, String> verdict = unfence(service, epoch, site, deadline);
      problem = Rows.text(verdict, "verdict");
      if (problem.isEmpty()) {
        problem = canary(service, epoch, site, Rows.number(verdict, "id"), deadline);
      }
    } catch (LinkException e) {
      problem = e.getMessage();
    }
    long micros = (clock.getAsLong() - start) / 1000;
    return problem.isEmpty()
        ? new Promoted(true, micros, "writable in epoch " + epoch)
        : new Promoted(false, micros, problem);
  }

  /** One row: an empty verdict and the session's id when done. */
  private Map<String, String> unfence(String service, long epoch, String site, long deadline)
      throws LinkException {
    AtomicLong opener = new AtomicLong();
    try {
      return lock.whileHeld(
          deadline,
          (c, left) -> {
            opener.set(lock.unfencing());
            return unfence(c, service, epoch, site, deadline, left);
          });
    } catch (LinkException e) {
      if (e.kind() == LinkException.Kind.TIMEOUT && opener.get() != 0) {
        // It would keep the lock for as long as its commit waits for an acknowledgement.
        killQuietly(opener.get());
        throw new LinkException(
            e.kind(), "the statement that opens the server has not ended: " + e.getMessage());
      }
      throw e;
    }
  }

  private Map<String, String> unfence(
      Connection c, String service, long epoch, String site, long deadline, LongSupplier left)
      throws SQLException {
    if (fencing.getAsBoolean()) {
      return Map.of("verdict", "a fence of this server has not ended");
    }
    String now = Rows.text(Rows.first(Rows.query(c, "SELECT SYSDATE(6) AS now")), "now");
    long micros = Math.min(deadline - clock.getAsLong(), left.getAsLong()) / 1000;
    return Rows.first(
        Rows.query(
            c, UNFENCE, List.of(service, epoch, now, micros, service, epoch, site, now, micros)));
  }

  private String canary(String service, long epoch, String site, long holder, long deadline)
      throws LinkException {
    Map<String, String> row;
    long writer = admin.id();
    try {
      row =
          admin.call(
              deadline,
              c ->
                  Rows.first(
                      Rows.query(c, CANARY, List.of(holder, service, epoch, site, service))));
    } catch (LinkException e) {
      if (e.kind() == LinkException.Kind.TIMEOUT && writer != 0) {
        killQuietly(writer);
      }
      throw new LinkException(
          e.kind(), "read_only=0, but the canary was not committed: " + e.getMessage());
    }
    if (Rows.on(row, "read_only")) {
      return "the server is read-only again";
    }
    return Rows.number(row, "epoch") == epoch
        ? ""
        : "read_only=0, but the canary is of epoch " + Rows.text(row, "epoch");
  }

  /** A canary that waits for an acknowledgement would be in the way of the next fence. */
  private void killQuietly(long id) {
    try {
      prover.call(
          clock.getAsLong() + Duration.ofMillis(200).toNanos(), c -> Rows.query(c, "KILL " + id));
    } catch (LinkException e) {
      // Gone already, or the server does not answer: the fence kills it.
    }
  }
}
