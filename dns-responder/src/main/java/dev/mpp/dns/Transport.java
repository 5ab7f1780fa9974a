package dev.mpp.dns;

/** How a query arrived, which bounds how long its answer may be. */
public enum Transport {
  /** Datagrams: 512 octets, or what EDNS(0) offers up to {@link Response#EDNS_PAYLOAD}. */
  UDP,
  /** A stream of length-prefixed messages (RFC 7766): up to 65535 octets. */
  TCP
}
