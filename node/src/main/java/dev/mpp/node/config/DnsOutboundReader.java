package dev.mpp.node.config;

import dev.mpp.core.model.ServiceName;
import dev.mpp.dns.TsigKey;
import dev.mpp.node.config.MppConfig.Push;
import dev.mpp.node.config.MppConfig.Secondaries;
import dev.mpp.node.config.MppConfig.Secondary;
import dev.mpp.node.config.MppConfig.Service;
import dev.mpp.node.config.Section.Placed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code dns.secondaries} and {@code dns.push}: who is told what, and the keys for it. */
final class DnsOutboundReader {
  private static final int MAX_OFFSET = 999_999_999;
  private static final int MAX_TRANSFERS = 1000;

  /** An address and a port; without one 53. */
  private static final Form<String> ENDPOINT =
      text -> {
        Refused refused =
            new Refused(
                "is \"" + text + "\", which is not an address with a port",
                "write \"192.0.2.53:53\" or \"[2001:db8::53]:53\"");
        boolean bracketed = text.startsWith("[");
        int colon = text.lastIndexOf(':');
        boolean port =
            bracketed ? text.lastIndexOf(']') < colon : colon >= 0 && colon == text.indexOf(':');
        String host = port ? text.substring(0, colon) : text;
        String number = port ? text.substring(colon + 1) : "53";
        if (bracketed) {
          if (!host.endsWith("]")) {
            throw refused;
          }
          host = host.substring(1, host.length() - 1);
        }
        if (Addresses.literal(host).isEmpty()
            || !number.matches("[0-9]{1,5}")
            || Integer.parseInt(number) < 1
            || Integer.parseInt(number) > 65_535) {
          throw refused;
        }
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + number;
      };

  private final SecretReader keys;
  private final boolean used;

  /**
   * @param used whether this process needs the keys
   */
  DnsOutboundReader(Path base, boolean used) {
    this.keys = new SecretReader(base, "key", SecretSource.Shape.WHOLE);
    this.used = used;
  }

  Optional<Secondaries> secondaries(Section dns) {
    if (!dns.has("secondaries")) {
      return Optional.empty();
    }
    Section section = dns.section("secondaries");
    Duration expire = section.value("expire", wholeSeconds(5, 604_800), Secondaries.DEFAULT_EXPIRE);
    int offset = section.value("serial-offset", Form.integer(0, MAX_OFFSET), 0);
    int transfers =
        section.value("transfers", Form.integer(1, MAX_TRANSFERS), Secondaries.DEFAULT_TRANSFERS);
    List<Secondary> servers = new ArrayList<>();
    for (Section one : section.sections("servers")) {
      servers.add(secondary(one));
    }
    if (!section.has("servers") || section.emptyList("servers")) {
      section.problem("servers", "lists no secondary", "name one, or remove secondaries");
    }
    section.close();
    return Optional.of(new Secondaries(expire, offset, transfers, servers));
  }

  private Secondary secondary(Section section) {
    List<String> networks = DnsReader.networks(section, "networks");
    List<String> notify =
        section.has("notify")
            ? section.values("notify", ENDPOINT).stream().map(Placed::value).toList()
            : List.of();
    boolean keyed = keys.given(section);
    Optional<Secret> key = keyed ? key(section) : Optional.empty();
    section.close();
    if (networks.isEmpty() && !keyed) {
      section
          .findings()
          .problem(
              section.at(),
              section.path() + " has neither networks nor a key, so everybody could fetch the zone",
              "give networks: [ADDRESS], key-file: FILE, or both");
    }
    return new Secondary(networks, notify, key);
  }

  List<Push> pushes(Section dns, List<Placed<Service>> services, Duration ttl) {
    List<Push> out = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Section one : dns.has("push") ? dns.sections("push") : List.<Section>of()) {
      push(one, services, ttl)
          .ifPresent(
              p -> {
                if (!seen.add(p.server() + " " + p.name())) {
                  one.findings()
                      .problem(
                          one.at(),
                          one.path()
                              + " keeps "
                              + p.name()
                              + " at "
                              + p.server()
                              + " a second time",
                          "remove one of the two");
                }
                out.add(p);
              });
    }
    return out;
  }

  private Optional<Push> push(Section section, List<Placed<Service>> services, Duration ttl) {
    Optional<String> server = section.need("server", ENDPOINT).map(Placed::value);
    Optional<String> zone = section.need("zone", Form.DOMAIN).map(Placed::value);
    Optional<ServiceName> service = section.need("service", Form.SERVICE).map(Placed::value);
    service.ifPresent(s -> known(section, s, services));
    Optional<String> name =
        section.optional("name", Form.DOMAIN).or(() -> service.map(ServiceName::name));
    Duration seconds = section.value("ttl", DnsReader.TTL, ttl);
    boolean withdraw = section.value("withdraw", Form.FLAG, false);
    Optional<Secret> key = key(section);
    section.close();
    zone.ifPresent(
        z ->
            name.filter(n -> !n.equals(z) && !n.endsWith("." + z))
                .ifPresent(
                    n ->
                        section.problem(
                            "zone",
                            "is " + z + ", which does not contain " + n,
                            "name the zone of that server that holds the name, or another name")));
    return server.flatMap(
        at ->
            zone.flatMap(
                z ->
                    service.flatMap(
                        s ->
                            name.flatMap(
                                n -> key.map(k -> new Push(at, z, s, n, seconds, withdraw, k))))));
  }

  private static void known(Section section, ServiceName service, List<Placed<Service>> services) {
    List<String> names = services.stream().map(s -> s.value().name().name()).toList();
    if (!names.contains(service.name())) {
      section.problem(
          "service",
          "is \"" + service.name() + "\", which is no service here",
          Suggestion.among(service.name(), names, "the services are "));
    }
  }

  /** Where the key is, after a look whether it is one; a command is run at the start alone. */
  private Optional<Secret> key(Section section) {
    Optional<Secret> secret = keys.read(section, used);
    if (used && secret.isPresent() && !section.has("key-command")) {
      try {
        var unused = TsigKey.parse(secret.get().reveal());
      } catch (IOException e) {
        // Reported where the place was read.
      } catch (IllegalArgumentException e) {
        section
            .findings()
            .problem(
                section.at(),
                section.path()
                    + ": the key from "
                    + secret.get().origin()
                    + " cannot be used: "
                    + e.getMessage(),
                "put one key there, and nothing else");
      }
    }
    return secret;
  }

  private static Form<Duration> wholeSeconds(long least, long most) {
    return text -> {
      Duration value =
          Form.duration(Duration.ofSeconds(least), Duration.ofSeconds(most)).read(text);
      if (value.toMillis() % 1000 != 0) {
        throw new Refused("is " + text, "DNS counts in whole seconds: write 30s");
      }
      return value;
    };
  }
}
