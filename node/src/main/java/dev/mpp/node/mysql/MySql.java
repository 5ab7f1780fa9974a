package dev.mpp.node.mysql;

import java.util.Optional;

/** MySQL 8.0.26 and newer, 8.4 and 9. */
final class MySql implements Dialect {
  /** The first one with the names of today for replicas, sources and semi-synchronous plugins. */
  static final long OLDEST = 8_000_026;

  private final Polling polling = new MySqlPoll();
  private final Fencing fencing = new MySqlFencing();
  private final Promoting promoting = new MySqlPromotion();
  private final Replicating replicating = new MySqlReplication();

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

  /**
   * None: a commit that waits for an acknowledgement cannot be killed here. One of our own would
   * keep the dead-man from making an idle server read-only, and be a transaction that nobody else
   * has when the server comes back.
   */
  @Override
  public Optional<Heartbeat> heartbeat() {
    return Optional.empty();
  }
}
