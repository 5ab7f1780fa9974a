package dev.mpp.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Where and how to listen.
 *
 * @param listen literal addresses of this host, IPv4 and IPv6, at least one. Not the wildcard: a
 *     reply must leave from the address that was asked. Port 0 takes any port that is free for both
 *     transports
 * @param udpWorkers threads for each address, 1 to 64
 * @param tcpConnections connections open at a time over all addresses, 1 to 65536
 * @param tcpIdle how long a connection may stay without a query in progress, 10 ms to 1 h
 * @param tcpExchange from the first octet of a query how long until its last one, and again until
 *     the response has been taken, 10 ms to 1 h
 */
public record DnsResponderConfig(
    List<InetSocketAddress> listen,
    int udpWorkers,
    int tcpConnections,
    Duration tcpIdle,
    Duration tcpExchange) {
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofHours(1);

  public DnsResponderConfig {
    listen = List.copyOf(listen);
    if (listen.isEmpty()) {
      throw new IllegalArgumentException("no address to listen on");
    }
    listen.forEach(DnsResponderConfig::requireExplicit);
    requireRange("udpWorkers", udpWorkers, 64);
    requireRange("tcpConnections", tcpConnections, 65_536);
    requireRange("tcpIdle", tcpIdle);
    requireRange("tcpExchange", tcpExchange);
  }

  /** Two workers an address, 256 connections, idle 10 s, exchange 3 s. */
  public static DnsResponderConfig listeningOn(List<InetSocketAddress> listen) {
    return new DnsResponderConfig(listen, 2, 256, Duration.ofSeconds(10), Duration.ofSeconds(3));
  }

  private static void requireExplicit(InetSocketAddress address) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(
          address.getHostString() + " is not an address; names are not resolved here");
    }
    if (address.getAddress().isAnyLocalAddress()) {
      throw new IllegalArgumentException(
          address
              + " is the wildcard; list the addresses to answer from, so that replies leave from"
              + " the address that was asked");
    }
  }

  private static void requireRange(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(what + " not in 1.." + most + ": " + value);
    }
  }

  private static void requireRange(String what, Duration value) {
    if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(what + " not in 10 ms..1 h: " + value);
    }
  }
}
