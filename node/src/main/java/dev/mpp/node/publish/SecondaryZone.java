package dev.mpp.node.publish;

import dev.mpp.core.model.SiteId;
import dev.mpp.dns.DnsName;
import dev.mpp.dns.Rdata;
import dev.mpp.dns.TransferZones;
import dev.mpp.dns.Zone;
import dev.mpp.dns.ZoneBuilder;
import dev.mpp.node.NodeSnapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The zone as secondaries get it. A copy knows no lease and no lag: so it holds what the ledger
 * says, and nothing else, and is the same at every site that has applied as much of the ledger (a
 * secondary may ask any of them).
 *
 * <pre>
 * NAME                 as in the answers, TTL dns.ttl while a site serves, 0 between two epochs
 * ro.NAME              the site that serves: it has no lag, and which others have none would be old
 * SITE.NAME, static    as in the answers
 * a service that no site has served yet    nothing
 * </pre>
 */
final class SecondaryZone {
  private final DnsTables tables;
  private final DnsTables.Settings settings;
  private final TransferZones zones;
  private final DnsName apex;

  SecondaryZone(DnsTables tables, TransferZones zones) {
    this.tables = tables;
    this.settings = tables.settings();
    this.zones = zones;
    this.apex = DnsName.of(settings.zone() + ".");
  }

  /**
   * Makes the zone of this picture the one that is handed out, until the ledger it comes from is
   * older than a lease.
   *
   * @return the serial if secondaries should be told of it
   */
  OptionalLong publish(NodeSnapshot picture) {
    if (picture.ledgerFreshAt() == Long.MIN_VALUE) {
      return OptionalLong.empty();
    }
    long staleAt = picture.ledgerFreshAt() + settings.leaseNanos();
    long serial = tables.serial(picture);
    if (zones.confirm(apex, serial, staleAt)) {
      return OptionalLong.empty();
    }
    boolean changed = zones.publish(of(tables, picture), OptionalLong.of(staleAt));
    return changed ? OptionalLong.of(serial) : OptionalLong.empty();
  }

  static Zone of(DnsTables tables, NodeSnapshot picture) {
    ZoneBuilder zone = tables.empty(picture);
    Set<String> services = new HashSet<>();
    picture.services().forEach(s -> services.add(s.name().name()));
    for (NodeSnapshot.Service s : picture.services()) {
      if (tables.inZone(s.name().name())) {
        service(tables, zone, s, services);
        tables.siteNames(zone, s, services);
      }
    }
    tables.settings().extra().addTo(zone);
    return zone.build();
  }

  private static void service(
      DnsTables tables, ZoneBuilder zone, NodeSnapshot.Service s, Set<String> services) {
    DnsTables.Settings settings = tables.settings();
    Optional<SiteId> site = s.grant().servedBy();
    List<Rdata> addresses = site.map(id -> DnsTables.addresses(s, id)).orElse(List.of());
    if (site.isEmpty() || addresses.isEmpty()) {
      return;
    }
    boolean serving = s.grant().holder().isPresent() && s.grant().serving();
    long ttl = serving ? settings.ttl() : 0;
    String owner = s.name().name() + ".";
    named(zone, owner, owner, ttl, addresses);
    if (settings.stateReaders().isEmpty()) {
      zone.records(owner, ttl, DnsTables.state(s.grant(), serving ? site : Optional.empty()));
    }
    if (!tables.readOnlyTaken(s, services)) {
      named(
          zone,
          settings.readOnlyLabel() + "." + owner,
          DnsTables.siteName(site.get(), s) + ".",
          ttl,
          addresses);
    }
  }

  private static void named(
      ZoneBuilder zone, String owner, String target, long ttl, List<Rdata> addresses) {
    zone.records(owner, ttl, addresses.toArray(Rdata[]::new));
    zone.records(DnsTables.SRV + owner, ttl, DnsTables.srv(target));
  }
}
