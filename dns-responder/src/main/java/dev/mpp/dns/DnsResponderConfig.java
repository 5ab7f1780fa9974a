package dev.mpp.dns;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Where and how to listen.
 *
 * @param listen literal addresses of this host, IPv4 and IPv6, at least one. The wildcard ({@code
 *     ::} takes both families) only with {@link UdpIo#BATCHED}, as a reply must leave from the
 *     address that was asked. Port 0 takes any port that is free for both transports
 * @param udp how datagrams are moved
 * @param udpWorkers threads for each address, 1 to 64
 * @param tcp bounds of connections
 * @param identity what it tells of itself
 * @param cookies empty: cookies are ignored
 * @param limit empty: every query is answered
 */
public record DnsResponderConfig(
    List<InetSocketAddress> listen,
    UdpIo udp,
    int udpWorkers,
    TcpLimits tcp,
    ServerIdentity identity,
    Optional<ServerCookies> cookies,
    Optional<RateLimit> limit) {

  public DnsResponderConfig {
    listen = List.copyOf(listen);
    if (listen.isEmpty()) {
      throw new IllegalArgumentException("no address to listen on");
    }
    for (InetSocketAddress address : listen) {
      requireExplicit(address, udp);
    }
    TcpLimits.requireRange("udpWorkers", udpWorkers, 64);
  }

  /** Two workers an address, as the host does it best; no identity, no cookies, no limit. */
  public static DnsResponderConfig listeningOn(List<InetSocketAddress> listen) {
    return new DnsResponderConfig(
        listen,
        UdpIo.best(),
        2,
        TcpLimits.DEFAULT,
        ServerIdentity.NONE,
        Optional.empty(),
        Optional.empty());
  }

  public DnsResponderConfig withUdp(UdpIo io, int workers) {
    return new DnsResponderConfig(listen, io, workers, tcp, identity, cookies, limit);
  }

  public DnsResponderConfig withTcp(TcpLimits limits) {
    return new DnsResponderConfig(listen, udp, udpWorkers, limits, identity, cookies, limit);
  }

  public DnsResponderConfig withIdentity(ServerIdentity who) {
    return new DnsResponderConfig(listen, udp, udpWorkers, tcp, who, cookies, limit);
  }

  public DnsResponderConfig withCookies(ServerCookies secrets) {
    return new DnsResponderConfig(
        listen, udp, udpWorkers, tcp, identity, Optional.of(secrets), limit);
  }

  public DnsResponderConfig withLimit(RateLimit rate) {
    return new DnsResponderConfig(
        listen, udp, udpWorkers, tcp, identity, cookies, Optional.of(rate));
  }

  private static void requireExplicit(InetSocketAddress address, UdpIo udp) {
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(
          address.getHostString() + " is not an address; names are not resolved here");
    }
    if (address.getAddress().isAnyLocalAddress() && udp != UdpIo.BATCHED) {
      throw new IllegalArgumentException(
          address
              + " is the wildcard; list the addresses to answer from, so that replies leave from"
              + " the address that was asked");
    }
  }
}
