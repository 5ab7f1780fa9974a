package dev.mpp.node.config;

import dev.mpp.node.config.MppConfig.Dns;
import dev.mpp.node.config.MppConfig.NameServer;
import dev.mpp.node.config.MppConfig.Service;
import dev.mpp.node.config.MppConfig.Stale;
import dev.mpp.node.config.Section.Placed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code dns:}. */
final class DnsReader {
  private static final Form<Duration> TTL =
      text -> {
        Duration ttl = Timing.between(0, 86_400_000).read(text);
        if (ttl.toMillis() % 1000 != 0) {
          throw new Refused("is " + text, "DNS counts TTLs in whole seconds: write 1s");
        }
        return ttl;
      };

  private static final Form<Stale> STALE =
      text -> {
        Stale stale = Form.choice(Stale.class).read(text);
        if (stale != Stale.SERVFAIL) {
          throw new Refused("is " + text, "this version answers servfail only: leave the key out");
        }
        return stale;
      };

  private DnsReader() {}

  static Optional<Dns> read(Section top, List<Placed<Service>> services, Duration lease) {
    if (!top.has("dns")) {
      return Optional.empty();
    }
    Section section = top.section("dns");
    Optional<String> zone = section.need("zone", Form.DOMAIN).map(Placed::value);
    Duration ttl = section.value("ttl", TTL, Dns.DEFAULT_TTL);
    Stale stale = section.value("stale", STALE, Stale.SERVFAIL);
    List<NameServer> servers = nameServers(section);
    section.close();
    TimingRules.checkTtl(section, ttl, lease);
    zone.ifPresent(z -> checkZone(top.findings(), z, services));
    return zone.map(z -> new Dns(z, ttl, servers, stale));
  }

  private static List<NameServer> nameServers(Section dns) {
    List<NameServer> out = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<Section> sections = dns.sections("name-servers");
    if (!dns.has("name-servers")) {
      dns.missing("name-servers");
    } else if (dns.emptyList("name-servers")) {
      dns.problem("name-servers", "lists no server", "a zone needs at least one");
    }
    for (Section section : sections) {
      Optional<String> name = section.need("name", Form.DOMAIN).map(Placed::value);
      Optional<String> address = section.need("address", Form.IP).map(Placed::value);
      section.close();
      if (name.isPresent() && !names.add(name.get())) {
        section.problem(
            "name", "is \"" + name.get() + "\", as an earlier server", "keep one of the two");
      }
      name.ifPresent(n -> address.ifPresent(a -> out.add(new NameServer(n, a))));
    }
    return out;
  }

  private static void checkZone(Findings findings, String zone, List<Placed<Service>> services) {
    for (Placed<Service> service : services) {
      String name = service.value().name().name();
      if (!name.equals(zone) && !name.endsWith("." + zone)) {
        findings.problem(
            service.at(),
            "service " + name + " is not within the zone " + zone,
            "rename the service or set dns.zone to a domain that contains it");
      }
    }
  }
}
