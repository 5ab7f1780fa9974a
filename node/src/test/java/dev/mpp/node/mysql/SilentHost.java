package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * An address that swallows connection attempts like a host that is gone: its queue of connections
 * that wait to be accepted is full, and the kernel drops further ones without a word.
 */
public final class SilentHost implements AutoCloseable {
  private static final int TRIES = 20;

  private final ServerSocket socket;
  private final List<Socket> queued = new ArrayList<>();

  private SilentHost(ServerSocket socket) {
    this.socket = socket;
  }

  public static SilentHost open() throws IOException {
    SilentHost host = new SilentHost(new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1")));
    for (int i = 0; i < TRIES; i++) {
      Socket next = new Socket();
      host.queued.add(next);
      try {
        next.connect(new InetSocketAddress("127.0.0.1", host.port()), 300);
      } catch (SocketTimeoutException silent) {
        return host;
      }
    }
    host.close();
    return fail("the queue never got full");
  }

  public int port() {
    return socket.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (Socket one : queued) {
      one.close();
    }
    socket.close();
  }
}
