package dev.mpp.node.agreement;

import dev.mpp.core.model.SiteId;

/**
 * A voter of the ledger: a site or a witness.
 *
 * @param address an IP literal (IPv6 without brackets) or a host name, reachable from every member
 * @param port of the ledger, 1 to 65535
 */
public record LedgerMember(SiteId site, String address, int port) {
  public LedgerMember {
    if (address.isBlank()) {
      throw new IllegalArgumentException("the ledger address of " + site + " is empty");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "the ledger port %d of %s is outside 1-65535".formatted(port, site));
    }
  }

  /** {@code host:port}, with brackets around an IPv6 literal. */
  public String endpoint() {
    return (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + port;
  }
}
