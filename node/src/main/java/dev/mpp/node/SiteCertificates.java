package dev.mpp.node;

import dev.mpp.node.config.MppConfig;
import dev.mpp.tls.Identity;
import dev.mpp.tls.SiteTls;
import dev.mpp.tls.TlsFiles;
import dev.mpp.tls.TlsProblem;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;

/** The certificates that a configuration names. */
final class SiteCertificates {
  private SiteCertificates() {}

  /**
   * @return empty when the configuration names none
   * @throws IOException with the remedy when they cannot be used
   */
  static Optional<SiteTls> of(MppConfig config) throws IOException {
    if (config.tls().isEmpty()) {
      return Optional.empty();
    }
    TlsFiles files = config.tls().get();
    try {
      return Optional.of(
          SiteTls.open(
              files,
              Identity.site(config.deployment(), config.site().name()),
              InstantSource.system()));
    } catch (TlsProblem e) {
      throw new IOException("tls: " + e.getMessage(), e);
    }
  }

  /** Seconds since 1970 at which they end. */
  static void gauge(MeterRegistry registry, SiteTls tls) {
    Gauge.builder("mpp.certificate.expiry.timestamp", tls, t -> t.expires().getEpochSecond())
        .description("When the first of this site's certificates expires, in seconds since 1970")
        .baseUnit("seconds")
        .register(registry);
  }
}
