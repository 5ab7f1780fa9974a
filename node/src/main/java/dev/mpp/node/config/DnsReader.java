package dev.mpp.node.config;

import dev.mpp.core.model.SiteId;
import dev.mpp.dns.AccessList;
import dev.mpp.dns.ZoneFile;
import dev.mpp.dns.ZoneFileException;
import dev.mpp.node.config.MppConfig.Dns;
import dev.mpp.node.config.MppConfig.DnsLimits;
import dev.mpp.node.config.MppConfig.DnsListen;
import dev.mpp.node.config.MppConfig.Dnssec;
import dev.mpp.node.config.MppConfig.NameServer;
import dev.mpp.node.config.MppConfig.NearSite;
import dev.mpp.node.config.MppConfig.Push;
import dev.mpp.node.config.MppConfig.QueryLogging;
import dev.mpp.node.config.MppConfig.ReadOnlyName;
import dev.mpp.node.config.MppConfig.Secondaries;
import dev.mpp.node.config.MppConfig.Service;
import dev.mpp.node.config.MppConfig.Site;
import dev.mpp.node.config.MppConfig.Stale;
import dev.mpp.node.config.Section.Placed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code dns:}. */
final class DnsReader {
  static final Form<Duration> TTL =
      text -> {
        Duration ttl = Timing.between(0, 86_400_000).read(text);
        if (ttl.toMillis() % 1000 != 0) {
          throw new Refused("is " + text, "DNS counts TTLs in whole seconds: write 1s");
        }
        return ttl;
      };

  /** Days as well, as nobody thinks of it in hours. */
  private static final Form<Duration> VALIDITY =
      text -> {
        Duration validity =
            text.matches("[0-9]{1,3}d")
                ? Duration.ofDays(Long.parseLong(text.substring(0, text.length() - 1)))
                : Durations.parse(text);
        if (validity.toHours() < 24 || validity.toHours() > 30 * 24) {
          throw new Refused("is " + text + ", outside 1d to 30d", "choose a value in that range");
        }
        return validity;
      };

  private static final Form<Stale> STALE =
      text -> {
        Stale stale = Form.choice(Stale.class).read(text);
        if (stale == Stale.OWN_SITE) {
          throw new Refused(
              "is " + text, "this version answers servfail or last-known: choose one of them");
        }
        return stale;
      };

  private static final Form<String> NETWORK =
      text -> {
        try {
          var unused = AccessList.of(List.of(text));
          return text;
        } catch (IllegalArgumentException e) {
          throw new Refused("is not a network: " + e.getMessage(), "write 192.0.2.0/24");
        }
      };

  private final SiteTable sites;
  private final Path base;
  private final DnsOutboundReader outbound;

  /**
   * @param self the site of this process; a witness answers nothing and needs no keys
   * @param base of relative paths
   */
  DnsReader(SiteTable sites, Optional<SiteId> self, Path base) {
    this.sites = sites;
    this.base = base;
    boolean witness = self.flatMap(id -> sites.find(id.name())).map(Site::witness).orElse(false);
    this.outbound = new DnsOutboundReader(base, !witness);
  }

  Optional<Dns> read(Section top, List<Placed<Service>> services, Duration lease) {
    if (!top.has("dns")) {
      return Optional.empty();
    }
    Section section = top.section("dns");
    Optional<String> zone = section.need("zone", Form.DOMAIN).map(Placed::value);
    Duration ttl = section.value("ttl", TTL, Dns.DEFAULT_TTL);
    Stale stale = section.value("stale", STALE, Stale.SERVFAIL);
    List<NameServer> servers = nameServers(section);
    Optional<String> contact = section.optional("contact", Form.DOMAIN);
    ReadOnlyName readOnly = readOnly(section);
    List<String> stateReaders = networks(section, "state-readers");
    String records = zone.map(z -> records(section, z)).orElse("");
    List<DnsListen> listen = listen(section);
    DnsLimits limits =
        new DnsLimits(
            section.value("rate-limit", Form.integer(0, 1_000_000), DnsLimits.DEFAULT_ANSWERS),
            networks(section, "rate-limit-exempt"),
            section.value("identify", Form.FLAG, false));
    Optional<Dnssec> dnssec = dnssec(section);
    Optional<Secondaries> secondaries = outbound.secondaries(section);
    if (dnssec.isPresent() && secondaries.isPresent()) {
      section.problem(
          "secondaries",
          "stands beside dnssec: answers are signed when they are asked, so that secondaries could"
              + " only give unsigned ones, which validators refuse",
          "remove dnssec and let the secondaries sign, or remove secondaries");
    }
    List<Push> push = outbound.pushes(section, services, ttl);
    Optional<QueryLogging> queryLog = queryLog(section);
    section.close();
    TimingRules.checkTtl(section, ttl, lease);
    zone.ifPresent(z -> checkZone(top.findings(), z, services));
    return zone.map(
        z ->
            new Dns(
                z,
                ttl,
                servers,
                stale,
                contact.orElse("hostmaster." + z),
                readOnly,
                stateReaders,
                records,
                listen,
                limits,
                dnssec,
                secondaries,
                push,
                queryLog));
  }

