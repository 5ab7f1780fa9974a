package dev.mpp.node.mysql;

/** MySQL 8.0.26 and newer, 8.4 and 9. */
final class MySql implements Dialect {
  /** The first one with the names of today for replicas, sources and semi-synchronous plugins. */
  static final long OLDEST = 8_000_026;

  /** A lock time-out of a second is the shortest there is. */
  private static final Heartbeat HEARTBEAT =
      new Heartbeat(
          "UPDATE mpp.canary SET at = GREATEST(CURRENT_TIMESTAMP(6), at + INTERVAL 1 MICROSECOND)"
              + " WHERE service = ? AND @@global.read_only = 0 AND @@global.super_read_only = 0"
              + " AND IS_USED_LOCK('mpp_lease') = ?",
          "SELECT /*+ SET_VAR(lock_wait_timeout = 1) */ CAST(UNIX_TIMESTAMP(at) * 1000000 AS"
              + " UNSIGNED) AS beat FROM mpp.canary WHERE service = ?",
          false);

  private final Polling polling = new MySqlPoll();
  private final Fencing fencing = new MySqlFencing();
  private final Promoting promoting = new MySqlPromotion();
  private final Replicating replicating = new MySqlReplication();
  private final Checking checking = new MySqlChecking();

  @Override
  public String name() {
    return "MySQL";
  }

  @Override
  public String session() {
    return ", max_execution_time = 0";
  }

  /** {@code max_execution_time} is of queries only; nothing else is sent that waits. */
  @Override
  public String lockSession() {
    return ", max_execution_time = 1000";
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
    return "mysql/mysql-prepare.sql";
  }
}
