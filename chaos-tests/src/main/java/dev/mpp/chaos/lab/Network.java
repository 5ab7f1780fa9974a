package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A namespace for each site and one for clients, each with one link ({@code wan}) to a router in a
 * namespace in the middle. What the middle drops is cut: policy routing there (ip-rule(8),
 * blackhole) takes any ordered pair of addresses, tells nobody, and needs no firewall. The judge
 * goes around it: it enters the namespaces themselves.
 */
final class Network implements AutoCloseable {
  /** Where writers, DNS clients and the targets of checkpoints are. */
  static final String CLIENTS = "clients";

  /** External targets of checkpoints. */
  static final String WORLD = "192.0.2.10";

  /** The provider's targets of checkpoints. */
  static final String EDGE = "192.0.2.20";

  private static final String GATEWAY = "198.51.100.254";

  private final Namespace middle;
  private final Map<String, Namespace> all = new LinkedHashMap<>();
  private final List<Drop> drops = new ArrayList<>();

  private Network(String id) {
    middle = new Namespace(id + "-middle");
    all.put("middle", middle);
  }

  /**
   * @param id before each name
   * @param sites label to address
   */
  static Network build(String id, Map<String, String> sites) {
    Network network = new Network(id);
    try {
      network.lay(id, sites);
      return network;
    } catch (Trouble e) {
      network.close();
      throw new Trouble(
          "cannot make network namespaces: " + e.getMessage(),
          "it needs root with CAP_SYS_ADMIN and CAP_NET_ADMIN (not an unprivileged container)");
    }
  }

  private void lay(String id, Map<String, String> sites) {
    Ip.batch(List.of("netns add " + middle.name()));
    router();
    sites.forEach(
        (label, address) -> {
          link(id, label);
          Ip.batch(
              namespace(label),
              List.of(
                  "addr add %s peer %s dev wan".formatted(address, GATEWAY),
                  "addr add %s/32 dev lo".formatted(inside(address)),
                  "route add default via " + GATEWAY));
          Ip.batch(
              middle, List.of("addr add %s peer %s dev %s".formatted(GATEWAY, address, label)));
        });
    link(id, CLIENTS);
    Ip.batch(
        namespace(CLIENTS),
        List.of(
            "addr add 192.0.2.1/24 dev wan",
            "addr add " + WORLD + "/24 dev wan",
            "addr add " + EDGE + "/24 dev wan",
            "route add default via 192.0.2.254"));
    Ip.batch(middle, List.of("addr add 192.0.2.254/24 dev " + CLIENTS));
  }

  private void router() {
    middle.inside(
        () -> {
          try {
            Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1");
            // A cut in one direction must not make the other one look forged.
            Files.writeString(Path.of("/proc/sys/net/ipv4/conf/all/rp_filter"), "0");
            Files.writeString(Path.of("/proc/sys/net/ipv4/conf/default/rp_filter"), "0");
            return true;
          } catch (IOException e) {
            throw new Trouble("cannot make a router: " + e.getMessage(), "");
          }
        });
  }

  private void link(String id, String label) {
    Namespace end = new Namespace(id + "-" + label);
    Ip.batch(List.of("netns add " + end.name()));
    all.put(label, end);
    Ip.batch(
        List.of(
            "link add wan netns %s type veth peer name %s netns %s"
                .formatted(end.name(), label, middle.name())));
    Ip.batch(end, List.of("link set lo up", "link set wan up"));
    Ip.batch(middle, List.of("link set %s up".formatted(label)));
  }

  /** Address of the internal checkpoint targets of the site with this address. */
  static String inside(String address) {
    int dot = address.lastIndexOf('.') + 1;
    return address.substring(0, dot) + (100 + Integer.parseInt(address.substring(dot)));
  }

  Namespace namespace(String label) {
    return Optional.ofNullable(all.get(label)).orElseThrow();
  }

  /** Policies of ip-xfrm(8) hold on the loopback device, too, which is exempt by default. */
  static void policiesOnLoopback(Namespace namespace) {
    boolean unused =
        namespace.inside(
            () -> {
              try {
                for (String device : List.of("all", "lo")) {
                  Files.writeString(
                      Path.of("/proc/sys/net/ipv4/conf/" + device + "/disable_policy"), "0");
                }
                return true;
              } catch (IOException e) {
                throw new Trouble("cannot change the loopback device: " + e.getMessage(), "");
              }
            });
  }

  /** From now on these packets are dropped, too. */
  synchronized void cut(List<Drop> more) {
    Ip.batch(middle, more.stream().map(drop -> "rule add " + drop.rule()).toList());
    drops.addAll(more);
  }

  /** Nothing is dropped any more. */
  synchronized void heal() {
    if (!drops.isEmpty()) {
      Ip.batch(middle, drops.stream().map(drop -> "rule del " + drop.rule()).toList());
      drops.clear();
    }
  }

  /** The processes in them must have ended. */
  @Override
  public void close() {
    all.values().forEach(namespace -> Ip.ask("netns", "delete", namespace.name()));
  }
}
