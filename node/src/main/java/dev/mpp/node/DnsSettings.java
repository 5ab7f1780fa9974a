package dev.mpp.node;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.dns.AccessList;
import dev.mpp.dns.DnsName;
import dev.mpp.dns.DnsResponderConfig;
import dev.mpp.dns.ExtraRecords;
import dev.mpp.dns.KeyDirectory;
import dev.mpp.dns.KeyFileException;
import dev.mpp.dns.RateLimit;
import dev.mpp.dns.RrType;
import dev.mpp.dns.ServerCookies;
import dev.mpp.dns.ServerIdentity;
import dev.mpp.dns.SigningPolicy;
import dev.mpp.dns.StalePolicy;
import dev.mpp.dns.ZoneFile;
import dev.mpp.dns.ZoneFileException;
import dev.mpp.dns.ZoneSigner;
import dev.mpp.node.agreement.Agreement;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.publish.DnsTables;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** What {@code dns:} means to the responder and to the zone. */
final class DnsSettings {
  private static final int COOKIE_SECRET = 16;

  /** What the node makes at the names of services, whether it has some at present or not. */
  private static final Set<Integer> MADE_HERE =
      Set.of(RrType.A, RrType.AAAA, RrType.SRV, RrType.TXT, RrType.CNAME);

  private DnsSettings() {}

  /** Of the process that this configuration is for; {@code dns:} must be there. */
  static DnsResponderConfig responder(MppConfig config) {
    MppConfig.Dns dns = config.dns().orElseThrow();
    int port = config.self().ports().dns();
    List<String> configured = dns.listenAt(config.site());
    List<InetSocketAddress> listen =
        configured.isEmpty()
            ? List.of(new InetSocketAddress(config.self().address(), port))
            : configured.stream()
                .map(a -> new InetSocketAddress(InetAddress.ofLiteral(a), port))
                .toList();
    DnsResponderConfig responder = DnsResponderConfig.listeningOn(listen).withCookies(cookies());
    if (dns.limits().identify()) {
      String name = config.site().name() + config.instance().map(i -> "-" + i).orElse("");
      responder = responder.withIdentity(new ServerIdentity(Optional.of(name), Optional.empty()));
    }
    int rate = dns.limits().rateLimit();
    return rate == 0 ? responder : responder.withLimit(limit(rate, dns.limits().rateLimitExempt()));
  }

  /** A secret of this run: whoever has an older cookie is given a new one. */
  static ServerCookies cookies() {
    byte[] secret = new byte[COOKIE_SECRET];
    new SecureRandom().nextBytes(secret);
    return ServerCookies.of(List.of(secret));
  }

  /** Errors at a quarter of the rate of answers, as nobody needs many of them. */
  static RateLimit limit(int answersPerSecond, List<String> exempt) {
    List<String> all = new ArrayList<>(List.of("127.0.0.0/8", "::1"));
    all.addAll(exempt);
    return new RateLimit(
        answersPerSecond,
        Math.max(1, answersPerSecond / 4),
        RateLimit.DEFAULT.allErrorsPerSecond(),
        RateLimit.DEFAULT.slip(),
        AccessList.of(all));
  }

  static DnsTables.Settings tables(MppConfig config) {
    MppConfig.Dns dns = config.dns().orElseThrow();
    Map<SiteId, List<String>> near = new HashMap<>();
    dns.readOnly().near().forEach(n -> near.put(n.site(), n.networks()));
    return new DnsTables.Settings(
        dns.zone(),
        dns.ttl().toSeconds(),
        dns.nameServers().stream()
            .map(n -> new DnsTables.NameServer(n.name(), n.address()))
            .toList(),
        config.lease().duration().toNanos(),
        dns.stale() == MppConfig.Stale.LAST_KNOWN ? StalePolicy.LAST_KNOWN : StalePolicy.SERVFAIL,
        dns.contact(),
        dns.readOnly().label(),
        dns.readOnly().maxLag().toSeconds(),
        near,
        dns.stateReaders(),
        extra(dns),
        dns.secondaries()
            .map(s -> new DnsTables.Secondaries(s.expire().toSeconds(), s.serialOffset())));
  }

  /**
   * The zone's tables, after a trial: what an operator's records contradict must not be found out
   * by the loop.
   *
   * @param unixSeconds the wall clock, for signatures
   * @throws IOException if they contradict the names of the services, or the keys cannot be used
   */
  static DnsTables verified(MppConfig config, LongSupplier unixSeconds) throws IOException {
    DnsTables.Settings settings = tables(config);
    DnsTables tables = new DnsTables(settings, signer(config.dns().orElseThrow(), unixSeconds));
    List<NodeSnapshot.Service> services = new ArrayList<>();
    for (NodeLoop.ServiceAddresses s : ServiceWiring.addresses(config)) {
      Optional<SiteId> first = s.sites().stream().map(NodeSnapshot.SiteAddress::site).findFirst();
      Grant grant = new Grant(s.name(), 1, first, "trial", 1, true, first, Set.of());
      services.add(new NodeSnapshot.Service(s.name(), grant, 1, false, 1, "", s.sites()));
    }
    for (String name : tables.names(services)) {
      Optional<String> place = settings.extra().at(name, MADE_HERE);
      if (place.isPresent()) {
        throw new IOException(
            "the DNS zone cannot be served: "
                + place.get()
                + ": addresses, SRV, TXT and CNAME of "
                + name
                + " are the node's; remove the record");
      }
    }
    SiteView self =
        new SiteView(
            config.site(), "", 0, false, "", "", Reach.GLOBAL, List.of(), List.of(), List.of());
    try {
      NodeSnapshot trial =
          new NodeSnapshot(
              0, self, List.of(), services, new Agreement.Health("", "", 0, 0), 0, false, 0);
      var unusedTable = tables.table(trial);
      var unusedCopy = tables.copy(trial);
    } catch (IllegalArgumentException e) {
      throw new IOException("the DNS zone cannot be served: " + e.getMessage(), e);
    }
    return tables;
  }

  private static Optional<ZoneSigner> signer(MppConfig.Dns dns, LongSupplier unixSeconds)
      throws IOException {
    if (dns.dnssec().isEmpty()) {
      return Optional.empty();
    }
    MppConfig.Dnssec dnssec = dns.dnssec().get();
    SigningPolicy policy =
        new SigningPolicy(dnssec.validity(), SigningPolicy.DEFAULT.denialsPerSecond());
    try {
      return Optional.of(
          ZoneSigner.open(
              new KeyDirectory(dnssec.keys()), DnsName.of(dns.zone()), policy, unixSeconds));
    } catch (KeyFileException e) {
      throw new IOException(
          "the DNS zone cannot be signed (dns.dnssec): " + String.join("; ", e.problems()), e);
    }
  }

  private static ExtraRecords extra(MppConfig.Dns dns) {
    try {
      return ZoneFile.extra("dns.records", dns.records(), dns.zone() + ".");
    } catch (ZoneFileException e) {
      throw new IllegalStateException("read when the configuration was, and now it is wrong", e);
    }
  }
}
