package dev.mpp.node.publish;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.Status;
import dev.mpp.dns.AccessList;
import dev.mpp.dns.AnswerTable;
import dev.mpp.dns.DnsName;
import dev.mpp.dns.ExtraRecords;
import dev.mpp.dns.Liveness;
import dev.mpp.dns.Near;
import dev.mpp.dns.Rdata;
import dev.mpp.dns.RrType;
import dev.mpp.dns.StalePolicy;
import dev.mpp.dns.Zone;
import dev.mpp.dns.ZoneBuilder;
import dev.mpp.dns.ZoneSigner;
import dev.mpp.node.NodeSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns the picture into DNS data: a pure function of the picture and the zone's settings.
 *
 * <p>A service's name answers with the addresses of the site that last confirmed a verified
 * writable server, for no longer than nobody else can have been granted the role; between two
 * confirmations with a TTL of 0; and not at all (SERVFAIL, unless the policy says otherwise) once
 * this site's replica of the ledger is older than a lease, before anything was learnt, or when the
 * answer would be this site although it knows itself to be cut off.
 *
 * <pre>
 * NAME                     A AAAA   the ACTIVE site; TXT epoch=… active=…
 * _mysql._tcp.NAME         SRV      NAME, for as long
 * ro.NAME                  A AAAA   the sites fit for reads ({@link Readers})
 * _mysql._tcp.ro.NAME      SRV      those sites' names
 * SITE.NAME                A AAAA   the site's addresses, as configured
 * </pre>
 */
public final class DnsTables {
  private static final long SOA_TTL = 60;
  private static final long STATIC_TTL = 300;
  private static final int MYSQL_PORT = 3306;
  static final String SRV = "_mysql._tcp.";

  /**
   * @param zone apex without a final dot
   * @param ttl upper bound of an answer's TTL in seconds
   * @param nameServers name and address literal
   * @param leaseNanos lease duration: an older ledger is stale
   * @param stale what is answered then
   * @param contact mailbox of the SOA, as a name without a final dot
   * @param readOnlyLabel in front of a service's name: its name for reads
   * @param maxLagSeconds of a server that serves reads
   * @param near networks in CIDR notation by the site that is nearest to them
   * @param stateReaders networks that may read TXT; empty: everybody
   * @param extra static records beside those of the services
   * @param secondaries empty without any
   */
  public record Settings(
      String zone,
      long ttl,
      List<NameServer> nameServers,
      long leaseNanos,
      StalePolicy stale,
      String contact,
      String readOnlyLabel,
      long maxLagSeconds,
      Map<SiteId, List<String>> near,
      List<String> stateReaders,
      ExtraRecords extra,
      Optional<Secondaries> secondaries) {
    public Settings {
      nameServers = List.copyOf(nameServers);
      near = Map.copyOf(near);
      stateReaders = List.copyOf(stateReaders);
    }

    /** Without anything that an operator has to ask for. */
    public Settings(String zone, long ttl, List<NameServer> nameServers, long leaseNanos) {
      this(
          zone,
          ttl,
          nameServers,
          leaseNanos,
          StalePolicy.SERVFAIL,
          "hostmaster." + zone,
          "ro",
          10,
          Map.of(),
          List.of(),
          ExtraRecords.NONE,
          Optional.empty());
    }
  }

  /**
   * What the SOA tells secondaries.
   *
   * @param expireSeconds how long one answers without hearing from a site
   * @param serialOffset added to every serial
   */
  public record Secondaries(long expireSeconds, long serialOffset) {
    /** Often enough that an expiry is not the first sign of a lost NOTIFY. */
    long refreshSeconds() {
      return Math.clamp(expireSeconds / 6, 1, 60);
    }

    long retrySeconds() {
      return Math.clamp(expireSeconds / 12, 1, 15);
    }
  }

  /** A name server of the zone. */
  public record NameServer(String name, String address) {}

  private final Settings settings;
  private final Optional<AccessList> stateReaders;
  private final Optional<ZoneSigner> signer;

