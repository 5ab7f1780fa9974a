package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A connection on which the server has begun to speak (the first packet of a MySQL connection is
 * the server's). The driver reads the greeting from its start.
 */
final class GreetedSocket extends Socket {
  /** A poll's answer fits. The driver's own buffer would take eight times as much, 15,000 times. */
  private static final int BUFFER = 2048;

  private volatile InputStream in = InputStream.nullInputStream();

  private GreetedSocket() {}

  /**
   * Blocks for at most twice the time-out for each address of the host.
   *
   * @throws IOException as the last address failed
   */
  static GreetedSocket open(NodeAddress address, int timeoutMillis) throws IOException {
    IOException failure = new IOException("no address");
    for (InetAddress host : InetAddress.getAllByName(address.host())) {
      GreetedSocket socket = new GreetedSocket();
      try {
        socket.connect(new InetSocketAddress(host, address.port()), timeoutMillis);
        socket.awaitGreeting(timeoutMillis);
        return socket;
      } catch (IOException e) {
        socket.close();
        failure = e;
      }
    }
    throw failure;
  }

  private void awaitGreeting(int timeoutMillis) throws IOException {
    setTcpNoDelay(true);
    setKeepAlive(true);
    setSoTimeout(timeoutMillis);
    BufferedInputStream stream = new BufferedInputStream(super.getInputStream(), BUFFER);
    stream.mark(1);
    if (stream.read() < 0) {
      throw new EOFException("the server closed the connection without a greeting");
    }
    stream.reset();
    in = stream;
  }

  @Override
  public InputStream getInputStream() {
    return in;
  }
}
