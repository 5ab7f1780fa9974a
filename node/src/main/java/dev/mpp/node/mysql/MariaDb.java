package dev.mpp.node.mysql;

/** MariaDB 10.11 and newer. */
final class MariaDb implements Dialect {
  static final long OLDEST = 10_011_000;

  private static final Heartbeat HEARTBEAT =
      new Heartbeat(
          "UPDATE mpp.canary SET at = GREATEST(CURRENT_TIMESTAMP(6), at + INTERVAL 1 MICROSECOND)"
              + " WHERE service = ? AND @@global.read_only = 0 AND IS_USED_LOCK('mpp_lease') = ?",
          "SET STATEMENT lock_wait_timeout = 0 FOR SELECT CAST(UNIX_TIMESTAMP(at) * 1000000 AS"
              + " UNSIGNED) AS beat FROM mpp.canary WHERE service = ?",
          true);

  private final Polling polling = new MariaDbPoll();
  private final Fencing fencing = new MariaDbFencing();
  private final Promoting promoting = new MariaDbPromotion();
  private final Replicating replicating = new MariaDbReplication();
  private final Checking checking = new MariaDbChecking();

  @Override
  public String name() {
    return "MariaDB";
  }

  @Override
  public String session() {
    return ", max_statement_time = 0";
  }

  @Override
  public String lockSession() {
    return ", max_statement_time = 1";
  }

  @Override
  public Polling polling() {
    return polling;
  }

  @Override
  public Fencing fencing() {
    return fencing;
  }

  @Override
  public Promoting promoting() {
    return promoting;
  }

  @Override
  public Replicating replicating() {
    return replicating;
  }

  @Override
  public Checking checking() {
    return checking;
  }

  @Override
  public Heartbeat heartbeat() {
    return HEARTBEAT;
  }

  @Override
  public String prepareSql() {
    return "mysql/mariadb-prepare.sql";
  }
}
