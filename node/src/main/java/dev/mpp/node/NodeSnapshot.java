package dev.mpp.node;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.node.agreement.Agreement;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One immutable picture of everything this process knows, replaced by the loop after every event
 * that changed it. Readers (DNS, HTTP, gRPC, metrics) use nothing else. Instants are monotonic
 * nanoseconds of the node's clock.
 *
 * @param siteOrders what operators ordered about whole sites
 * @param takenAt when the loop made this picture; its age tells a stuck loop
 * @param ledgerFreshAt proposal instant of this site's last applied ledger command: the replica
 *     held everything committed before it; {@link Long#MIN_VALUE} before the first
 */
public record NodeSnapshot(
    long takenAt,
    SiteView local,
    List<Peer> peers,
    List<Service> services,
    Map<SiteId, SiteOrder> siteOrders,
    Agreement.Health ledger,
    long ledgerFreshAt,
    boolean insecure,
    long lastEventSequence,
    Optional<Twin> twin) {

  /** Silence longer than that makes what was heard old, even while its link counts as up. */
  public static final long SILENT_NANOS = 3_000_000_000L;

  public NodeSnapshot {
    peers = List.copyOf(peers);
    services = List.copyOf(services);
    siteOrders = Map.copyOf(siteOrders);
  }

  /** Of a site with one instance, without orders about sites. */
  public NodeSnapshot(
      long takenAt,
      SiteView local,
      List<Peer> peers,
      List<Service> services,
      Agreement.Health ledger,
      long ledgerFreshAt,
      boolean insecure,
      long lastEventSequence) {
    this(
        takenAt,
        local,
        peers,
        services,
        Map.of(),
        ledger,
        ledgerFreshAt,
        insecure,
        lastEventSequence,
        Optional.empty());
  }

  /**
   * @param heardAt when the last message of the peer arrived; {@link Long#MIN_VALUE} before any
   */
  public record Peer(
      SiteId site,
      boolean witness,
      boolean connected,
      long heardAt,
      long rttMicros,
      Optional<SiteView> view) {

    /** Whether what it said last may be taken for the present. */
    public boolean fresh(long now) {
      return connected
          && view.isPresent()
          && heardAt != Long.MIN_VALUE
          && now - heardAt <= SILENT_NANOS;
    }
  }

  /**
   * @param leaseEnd nobody else can be granted the role before this instant, by this site's own
   *     evidence; {@link Long#MIN_VALUE} when the role is vacant or nothing is known
   * @param holding this process holds the lease and may act on it now; at a passive instance: the
   *     one that acts for the site may, by this one's own evidence
   * @param validUntil of the own lease when {@code holding}
   * @param sentence what was decided last and why
   */
  public record Service(
      ServiceName name,
      Grant grant,
      long leaseEnd,
      boolean holding,
      long validUntil,
      String sentence,
      List<SiteAddress> addresses) {
    public Service {
      addresses = List.copyOf(addresses);
    }

    /**
     * The site that is ACTIVE: it has the role, and by this site's evidence a lease stands behind
     * it.
     */
    public Optional<SiteId> active(long now) {
      boolean own = holding && validUntil - now > 0;
      boolean live = leaseEnd != Long.MIN_VALUE && leaseEnd - now > 0;
      return grant.holder().filter(site -> own || live);
    }

    /** Somebody was given the role, but no lease stands behind it any more. */
    public boolean lapsed(long now) {
      return grant.holder().isPresent() && active(now).isEmpty();
    }

    /** Several sites have data, and only one of them has every acknowledged write. */
    public boolean alone() {
      return addresses.size() > 1 && grant.inSync().size() == 1;
    }
  }

  /**
   * The site's other instance.
   *
   * @param up it is in the group on the LAN
   * @param heardAt when it was last heard; {@link Long#MIN_VALUE} before
   * @param sentence what this instance is beside it
   * @param view what it showed last
   */
  public record Twin(boolean up, long heardAt, String sentence, Optional<SiteView> view) {}

  /** The service addresses (IP literals) of one site. */
  public record SiteAddress(SiteId site, List<String> addresses) {
    public SiteAddress {
      addresses = List.copyOf(addresses);
    }
  }
}
