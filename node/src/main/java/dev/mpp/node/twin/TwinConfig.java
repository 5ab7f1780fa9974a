package dev.mpp.node.twin;

import dev.mpp.core.model.SiteId;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Who this instance is and where its twin is.
 *
 * @param deployment only a twin of the same deployment is heard
 * @param own where this instance listens; port 1 to 65535
 * @param other where its twin listens
 * @param silence of the twin after which it is suspected; at least three {@code heartbeats}
 * @param verify how long a suspected twin has to answer after that
 */
public record TwinConfig(
    String deployment,
    SiteId site,
    String instance,
    InetSocketAddress own,
    InetSocketAddress other,
    Duration heartbeat,
    Duration silence,
    Duration verify) {

  public TwinConfig {
    if (silence.compareTo(heartbeat.multipliedBy(3)) < 0) {
      throw new IllegalArgumentException(
          "silence %d ms must be at least three heartbeats of %d ms"
              .formatted(silence.toMillis(), heartbeat.toMillis()));
    }
  }

  /** A twin that falls silent is gone after about a second. */
  public TwinConfig(
      String deployment,
      SiteId site,
      String instance,
      InetSocketAddress own,
      InetSocketAddress other) {
    this(
        deployment,
        site,
        instance,
        own,
        other,
        Duration.ofMillis(200),
        Duration.ofMillis(800),
        Duration.ofMillis(250));
  }
}
