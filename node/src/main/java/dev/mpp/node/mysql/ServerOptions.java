package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * What is needed to control one server.
 *
 * @param service the service the server belongs to; names threads and the canary's row
 * @param pollTimeout bound of one poll and of each step of a connect, 20 ms to 10 min; under load a
 *     server needs 500 ms and more
 * @param clock monotonic nanoseconds, {@code System::nanoTime} outside simulations
 * @param heartbeat between two commits of our own while the server is ACTIVE, and between two looks
 *     at its connections; zero: neither
 * @param fence what a fence does beyond the flag
 * @param replication the account with which it follows a source that MPP gives it; empty where an
 *     administrator configures replication
 */
public record ServerOptions(
    NodeAddress address,
    String service,
    Credentials credentials,
    Duration pollTimeout,
    DeadManTimings deadMan,
    LongSupplier clock,
    Duration heartbeat,
    FenceOptions fence,
    Optional<ReplicationAccount> replication) {

  /** How connections are encrypted; the names follow the MySQL client's {@code --ssl-mode}. */
  public enum Tls {
    DISABLED,
    PREFERRED,
    REQUIRED,
    VERIFY_CA,
    VERIFY_IDENTITY
  }

  public ServerOptions {
    if (pollTimeout.toMillis() < 20 || pollTimeout.toMillis() > 600_000) {
      throw new IllegalArgumentException(
          "poll time-out " + pollTimeout + " is outside 20 ms-10 min");
    }
  }

  /**
   * Default dead-man timings, the system's clock, no heartbeats; a fence is the flag alone, and an
   * administrator configures replication.
   */
  public static ServerOptions of(
      NodeAddress address, String service, Credentials credentials, Duration pollTimeout) {
    return new ServerOptions(
        address,
        service,
        credentials,
        pollTimeout,
        DeadManTimings.DEFAULT,
        System::nanoTime,
        Duration.ZERO,
        FenceOptions.NONE,
        Optional.empty());
  }

  /** The same, by another clock. */
  public ServerOptions withTimings(DeadManTimings timings, LongSupplier nanos) {
    return new ServerOptions(
        address, service, credentials, pollTimeout, timings, nanos, heartbeat, fence, replication);
  }

  public ServerOptions withHeartbeat(Duration every) {
    return new ServerOptions(
        address, service, credentials, pollTimeout, deadMan, clock, every, fence, replication);
  }

  /** The same with another fence. */
  public ServerOptions withFence(FenceOptions other) {
    return new ServerOptions(
        address, service, credentials, pollTimeout, deadMan, clock, heartbeat, other, replication);
  }

  /** The same, with replication configured by MPP. */
  public ServerOptions withReplication(ReplicationAccount account) {
    return new ServerOptions(
        address,
        service,
        credentials,
        pollTimeout,
        deadMan,
        clock,
        heartbeat,
        fence,
        Optional.of(account));
  }

  String threadName(String role) {
    return "mpp-mysql-" + service + "-" + address + "-" + role;
  }
}
