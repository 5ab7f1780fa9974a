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
    Tls tls,
    DeadManTimings deadMan,
    LongSupplier clock,
    Duration heartbeat,
    FenceOptions fence,
    Optional<ReplicationAccount> replication) {

  /** Without heartbeats; a fence is the flag alone. */
  public ServerOptions(
      NodeAddress address,
      String service,
      Credentials credentials,
      Duration pollTimeout,
      Tls tls,
      DeadManTimings deadMan,
      LongSupplier clock) {
    this(
        address,
        service,
        credentials,
        pollTimeout,
        tls,
        deadMan,
        clock,
        Duration.ZERO,
        FenceOptions.NONE,
        Optional.empty());
  }

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

  public ServerOptions withHeartbeat(Duration every) {
    return new ServerOptions(
        address, service, credentials, pollTimeout, tls, deadMan, clock, every, fence, replication);
  }

  /**
   * Encrypted where the server offers it, default dead-man timings, the system's clock, no
   * heartbeats.
   */
  public static ServerOptions of(
      NodeAddress address, String service, Credentials credentials, Duration pollTimeout) {
    return new ServerOptions(
        address,
        service,
        credentials,
        pollTimeout,
        Tls.PREFERRED,
        DeadManTimings.DEFAULT,
        System::nanoTime);
  }

  /** The same with another fence. */
  public ServerOptions withFence(FenceOptions other) {
    return new ServerOptions(
        address,
        service,
        credentials,
        pollTimeout,
        tls,
        deadMan,
        clock,
        heartbeat,
        other,
        replication);
  }

  /** The same, with replication configured by MPP. */
  public ServerOptions withReplication(ReplicationAccount account) {
    return new ServerOptions(
        address,
        service,
        credentials,
        pollTimeout,
        tls,
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
