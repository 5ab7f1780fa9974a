package dev.mpp.node.exchange;

import dev.mpp.core.model.SiteId;
import dev.mpp.node.agreement.Agreement;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Who this site is and whom it talks to.
 *
 * @param instance which of the site's two processes this is; empty where it has one
 * @param incarnation identifies this run of the process
 * @param deployment only peers of the same deployment are heard
 * @param configHash told to the peers; a difference is logged, not refused
 * @param ledger told to the peers: how this site takes part in the ledger; asked with every stream
 * @param bind where to listen; port 0 takes any free one
 * @param heartbeat period of heartbeats
 * @param silence a stream on which nothing was heard for that long is rebuilt; at least three
 *     heartbeats
 */
public record ExchangeConfig(
    SiteId self,
    String instance,
    String incarnation,
    String deployment,
    String configHash,
    Supplier<Ledger> ledger,
    InetSocketAddress bind,
    List<Peer> peers,
    Duration heartbeat,
    Duration silence) {

  public static final Duration DEFAULT_HEARTBEAT = Duration.ofMillis(500);
  public static final Duration DEFAULT_SILENCE = Duration.ofSeconds(2);

  public ExchangeConfig {
    peers = List.copyOf(peers);
    if (peers.stream().anyMatch(p -> p.site().equals(self))) {
      throw new IllegalArgumentException("site " + self + " is listed among its own peers");
    }
    if (peers.stream().map(Peer::name).distinct().count() < peers.size()) {
      throw new IllegalArgumentException("a peer is listed twice");
    }
    if (heartbeat.toMillis() < 1 || silence.compareTo(heartbeat.multipliedBy(3)) < 0) {
      throw new IllegalArgumentException(
          "silence "
              + silence.toMillis()
              + " ms must be at least three heartbeats of "
              + heartbeat.toMillis()
              + " ms");
    }
  }

  /** The only process of its site, with the default heartbeat and silence. */
  public ExchangeConfig(
      SiteId self,
      String incarnation,
      String deployment,
      String configHash,
      Supplier<Ledger> ledger,
      InetSocketAddress bind,
      List<Peer> peers) {
    this(
        self,
        "",
        incarnation,
        deployment,
        configHash,
        ledger,
        bind,
        peers,
        DEFAULT_HEARTBEAT,
        DEFAULT_SILENCE);
  }

  /**
   * @param formats what this version reads
   * @param member name under which this site's storage votes, or would; empty when it has none
   */
  public record Ledger(Agreement.Formats formats, String member) {}

  /**
   * A process of another site, or a witness.
   *
   * @param instance which of the site's two processes it is; empty where it has one
   * @param addresses where it listens, tried in turn; unresolved ones are resolved by every attempt
   */
  public record Peer(SiteId site, String instance, List<InetSocketAddress> addresses) {
    /** The only process of its site. */
    public Peer(SiteId site, List<InetSocketAddress> addresses) {
      this(site, "", addresses);
    }

    /** The site's name, or that and the instance's. */
    public String name() {
      return name(site.name(), instance);
    }

    boolean isThe(String site, String instance) {
      return name().equals(name(site, instance));
    }

    static String name(String site, String instance) {
      return instance.isEmpty() ? site : site + "." + instance;
    }

    public Peer {
      addresses = List.copyOf(addresses);
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("peer " + site + " has no address");
      }
    }
  }
}
