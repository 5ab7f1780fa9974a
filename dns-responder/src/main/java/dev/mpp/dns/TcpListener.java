package dev.mpp.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Accepts connections on one address until its channel is closed. */
final class TcpListener implements Runnable {
  private static final Duration PAUSE_AFTER_ERROR = Duration.ofMillis(50);

  private final ServerSocketChannel server;
  private final TcpLimits limits;
  private final TcpConnections connections;
  private final DnsCounters counters;
  private final Supplier<QueryHandler> handlers;

  TcpListener(
      ServerSocketChannel server,
      TcpLimits limits,
      TcpConnections connections,
      DnsCounters counters,
      Supplier<QueryHandler> handlers) {
    this.server = server;
    this.limits = limits;
    this.connections = connections;
    this.counters = counters;
    this.handlers = handlers;
  }

  @Override
  public void run() {
    while (server.isOpen()) {
      try {
        take(server.accept());
      } catch (ClosedChannelException e) {
        // run() ends.
      } catch (IOException e) {
        counters.event(DnsCounters.Event.RECEIVE_ERROR);
        // Out of file descriptors, most likely: give connections time to end.
        LockSupport.parkNanos(PAUSE_AFTER_ERROR.toNanos());
      }
    }
  }

  private void take(SocketChannel client) {
    Client from = new Client();
    try {
      if (client.getRemoteAddress() instanceof InetSocketAddress address) {
        from.from(address.getAddress()).port(address.getPort());
      }
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
    } catch (IOException e) {
      BoundSockets.closeAll(List.of(client));
      return;
    }
    TcpConnection connection =
        new TcpConnection(client, from, handlers.get(), connections, counters, limits);
    if (connections.admit(connection)) {
      Thread.ofVirtual().name("dns-tcp-" + client).start(connection);
    } else {
      connection.close();
    }
  }
}
