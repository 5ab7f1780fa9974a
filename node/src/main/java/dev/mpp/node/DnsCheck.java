package dev.mpp.node;

import dev.mpp.node.DnsServers.Server;
import dev.mpp.node.config.MppConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Compares what the name servers of a deployment and its parent say with the configuration. */
final class DnsCheck {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

  /** A finding: what is well, or what is wrong and what to do. */
  record Line(boolean good, String text) {}

  private final MppConfig config;
  private final MppConfig.Dns dns;
  private final Name zone;
  private final List<Line> lines = new ArrayList<>();
  private final Instant now;

  /**
   * @param now by the wall clock, to judge signatures by
   */
  DnsCheck(MppConfig config, Instant now) {
    this.config = config;
    this.now = now;
    this.dns =
        config
            .dns()
            .orElseThrow(
                () -> new IllegalArgumentException("the configuration has no dns: section"));
    this.zone = name(dns.zone());
  }

  /**
   * Asks everybody.
   *
   * @param resolver empty: the delegation is not looked at
   */
  List<Line> run(List<Server> servers, Optional<InetSocketAddress> resolver) {
    List<Server> alive = servers.stream().filter(this::answers).toList();
    for (MppConfig.Service s : config.services()) {
      agree(alive, s.name().name(), Type.A);
      agree(alive, s.name().name(), Type.AAAA);
    }
    List<Name> services = config.services().stream().map(s -> name(s.name().name())).toList();
    new DnssecCheck(zone, dns.dnssec().isPresent(), now, lines::add)
        .run(alive, services, resolver.map(a -> new DnsClient(a, TIMEOUT)));
    resolver.ifPresentOrElse(
        this::delegation, () -> well("delegation not looked at (--resolver none)"));
    return List.copyOf(lines);
  }

  /** The first one of this host, or none. */
  static String systemResolver() {
    try {
      return Files.readAllLines(RESOLV_CONF).stream()
          .map(l -> l.trim().split("\\s+"))
          .filter(w -> w.length > 1 && w[0].equals("nameserver"))
          .map(w -> w[1].replaceAll("%.*", ""))
          .map(a -> a.contains(":") ? "[" + a + "]" : a)
          .findFirst()
          .orElse("none");
    } catch (IOException e) {
      return "none";
    }
  }

  private void well(String text) {
    lines.add(new Line(true, text));
  }

  private void wrong(String text) {
    lines.add(new Line(false, text));
  }

  private static Name name(String text) {
    try {
      return Name.fromString(text, Name.root);
    } catch (TextParseException e) {
      throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
    }
  }

  private boolean answers(Server server) {
    DnsClient client = new DnsClient(server.address(), TIMEOUT);
    boolean good = true;
    for (boolean tcp : new boolean[] {false, true}) {
      String how = server.text() + (tcp ? " over TCP" : " over UDP");
      try {
        Message query = DnsClient.question(zone, Type.SOA, false);
        Message m = (tcp ? client.tcp(query) : client.udp(query)).message();
        if (m.getRcode() != Rcode.NOERROR || !m.getHeader().getFlag(Flags.AA)) {
          wrong(
              how
                  + ": "
                  + Rcode.string(m.getRcode())
                  + " for "
                  + zone
                  + " SOA, not an authoritative answer; does MPP with this dns: section run"
                  + " there?");
          good = false;
        } else if (m.getOPT() == null) {
          wrong(how + ": answers without EDNS; what stands between rewrites DNS");
          good = false;
        } else {
          well(how + ": authoritative for " + zone);
        }
      } catch (IOException e) {
        wrong(
            how
                + ": "
                + e.getMessage()
                + "; is it running, and does every firewall let port "
                + server.address().getPort()
                + (tcp ? " TCP in?" : " UDP in?"));
        good = false;
      }
    }
    if (good) {
      nameServers(server, client);
    }
    return good;
  }

  private void nameServers(Server server, DnsClient client) {
    try {
      Set<String> said =
          data(
              client.ask(DnsClient.question(zone, Type.NS, false)).message(),
              Section.ANSWER,
              Type.NS);
      if (!said.equals(configured())) {
        wrong(
            server.text()
                + ": says NS "
                + said
                + ", the configuration "
                + configured()
                + "; give every site the same dns.name-servers");
      }
    } catch (IOException e) {
      wrong(server.text() + ": " + e.getMessage());
    }
  }

