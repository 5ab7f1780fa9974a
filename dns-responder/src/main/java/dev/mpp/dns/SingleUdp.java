package dev.mpp.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Datagrams one at a time through a channel of the JDK. */
final class SingleUdp implements UdpSocket {
  /** Far above any query; a longer datagram is cut here and then fails to parse. */
  private static final int MAX_QUERY = 4096;

  private static final Duration PAUSE_AFTER_ERROR = Duration.ofMillis(10);

  private final DatagramChannel channel;

  private SingleUdp(DatagramChannel channel) {
    this.channel = channel;
  }

  static SingleUdp bind(InetSocketAddress address, boolean share) throws IOException {
    DatagramChannel channel = DatagramChannel.open(BoundSockets.family(address));
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, BoundSockets.RECEIVE_BUFFER);
      if (share) {
        channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      }
      channel.bind(address);
      return new SingleUdp(channel);
    } catch (IOException e) {
      BoundSockets.closeAll(List.of(channel));
      throw e;
    }
  }

  @Override
  public void serve(QueryHandler handler, DnsCounters counters) {
    ByteBuffer in = ByteBuffer.allocateDirect(MAX_QUERY);
    ByteBuffer out = ByteBuffer.allocateDirect(Response.EDNS_PAYLOAD);
    byte[] packet = new byte[MAX_QUERY];
    Client client = new Client();
    while (channel.isOpen()) {
      SocketAddress from = receive(in.clear(), counters);
      if (from instanceof InetSocketAddress address) {
        long start = System.nanoTime();
        int length = in.flip().remaining();
        in.get(packet, 0, length);
        client.from(address.getAddress()).port(address.getPort());
        if (handler.handle(packet, length, client, Transport.UDP)) {
          send(handler.response(), out.clear(), address, counters);
        }
        counters.latency(System.nanoTime() - start, 1);
      }
    }
  }

  private @Nullable SocketAddress receive(ByteBuffer in, DnsCounters counters) {
    try {
      return channel.receive(in);
    } catch (ClosedChannelException e) {
      return null;
    } catch (IOException e) {
      counters.event(DnsCounters.Event.RECEIVE_ERROR);
      // An interface that went away fails every call: do not spin on it.
      LockSupport.parkNanos(PAUSE_AFTER_ERROR.toNanos());
      return null;
    }
  }

  private void send(Response response, ByteBuffer out, SocketAddress client, DnsCounters counters) {
    out.put(response.bytes(), 0, response.length()).flip();
    try {
      channel.send(out, client);
    } catch (ClosedChannelException e) {
      // Shutting down; serve() sees it.
    } catch (IOException | RuntimeException e) {
      // Port 0, a broadcast source, no route: the sender's concern, not the next client's.
      counters.event(DnsCounters.Event.SEND_ERROR);
    }
  }

  @Override
  public void close() {
    BoundSockets.closeAll(List.of(channel));
  }
}
