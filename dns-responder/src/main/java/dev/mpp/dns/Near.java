package dev.mpp.dns;

import java.util.List;

/**
 * What comes first in an answer to clients of some network: the records of the site they are at.
 *
 * @param network in CIDR notation, or one address
 * @param first the records; those that a name does not have at present are ignored
 */
public record Near(String network, List<Rdata> first) {
  /** Refuses a network that cannot be read. */
  public Near {
    var unused = Network.of(network);
    first = List.copyOf(first);
  }
}
