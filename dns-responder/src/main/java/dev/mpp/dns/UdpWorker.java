package dev.mpp.dns;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Receives, answers and sends datagrams, one at a time, until its channel is closed. */
final class UdpWorker implements Runnable {
  /** Far above any query; a longer datagram is cut here and then fails to parse. */
  private static final int MAX_QUERY = 4096;

  private static final Duration PAUSE_AFTER_ERROR = Duration.ofMillis(10);

  private final DatagramChannel channel;
  private final QueryHandler handler;
  private final DnsCounters counters;
  private final ByteBuffer in = ByteBuffer.allocateDirect(MAX_QUERY);
  private final ByteBuffer out = ByteBuffer.allocateDirect(Response.EDNS_PAYLOAD);
  private final byte[] packet = new byte[MAX_QUERY];

  UdpWorker(DatagramChannel channel, QueryHandler handler, DnsCounters counters) {
    this.channel = channel;
    this.handler = handler;
    this.counters = counters;
  }

  @Override
  public void run() {
    while (channel.isOpen()) {
      SocketAddress client = receive();
      if (client != null) {
        answer(client);
      }
    }
  }

  private @Nullable SocketAddress receive() {
    in.clear();
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

  private void answer(SocketAddress client) {
    int length = in.flip().remaining();
    in.get(packet, 0, length);
    if (!handler.handle(packet, length, Transport.UDP)) {
      return;
    }
    Response response = handler.response();
    out.clear().put(response.bytes(), 0, response.length()).flip();
    try {
      channel.send(out, client);
    } catch (ClosedChannelException e) {
      // Shutting down; run() sees it.
    } catch (IOException | RuntimeException e) {
      // Port 0, a broadcast source, no route: the sender's concern, not the next client's.
      counters.event(DnsCounters.Event.SEND_ERROR);
    }
  }
}