  public DnsTables(Settings settings) {
    this(settings, Optional.empty());
  }

  /**
   * @param signer of the zone; empty: it is not signed
   */
  public DnsTables(Settings settings, Optional<ZoneSigner> signer) {
    this.settings = settings;
    this.signer = signer;
    this.stateReaders =
        settings.stateReaders().isEmpty()
            ? Optional.empty()
            : Optional.of(AccessList.of(settings.stateReaders()));
  }

  /**
   * Whether {@link #table} would answer from {@code after} as it does from {@code before}, names
   * for reads apart: those follow with the next command that is applied, within a renewal interval.
   */
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

  /**
   * The zone.
   *
   * @throws IllegalArgumentException if the extra records contradict what the services need; a
   *     picture with the services and without anything learnt tells before it matters
   */
  public AnswerTable table(NodeSnapshot picture) {
    Set<ServiceName> failed = failed(picture);
    ZoneBuilder zone = empty(picture);
    Readers readers = Readers.of(picture, settings.maxLagSeconds());
    Set<String> services = new HashSet<>();
    picture.services().forEach(s -> services.add(s.name().name()));
    for (NodeSnapshot.Service s : picture.services()) {
      if (inZone(s.name().name())) {
        service(zone, s, picture, failed);
        siteNames(zone, s, services);
        readOnly(zone, s, picture, readers.sites(s), services);
      }
    }
    settings.extra().addTo(zone);
    Zone made = zone.build();
    return AnswerTable.builder().zone(signer.map(made::signedBy).orElse(made)).build();
  }

