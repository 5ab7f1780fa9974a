package dev.mpp.dns;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * The sockets of one address: one TCP listener, and a UDP socket for each worker where SO_REUSEPORT
 * lets the kernel spread datagrams over them, otherwise one for all.
 */
record BoundSockets(InetSocketAddress address, ServerSocketChannel tcp, List<UdpSocket> udp)
    implements AutoCloseable {
  static final int RECEIVE_BUFFER = 1 << 20;
  private static final int BACKLOG = 128;
  private static final int ATTEMPTS_FOR_ANY_PORT = 16;

  static BoundSockets open(InetSocketAddress wanted, UdpIo io, int udpWorkers)
      throws DnsBindException {
    for (int attempt = 1; ; attempt++) {
      try {
        return openOnce(wanted, io, udpWorkers);
      } catch (DnsBindException e) {
        // With port 0 the port that TCP got may be taken for UDP: try another.
        if (wanted.getPort() != 0 || attempt == ATTEMPTS_FOR_ANY_PORT) {
          throw e;
        }
      }
    }
  }

  private static BoundSockets openOnce(InetSocketAddress wanted, UdpIo io, int udpWorkers)
      throws DnsBindException {
    ServerSocketChannel tcp = bindTcp(wanted);
    List<UdpSocket> udp = new ArrayList<>();
    InetSocketAddress address = wanted;
    try {
      address =
          new InetSocketAddress(
              wanted.getAddress(), ((InetSocketAddress) tcp.getLocalAddress()).getPort());
      // Alone first, without SO_REUSEPORT, which would share the port with a forgotten process of
      // the same user and lose it half of the queries.
      UdpSocket first = UdpSocket.bind(io, address, false);
      if (udpWorkers > 1 && canShare()) {
        first.close();
        for (int i = 0; i < udpWorkers; i++) {
          udp.add(UdpSocket.bind(io, address, true));
        }
      } else {
        udp.add(first);
      }
      return new BoundSockets(address, tcp, List.copyOf(udp));
    } catch (IOException e) {
      udp.forEach(UdpSocket::close);
      closeAll(List.of(tcp));
      throw new DnsBindException(Transport.UDP, address, e);
    }
  }

  private static boolean canShare() throws IOException {
    try (DatagramChannel any = DatagramChannel.open()) {
      return any.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
    }
  }

  static StandardProtocolFamily family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
  private static ServerSocketChannel bindTcp(InetSocketAddress address) throws DnsBindException {
    ServerSocketChannel channel = null;
    try {
      channel = ServerSocketChannel.open(family(address));
      return channel.bind(address, BACKLOG);
    } catch (IOException e) {
      closeAll(channel == null ? List.of() : List.of(channel));
      throw new DnsBindException(Transport.TCP, address, e);
    }
  }

  @Override
  public void close() {
    closeAll(List.of(tcp));
    udp.forEach(UdpSocket::close);
  }

  /** Closing a socket frees it even when close() reports an error, so the error changes nothing. */
  static void closeAll(List<? extends Channel> channels) {
    for (Channel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        System.getLogger(BoundSockets.class.getName())
            .log(System.Logger.Level.DEBUG, "closing " + channel, e);
      }
    }
  }
}
