package dev.mpp.chaos.bench;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.Main;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code mpp node} as it is, but for its MySQL servers, which are in its memory: the ledger, the
 * exchange, the loop, DNS, HTTP and the store are the real ones. The property {@code mpp.stand-in}
 * has the hosts of the two sites with servers, separated by a comma.
 */
public final class StandInNode {
  private StandInNode() {}

  /** As {@link Main}. */
  public static void main(String[] args) {
    Set<String> hosts =
        new LinkedHashSet<>(
            List.of(Objects.requireNonNull(System.getProperty("mpp.stand-in")).split(",")));
    ConcurrentHashMap<NodeAddress, StandInServer> servers = new ConcurrentHashMap<>();
    System.exit(
        Main.run(
            args,
            (options, handshakes) ->
                servers.computeIfAbsent(
                    options.address(),
                    own -> new StandInServer(own, other(hosts, own.host()) + ":" + own.port()))));
  }

  private static String other(Set<String> hosts, String host) {
    return hosts.stream().filter(h -> !h.equals(host)).findFirst().orElseThrow();
  }
}