  /** The zone with its name servers and nothing else. */
  ZoneBuilder empty(NodeSnapshot picture) {
    Optional<Secondaries> copies = settings.secondaries();
    Rdata.Soa soa =
        new Rdata.Soa(
            DnsName.of(settings.nameServers().getFirst().name() + "."),
            DnsName.of(settings.contact() + "."),
            serial(picture),
            copies.map(Secondaries::refreshSeconds).orElse(60L),
            copies.map(Secondaries::retrySeconds).orElse(15L),
            copies.map(Secondaries::expireSeconds).orElse(3600L),
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
    return zone;
  }

  Settings settings() {
    return settings;
  }

  /**
   * The zone as secondaries get it: see {@link SecondaryZone}.
   *
   * @throws IllegalArgumentException as {@link #table}
   */
  public Zone copy(NodeSnapshot picture) {
    return SecondaryZone.of(this, picture);
  }

  /** Every name that the services have in the zone, with a final dot. */
  public Set<String> names(List<NodeSnapshot.Service> services) {
    Set<String> names = new HashSet<>();
    for (NodeSnapshot.Service s : services) {
      for (String name :
          List.of(s.name().name(), settings.readOnlyLabel() + "." + s.name().name())) {
        names.add(name + ".");
        names.add(SRV + name + ".");
      }
      s.addresses().forEach(a -> names.add(siteName(a.site(), s) + "."));
    }
    return names;
  }

  boolean inZone(String name) {
    return name.equals(settings.zone()) || name.endsWith("." + settings.zone());
  }

  /**
   * Grows with every epoch and every confirmation, alike at all sites; wraps as RFC 1982 allows.
   */
  long serial(NodeSnapshot picture) {
    long sum = 1 + settings.secondaries().map(Secondaries::serialOffset).orElse(0L);
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
    List<Rdata> rdata = site.map(id -> addresses(s, id)).orElse(List.of());
    if (site.isEmpty()
        || rdata.isEmpty()
        || picture.ledgerFreshAt() == Long.MIN_VALUE
        || (site.get().equals(picture.local().site()) && failed.contains(s.name()))) {
      zone.unknown(owner);
      zone.unknown(SRV + owner);
      return;
    }
    long staleAfter = picture.ledgerFreshAt() + settings.leaseNanos();
    boolean agreed = s.grant().serving() && s.leaseEnd() != Long.MIN_VALUE;
    boolean ours = site.get().equals(picture.local().site());
    long leaseEnd = agreed && (!ours || s.holding()) ? s.leaseEnd() : picture.takenAt();
    // The evidence for the lease is the ledger: with the one stale the other has run out.
    long end = leaseEnd - staleAfter > 0 ? staleAfter : leaseEnd;
    Liveness live = new Liveness.Lease(end, staleAfter, settings.stale());
    zone.live(owner, settings.ttl(), live, rdata);
    zone.live(owner, settings.ttl(), live, state(s.grant(), agreed ? site : Optional.empty()));
    stateReaders.ifPresent(who -> zone.readers(owner, RrType.TXT, who));
    zone.live(SRV + owner, settings.ttl(), live, srv(owner));
  }

  static Rdata state(Grant grant, Optional<SiteId> active) {
    return new Rdata.Txt(
        "epoch=" + grant.epoch() + " active=" + active.map(SiteId::name).orElse("none"));
  }

  static Rdata srv(String target) {
    return new Rdata.Srv(0, 1, MYSQL_PORT, DnsName.of(target));
  }

  static List<Rdata> addresses(NodeSnapshot.Service s, SiteId site) {
    return s.addresses().stream()
        .filter(a -> a.site().equals(site))
        .flatMap(a -> a.addresses().stream())
        .map(Rdata::address)
        .toList();
  }

  /** A service that is itself called so keeps the name. */
  void siteNames(ZoneBuilder zone, NodeSnapshot.Service s, Set<String> services) {
    for (NodeSnapshot.SiteAddress a : s.addresses()) {
      String name = siteName(a.site(), s);
      if (!services.contains(name)) {
        zone.records(name + ".", STATIC_TTL, addresses(s, a.site()).toArray(Rdata[]::new));
      }
    }
  }

  static String siteName(SiteId site, NodeSnapshot.Service s) {
    return site.name() + "." + s.name().name();
  }

  /** Whether the name for reads is a service's or a site's already. */
  boolean readOnlyTaken(NodeSnapshot.Service s, Set<String> services) {
    return services.contains(settings.readOnlyLabel() + "." + s.name().name())
        || s.addresses().stream().anyMatch(a -> a.site().name().equals(settings.readOnlyLabel()));
  }

  /**
   * Reads need no lease, but the same knowledge: what this site has heard of the others is as old
   * as its replica of the ledger when it is cut off.
   */
  private void readOnly(
      ZoneBuilder zone,
      NodeSnapshot.Service s,
      NodeSnapshot picture,
      List<SiteId> fit,
      Set<String> services) {
    if (readOnlyTaken(s, services)) {
      return;
    }
    String owner = settings.readOnlyLabel() + "." + s.name().name() + ".";
    Map<SiteId, List<Rdata>> sites = new LinkedHashMap<>();
    fit.forEach(id -> sites.put(id, addresses(s, id)));
    List<Rdata> all = sites.values().stream().flatMap(List::stream).distinct().toList();
    if (all.isEmpty() || picture.ledgerFreshAt() == Long.MIN_VALUE) {
      zone.unknown(owner);
      zone.unknown(SRV + owner);
      return;
    }
    long staleAfter = picture.ledgerFreshAt() + settings.leaseNanos();
    Liveness live = new Liveness.Lease(staleAfter, staleAfter, settings.stale());
    zone.live(owner, settings.ttl(), live, all);
    zone.near(owner, near(sites));
    List<Rdata> targets = new ArrayList<>();
    sites.keySet().forEach(id -> targets.add(srv(siteName(id, s) + ".")));
    zone.live(SRV + owner, settings.ttl(), live, targets);
  }

  private List<Near> near(Map<SiteId, List<Rdata>> sites) {
    List<Near> rules = new ArrayList<>();
    sites.forEach(
        (site, data) ->
            settings
                .near()
                .getOrDefault(site, List.of())
                .forEach(network -> rules.add(new Near(network, data))));
    return rules;
  }
}
