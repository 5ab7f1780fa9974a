package dev.mpp.checkpoints;

import dev.mpp.core.reach.CheckpointSpec;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;

/**
 * Makes the probe of a configured checkpoint. Safe for any thread.
 *
 * <p>{@code https} checks the certificate and that it is for the target: whoever else answers in
 * its place is not the target.
 */
public final class Probes {
  private final Watchdog watchdog;
  private final Resolver resolver;
  private final SSLContext tls;

  /**
   * Probes with the given surroundings.
   *
   * @param nanos monotonic clock, nanoseconds
   * @param tls decides whom {@code https} trusts
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

  /**
   * The probe of {@code spec}.
   *
   * @throws IllegalArgumentException if its method has no probe yet
   */
  public Probe of(CheckpointSpec spec) {
    return switch (spec.method()) {
      case SIMPLE -> () -> watchdog.watch(spec.profile().timeout(), a -> connect(spec, a));
      case HTTP, HTTPS -> {
        HttpGet get = new HttpGet(spec, tls.getSocketFactory());
        yield () ->
            watchdog.watch(
                spec.profile().timeout(),
                a -> get.run(a, resolver.resolve(spec.host(), a.remaining())));
      }
      case MYSQL, DNS, ICMP, GRPC ->
          throw new IllegalArgumentException(
              "checkpoint "
                  + spec
                  + ": probes of method "
                  + spec.method()
                  + " come with a later version; use simple, http or https");
    };
  }

  private String connect(CheckpointSpec spec, Attempt attempt)
      throws IOException, InterruptedException {
    attempt.connect(resolver.resolve(spec.host(), attempt.remaining()), spec.port());
    return "connected";
  }
}
