package dev.mpp.dns;

import java.util.List;

/**
 * A zone cut: what lies at and below it is another server's to answer.
 *
 * @param nameServers the NS set of the child
 * @param glue the addresses of those of them that lie in the child: whoever is referred there could
 *     not find them otherwise (RFC 9471)
 */
record Delegation(DnsName cut, RecordSet nameServers, List<Glue> glue) {
  Delegation {
    glue = List.copyOf(glue);
  }

  /**
   * @param owner the labels of the host in front of the zone's apex, in wire form
   */
  record Glue(DnsName host, byte[] owner, RecordSet addresses) {}
}