  private Set<String> configured() {
    return dns.nameServers().stream()
        .map(n -> n.name().toLowerCase(Locale.ROOT) + ".")
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> data(Message m, int section, int type) {
    return m.getSection(section).stream()
        .filter(r -> r.getType() == type)
        .map(r -> r.rdataToString().toLowerCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A role that changes at this moment is seen by one server before the other: asked twice. */
  private void agree(List<Server> servers, String service, int type) {
    Map<String, Set<String>> said = ask(servers, service, type);
    if (new TreeSet<>(said.values().stream().map(Object::toString).toList()).size() > 1) {
      said = ask(servers, service, type);
    }
    Set<String> different =
        said.values().stream().map(Object::toString).collect(Collectors.toCollection(TreeSet::new));
    String what = service + " " + Type.string(type);
    if (different.size() > 1) {
      wrong(
          what
              + ": the servers disagree: "
              + said
              + "; one of them is cut off or was not restarted with the others' configuration (mpp"
              + " peers)");
    } else if (different.contains("[SERVFAIL]")) {
      wrong(what + ": SERVFAIL everywhere; no site serves it, or no ledger is fresh (mpp status)");
    } else if (!said.isEmpty() && !different.contains("[]")) {
      well(what + ": all say " + different.iterator().next());
    }
  }

  private static Map<String, Set<String>> ask(List<Server> servers, String service, int type) {
    Map<String, Set<String>> said = new LinkedHashMap<>();
    for (Server server : servers) {
      Set<String> answer = new TreeSet<>();
      try {
        Message m =
            new DnsClient(server.address(), TIMEOUT)
                .ask(DnsClient.question(name(service), type, false))
                .message();
        if (m.getRcode() == Rcode.NOERROR) {
          answer.addAll(data(m, Section.ANSWER, type));
        } else {
          answer.add(Rcode.string(m.getRcode()));
        }
      } catch (IOException e) {
        answer.add(String.valueOf(e.getMessage()));
      }
      said.put(server.name(), answer);
    }
    return said;
  }

  private void delegation(InetSocketAddress resolver) {
    DnsClient client = new DnsClient(resolver, TIMEOUT);
    try {
      Message m = client.ask(DnsClient.question(zone, Type.NS, true)).message();
      Set<String> said = data(m, Section.ANSWER, Type.NS);
      if (said.isEmpty()) {
        wrong(
            zone
                + " is not delegated: the resolver says "
                + Rcode.string(m.getRcode())
                + "; have the parent zone get "
                + delegationRecords());
        return;
      }
      if (said.equals(configured())) {
        well(zone + " is delegated to " + said);
      } else {
        wrong(
            zone
                + " is delegated to "
                + said
                + ", not to "
                + configured()
                + "; correct the parent");
      }
      for (MppConfig.NameServer n : dns.nameServers()) {
        address(client, n);
      }
    } catch (IOException e) {
      wrong(
          "delegation: the resolver "
              + resolver.getAddress().getHostAddress()
              + ": "
              + e.getMessage()
              + "; name another with --resolver");
    }
  }

  private String delegationRecords() {
    List<String> records = new ArrayList<>();
    for (MppConfig.NameServer n : dns.nameServers()) {
      records.add(zone + " NS " + n.name() + ".");
      if (name(n.name()).subdomain(zone)) {
        records.add(n.name() + ". " + (n.address().contains(":") ? "AAAA " : "A ") + n.address());
      }
    }
    return String.join(", ", records);
  }

  private void address(DnsClient client, MppConfig.NameServer n) throws IOException {
    int type = n.address().contains(":") ? Type.AAAA : Type.A;
    Set<String> said =
        data(
            client.ask(DnsClient.question(name(n.name()), type, true)).message(),
            Section.ANSWER,
            type);
    if (said.stream().noneMatch(a -> same(a, n.address()))) {
      wrong(
          "name server "
              + n.name()
              + " has the addresses "
              + said
              + ", not "
              + n.address()
              + "; correct the glue at the parent, or dns.name-servers");
    }
  }

  private static boolean same(String a, String b) {
    return InetAddress.ofLiteral(a).equals(InetAddress.ofLiteral(b));
  }
}
