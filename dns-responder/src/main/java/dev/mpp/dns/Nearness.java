package dev.mpp.dns;

import java.util.Comparator;
import java.util.List;

/**
 * Which records of one set come first, by the network of whoever asks (the longest that matches).
 */
final class Nearness {
  private final Network[] networks;
  private final boolean[][] preferred;

  Nearness(List<Near> rules, List<Rdata> data) {
    List<Near> longestFirst =
        rules.stream()
            .sorted(Comparator.comparing((Near n) -> Network.of(n.network()).bits()).reversed())
            .toList();
    networks = longestFirst.stream().map(n -> Network.of(n.network())).toArray(Network[]::new);
    preferred = new boolean[networks.length][data.size()];
    for (int rule = 0; rule < networks.length; rule++) {
      for (int i = 0; i < data.size(); i++) {
        preferred[rule][i] = longestFirst.get(rule).first().contains(data.get(i));
      }
    }
  }

  /**
   * The rule for an address, or -1.
   *
   * @param known how many of the 128 bits are known, as a resolver tells no more than a prefix of
   *     its client (RFC 7871)
   */
  int rule(long high, long low, int known) {
    for (int i = 0; i < networks.length; i++) {
      if (networks[i].bits() <= known && networks[i].contains(high, low)) {
        return i;
      }
    }
    return -1;
  }

  boolean first(int rule, int record) {
    return preferred[rule][record];
  }

  /**
   * How many bits of the client's address the answer depends on, as the family counts them (RFC
   * 7871 section 7.2.1): of the rule, and without one of the longest that was tried.
   */
  int scope(int rule, boolean ipv4) {
    if (rule >= 0) {
      return networks[rule].familyBits();
    }
    int longest = 0;
    for (Network network : networks) {
      if (network.isIpv4() == ipv4) {
        longest = Math.max(longest, network.familyBits());
      }
    }
    return longest;
  }
}
