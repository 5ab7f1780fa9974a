package dev.mpp.dns;

import java.util.List;

/** Networks that may do something. Immutable. */
public final class AccessList {
  private static final AccessList LOOPBACK = of(List.of("127.0.0.0/8", "::1"));

  private final Network[] networks;

  private AccessList(List<Network> networks) {
    this.networks = networks.toArray(Network[]::new);
  }

  /**
   * The networks in CIDR notation, or single addresses; none means nobody.
   *
   * @throws IllegalArgumentException with the entry that cannot be read
   */
  public static AccessList of(List<String> networks) {
    return new AccessList(networks.stream().map(Network::of).toList());
  }

  /** This host alone. */
  public static AccessList loopback() {
    return LOOPBACK;
  }

  /** Whether the client is in one of the networks. */
  public boolean contains(Client client) {
    for (Network network : networks) {
      if (network.contains(client.high(), client.low())) {
        return true;
      }
    }
    return false;
  }
}
