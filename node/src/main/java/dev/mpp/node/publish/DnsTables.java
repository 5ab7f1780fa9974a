package dev.mpp.node.publish;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.Status;
import dev.mpp.dns.AnswerTable;
import dev.mpp.dns.DnsName;
import dev.mpp.dns.Liveness;
import dev.mpp.dns.Rdata;
import dev.mpp.dns.Zone;
import dev.mpp.dns.ZoneBuilder;
import dev.mpp.node.NodeSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the picture into DNS data: a pure function of the picture and the zone's settings.
 *
 * <p>A service's name answers with the addresses of the site that last confirmed a verified
 * writable server, for no longer than nobody else can have been granted the role; between two
 * confirmations with a TTL of 0; and not at all (SERVFAIL) once this site's replica of the ledger
 * is older than a lease, before anything was learnt, or when the answer would be this site although
 * it knows itself to be cut off.
 */
public final class DnsTables {
  private static final long SOA_TTL = 60;
  private static final long STATIC_TTL = 300;

  /**
   * @param zone apex without a final dot
   * @param ttl upper bound of an answer's TTL in seconds
   * @param nameServers name and address literal
   * @param leaseNanos lease duration: an older ledger is stale
   */
  public record Settings(String zone, long ttl, List<NameServer> nameServers, long leaseNanos) {
    public Settings {
      nameServers = List.copyOf(nameServers);
    }
  }

  /** A name server of the zone. */
  public record NameServer(String name, String address) {}

  private final Settings settings;

  public DnsTables(Settings settings) {
    this.settings = settings;
  }

  /** Whether {@link #table} would answer from {@code after} as it does from {@code before}. */
  public static boolean sameAnswers(NodeSnapshot before, NodeSnapshot after) {
    if (before.ledgerFreshAt() != after.ledgerFreshAt()
        || before.services().size() != after.services().size()
        || !failed(before).equals(failed(after))) {
      return false;
    }
    for (int i = 0; i < after.services().size(); i++) {
      NodeSnapshot.Service a = before.services().get(i);
      NodeSnapshot.Service b = after.services().get(i);
      if (a.holding() != b.holding()
          || a.leaseEnd() != b.leaseEnd()
          || !a.grant().equals(b.grant())
          || !a.addresses().equals(b.addresses())) {
        return false;
      }
    }
    return true;
  }

  private static Set<ServiceName> failed(NodeSnapshot picture) {
    Set<ServiceName> failed = new HashSet<>();
    for (SiteView.PoolView pool : picture.local().pools()) {
      if (pool.status() == Status.FAIL) {
        failed.add(pool.service());
      }
    }
    return failed;
  }

  public AnswerTable table(NodeSnapshot picture) {
    Set<ServiceName> failed = failed(picture);
    String first = settings.nameServers().getFirst().name() + ".";
    Rdata.Soa soa =
        new Rdata.Soa(
            DnsName.of(first),
            DnsName.of("hostmaster." + settings.zone() + "."),
            serial(picture),
            60,
            15,
            3600,
            Math.max(1, settings.ttl()));
    ZoneBuilder zone = Zone.builder(settings.zone() + ".", SOA_TTL, soa);
    zone.ns(
        STATIC_TTL,
        settings.nameServers().stream().map(n -> n.name() + ".").toArray(String[]::new));
    for (NameServer n : settings.nameServers()) {
      if (inZone(n.name())) {
        zone.records(n.name() + ".", STATIC_TTL, Rdata.address(n.address()));
      }
    }
    for (NodeSnapshot.Service s : picture.services()) {
      if (inZone(s.name().name())) {
        service(zone, s, picture, failed);
      }
    }
    return AnswerTable.builder().zone(zone.build()).build();
  }

  private boolean inZone(String name) {
    return name.equals(settings.zone()) || name.endsWith("." + settings.zone());
  }

  /** Grows with every epoch and every confirmation; wraps as RFC 1982 allows. */
  private static long serial(NodeSnapshot picture) {
    long sum = 1;
    for (NodeSnapshot.Service s : picture.services()) {
      sum +=
          s.grant().epoch() * 3 + (s.grant().holder().isEmpty() ? 2 : s.grant().serving() ? 1 : 0);
    }
    return sum & 0xffff_ffffL;
  }

  private void service(
      ZoneBuilder zone, NodeSnapshot.Service s, NodeSnapshot picture, Set<ServiceName> failed) {
    String owner = s.name().name() + ".";
    Optional<SiteId> site = s.grant().servedBy();
    List<Rdata> rdata = new ArrayList<>();
    site.ifPresent(
        id ->
            s.addresses().stream()
                .filter(a -> a.site().equals(id))
                .flatMap(a -> a.addresses().stream())
                .map(Rdata::address)
                .forEach(rdata::add));
    if (site.isEmpty()
        || rdata.isEmpty()
        || picture.ledgerFreshAt() == Long.MIN_VALUE
        || site.get().equals(picture.local().site()) && failed.contains(s.name())) {
      zone.unknown(owner);
      return;
    }
    long staleAfter = picture.ledgerFreshAt() + settings.leaseNanos();
    boolean agreed = s.grant().serving() && s.leaseEnd() != Long.MIN_VALUE;
    boolean ours = site.get().equals(picture.local().site());
    long leaseEnd = agreed && (!ours || s.holding()) ? s.leaseEnd() : picture.takenAt();
    // The evidence for the lease is the ledger: with the one stale the other has run out.
    long end = leaseEnd - staleAfter > 0 ? staleAfter : leaseEnd;
    Liveness live = Liveness.lease(end, staleAfter);
    zone.live(owner, settings.ttl(), live, rdata);
    zone.live(
        owner,
        settings.ttl(),
        live,
        new Rdata.Txt("epoch=" + s.grant().epoch() + " active=" + (agreed ? site.get() : "none")));
  }
}
