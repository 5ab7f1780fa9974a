package dev.mpp.node.config;

import dev.mpp.core.model.SiteId;
import dev.mpp.node.config.MppConfig.Mode;
import dev.mpp.node.config.MppConfig.Ports;
import dev.mpp.node.config.MppConfig.Site;
import dev.mpp.node.config.Section.Placed;
import dev.mpp.node.config.YamlNode.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The {@code sites:} of a file.
 *
 * @param mode how the sites agree
 * @param names every name as written, also of sites that are otherwise wrong, so that one mistake
 *     is not reported again at each reference
 */
record SiteTable(Mode mode, List<Placed<Site>> sites, Set<String> names) {

  static SiteTable read(Section top, boolean insecure, boolean tls) {
    Ports ports = ports(top, Ports.DEFAULT);
    if (!top.has("sites")) {
      top.missing("sites");
    }
    List<Placed<Site>> sites = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    int written = 0;
    for (Section section : top.sections("sites")) {
      written++;
      site(section, ports, names).ifPresent(s -> sites.add(new Placed<>(s, section.at())));
    }
    boolean witness = sites.stream().anyMatch(p -> p.value().witness());
    Mode mode = ModeRule.read(top, written, witness);
    SiteTable table = new SiteTable(mode, List.copyOf(sites), names);
    if (top.has("sites")) {
      table.checkAddresses(top.findings());
      table.checkInstances(top.findings());
      if (!insecure && !tls) {
        table.checkPlaintext(top);
      }
    }
    return table;
  }

  Optional<Site> find(String name) {
    return sites.stream().map(Placed::value).filter(s -> s.id().name().equals(name)).findFirst();
  }

  /** A problem unless the name is one of the sites. */
  boolean resolves(Section section, String key, String name) {
    if (!names.contains(name)) {
      section.problem(
          key,
          "is \"" + name + "\", which is not one of the sites",
          Suggestion.among(name, names, "the sites are "));
    }
    return names.contains(name);
  }

  private static Optional<Site> site(Section section, Ports fallback, Set<String> names) {
    Optional<Placed<String>> written = section.need("name", Form.TEXT);
    if (written.isPresent() && !names.add(written.get().value())) {
      section.problem(
          "name",
          "is \"" + written.get().value() + "\", as an earlier site",
          "give each site its own name");
    }
    Optional<SiteId> id =
        written.isEmpty() ? Optional.empty() : section.optional("name", Form.SITE);
    InstanceList instances = InstanceList.read(section);
    Optional<String> address =
        section.has("instances")
            ? instances.first()
            : section.need("address", Form.HOST).map(Placed::value);
    address
        .filter(a -> Addresses.literal(a).isEmpty() && !a.equals("localhost"))
        .ifPresent(
            a ->
                section.warning(
                    "address",
                    "is the host name \"" + a + "\": a DNS failure would look like a dead site",
                    "prefer an IP literal"));
    int priority = section.value("priority", Form.integer(0, 1000), Site.DEFAULT_PRIORITY);
    boolean witness = section.value("witness", Form.FLAG, false);
    if (witness && section.has("instances")) {
      section.problem(
          "instances",
          "are given to a witness",
          "a witness is one process; a second witness is another site");
    }
    Ports ports = ports(section, fallback);
    List<String> paths =
        section.has("paths")
            ? section.values("paths", Form.HOST).stream().map(Placed::value).toList()
            : List.of();
    if (!paths.isEmpty() && section.has("instances")) {
      section.problem(
          "paths",
          "are given beside instances",
          "remove them: each instance has one address, and the two are two ways already");
    }
    section.close();
    return id.flatMap(
        i -> address.map(a -> new Site(i, a, priority, witness, ports, paths, instances.all())));
  }

  private static Ports ports(Section parent, Ports fallback) {
    Section section = parent.section("ports");
    Form<Integer> port = Form.integer(1, 65535);
    Ports ports =
        new Ports(
            section.value("exchange", port, fallback.exchange()),
            section.value("ledger", port, fallback.ledger()),
            section.value("operator", port, fallback.operator()),
            section.value("http", port, fallback.http()),
            section.value("dns", port, fallback.dns()),
            section.value("twin", port, fallback.twin()));
    section.close();
    Map<Integer, String> users = new LinkedHashMap<>();
    byName(ports)
        .forEach(
            (name, number) -> {
              String other = users.putIfAbsent(number, name);
              if (other != null && parent.has("ports")) {
                section.problem(
                    section.has(name) ? name : other,
                    "makes " + other + " and " + name + " listen on one port, " + number,
                    "give each its own port");
              }
            });
    return ports;
  }

  static Map<String, Integer> byName(Ports ports) {
    Map<String, Integer> names = new LinkedHashMap<>();
    names.put("exchange", ports.exchange());
    names.put("ledger", ports.ledger());
    names.put("operator", ports.operator());
    names.put("http", ports.http());
    names.put("dns", ports.dns());
    names.put("twin", ports.twin());
    return names;
  }

  /**
   * The other instance follows the ledger of three voters; a register of a pair has no followers.
   */
  private void checkInstances(Findings findings) {
    if (mode != Mode.QUORUM) {
      sites.stream()
          .filter(s -> !s.value().instances().isEmpty())
          .forEach(
              s ->
                  findings.problem(
                      s.at(),
                      "site %s has two instances, and %s mode knows none"
                          .formatted(s.value().id(), ModeRule.word(mode)),
                      "give it one address; or add a witness, which makes quorum mode"));
    }
  }

  private void checkAddresses(Findings findings) {
    Map<String, Site> byAddress = new HashMap<>();
    for (Placed<Site> placed : sites) {
      Site site = placed.value();
      for (String address : addresses(site)) {
        Site other = byAddress.putIfAbsent(Addresses.canonical(address), site);
        boolean reported = site.equals(other) && !site.instances().isEmpty();
        if (other != null && !reported) {
          findings.problem(
              placed.at(),
              other.equals(site)
                  ? "site " + site.id() + " has the address " + address + " twice"
                  : "sites " + other.id() + " and " + site.id() + " have one address, " + address,
              "give each site its own address; voters on one host fail together");
        }
      }
    }
  }

  /** Where its processes listen. */
  static List<String> addresses(Site site) {
    return site.instances().isEmpty()
        ? site.ways()
        : site.instances().stream().map(MppConfig.Instance::address).toList();
  }

  private void checkPlaintext(Section top) {
    List<Placed<Site>> exposed =
        sites.stream()
            .filter(s -> !addresses(s.value()).stream().allMatch(Addresses::loopback))
            .toList();
    if (!exposed.isEmpty()) {
      Position at = exposed.getFirst().at();
      top.findings()
          .problem(
              at,
              "plaintext would run between sites over addresses that are not loopback: "
                  + exposed.stream()
                      .flatMap(s -> addresses(s.value()).stream())
                      .collect(Collectors.joining(", "))
                  + ", and \"tls\" is missing",
              "give each site certificates (mpp certs) and name them under \"tls\"; or keep the"
                  + " links private or in a tunnel and say so with \"insecure: true\"");
    }
  }
}
