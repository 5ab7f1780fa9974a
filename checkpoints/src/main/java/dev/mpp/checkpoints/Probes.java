package dev.mpp.checkpoints;

import dev.mpp.core.reach.CheckpointMethod;
import dev.mpp.core.reach.CheckpointSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;

/**
 * Makes the probe of a configured checkpoint. Safe for any thread.
 *
 * <p>{@code https}, and {@code grpc} and {@code mysql} with {@code tls}, check the certificate and
 * that it is for the target: whoever else answers in its place is not the target.
 */
public final class Probes {
  private final Watchdog watchdog;
  private final Resolver resolver;
  private final SSLContext tls;

  /**
   * Probes with the given surroundings.
   *
   * @param nanos monotonic clock, nanoseconds
   * @param tls decides whom {@code https} and {@code grpc} trust; {@code mysql} trusts whom the
   *     platform does
   */
  public Probes(LongSupplier nanos, Resolver resolver, SSLContext tls) {
    this.watchdog = new Watchdog(nanos);
    this.resolver = resolver;
    this.tls = tls;
  }

  /** Probes with the platform's clock, resolver and trusted certificates. */
  public static Probes platform() {
    try {
      return new Probes(System::nanoTime, Resolver.platform(), SSLContext.getDefault());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }

  /** Whether a probe of {@code spec} asks for a password. */
  public static boolean wantsPassword(CheckpointSpec spec) {
    return spec.method() == CheckpointMethod.MYSQL && spec.profile().mysql().user().isPresent();
  }

  /**
   * What keeps this process, on this host, from ever probing {@code spec}: for {@code icmp}, that
   * it may not send echoes. Opens a socket and asks nobody.
   *
   * @return the reason and what has to be changed; empty if nothing is in the way
   */
  public static Optional<String> obstacle(CheckpointSpec spec) {
    return spec.method() == CheckpointMethod.ICMP
        ? IcmpSocket.refusal(spec.host().indexOf(':') >= 0)
        : Optional.empty();
  }

  /**
   * The probe of {@code spec}, which needs no password.
   *
   * @throws IllegalArgumentException if it does
   */
  public Probe of(CheckpointSpec spec) {
    return of(spec, Optional.empty());
  }

  /**
   * The probe of {@code spec}.
   *
   * @param password of the user the profile names; asked for at every run
   * @throws IllegalArgumentException if there is a user and no password
   */
  public Probe of(CheckpointSpec spec, Optional<Password> password) {
    Duration timeout = spec.profile().timeout();
    OnAddresses exchange =
        switch (spec.method()) {
          case SIMPLE -> (a, at) -> connect(spec, a, at);
          case HTTP, HTTPS -> new HttpGet(spec, tls.getSocketFactory())::run;
          case MYSQL -> mysql(spec, password);
          case DNS -> new DnsQuery(spec)::run;
          case ICMP -> new IcmpEcho(spec)::run;
          case GRPC -> new GrpcHealth(spec, tls)::run;
        };
    return () ->
        watchdog.watch(
            timeout, a -> exchange.run(a, resolver.resolve(spec.host(), a.deadline().remaining())));
  }

  @FunctionalInterface
  private interface OnAddresses {
    String run(Attempt attempt, List<InetAddress> addresses)
        throws IOException, InterruptedException;
  }

  private static String connect(CheckpointSpec spec, Attempt attempt, List<InetAddress> addresses)
      throws IOException, InterruptedException {
    attempt.connect(addresses, spec.port());
    return "connected";
  }

  private static OnAddresses mysql(CheckpointSpec spec, Optional<Password> password) {
    if (!wantsPassword(spec)) {
      return (a, at) -> MySqlGreeting.run(a, a.connect(at, spec.port()));
    }
    return new MySqlLogin(
            spec,
            spec.profile().mysql().user().orElseThrow(),
            password.orElseThrow(
                () -> new IllegalArgumentException("checkpoint " + spec + " has no password")))
        ::run;
  }
}