  /** The keys are read by who signs: a witness or an operator's host has none. */
  private Optional<Dnssec> dnssec(Section dns) {
    if (!dns.has("dnssec")) {
      return Optional.empty();
    }
    Section section = dns.section("dnssec");
    Optional<Path> keys = section.need("keys", Form.TEXT).map(Placed::value).map(base::resolve);
    Duration validity = section.value("validity", VALIDITY, Dnssec.DEFAULT_VALIDITY);
    section.close();
    return keys.map(path -> new Dnssec(path, validity));
  }

  static List<String> networks(Section section, String key) {
    return section.has(key)
        ? section.values(key, NETWORK).stream().map(Placed::value).toList()
        : List.of();
  }

  private ReadOnlyName readOnly(Section dns) {
    Section section = dns.section("read-only");
    String label = section.value("label", Form.NAME, ReadOnlyName.DEFAULT_LABEL);
    Duration lag =
        section.value("max-lag", Timing.between(1000, 86_400_000), ReadOnlyName.DEFAULT_MAX_LAG);
    List<NearSite> near = new ArrayList<>();
    for (Section one : section.has("near") ? section.sections("near") : List.<Section>of()) {
      Optional<SiteId> site = site(one);
      List<String> networks = networks(one, "networks");
      one.close();
      site.ifPresent(s -> near.add(new NearSite(s, networks)));
    }
    section.close();
    return new ReadOnlyName(label, lag, near);
  }

  private static Optional<QueryLogging> queryLog(Section dns) {
    if (!dns.has("query-log")) {
      return Optional.empty();
    }
    Section section = dns.section("query-log");
    int oneIn =
        section.value(
            "one-in", Form.integer(1, QueryLogging.MOST_ONE_IN), QueryLogging.DEFAULT_ONE_IN);
    Form<QueryLogging> target =
        text -> {
          try {
            QueryLogging read = QueryLogging.of(text, oneIn);
            if (!read.path().startsWith("/")) {
              throw new Refused("is " + text, "write the path from the root, as text:/var/log/q");
            }
            return read;
          } catch (IllegalArgumentException e) {
            throw new Refused("is " + e.getMessage(), "for example text:/var/log/mpp/queries.log");
          }
        };
    Optional<QueryLogging> log = section.need("to", target).map(Placed::value);
    section.close();
    return log;
  }

  private Optional<SiteId> site(Section section) {
    return section
        .need("site", Form.TEXT)
        .map(Placed::value)
        .filter(name -> sites.resolves(section, "site", name))
        .flatMap(sites::find)
        .map(Site::id);
  }

  private List<DnsListen> listen(Section dns) {
    List<DnsListen> all = new ArrayList<>();
    for (Section one : dns.has("listen") ? dns.sections("listen") : List.<Section>of()) {
      Optional<SiteId> site = site(one);
      List<String> addresses =
          one.values("addresses", Form.IP).stream().map(Placed::value).toList();
      one.close();
      site.ifPresent(s -> all.add(new DnsListen(s, addresses)));
    }
    return all;
  }

  /** The text itself, so that sites whose files differ have different hashes. */
  private String records(Section dns, String zone) {
    Optional<Path> file = dns.optional("records", Form.TEXT).map(base::resolve);
    if (file.isEmpty()) {
      return "";
    }
    try {
      String text = Files.readString(file.get());
      var unused = ZoneFile.extra(file.get().toString(), text, zone + ".");
      return text;
    } catch (IOException e) {
      dns.problem(
          "records", "is " + file.get() + ", which cannot be read", "name a file of UTF-8 text");
    } catch (ZoneFileException e) {
      e.problems().forEach(p -> dns.problem("records", "cannot be served: " + p, "correct it"));
    }
    return "";
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
