package dev.mpp.node.agreement;

import dev.mpp.core.model.SiteId;

/**
 * A member of the ledger: a voter, which is a site or a witness, or the second instance of a site,
 * which follows and does not vote.
 *
 * @param instance empty for a voter
 * @param address an IP literal (IPv6 without brackets) or a host name, reachable from every member
 * @param port of the ledger, 1 to 65535
 */
public record LedgerMember(SiteId site, String instance, String address, int port) {
  /** A voter. */
  public LedgerMember(SiteId site, String address, int port) {
    this(site, "", address, port);
  }

  public LedgerMember {
    if (address.isBlank()) {
      throw new IllegalArgumentException("the ledger address of " + site + " is empty");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "the ledger port %d of %s is outside 1-65535".formatted(port, site));
    }
  }

  boolean votes() {
    return instance.isEmpty();
  }

  /** The site's name, or that and the instance's. */
  String id() {
    return votes() ? site.name() : site.name() + "." + instance;
  }

  /** {@code host:port}, with brackets around an IPv6 literal. */
  public String endpoint() {
    return (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + port;
  }
}
