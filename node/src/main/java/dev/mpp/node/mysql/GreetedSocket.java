package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import jdk.net.ExtendedSocketOptions;

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
   * Blocks for at most twice the time-out for each address of the host, longer for a greeting that
   * is waited for patiently.
   *
   * @throws IOException as the last address failed
   */
  static GreetedSocket open(NodeAddress address, int timeoutMillis, LoginProgress progress)
      throws IOException {
    IOException failure = new IOException("no address");
    InetAddress[] hosts = InetAddress.getAllByName(address.host());
    boolean patient = progress.patient() && hosts.length == 1;
    for (InetAddress host : hosts) {
      GreetedSocket socket = new GreetedSocket();
      try {
        socket.connect(new InetSocketAddress(host, address.port()), timeoutMillis);
        progress.connected(socket);
        socket.awaitGreeting(
            patient ? (int) LoginProgress.PATIENCE.toMillis() : timeoutMillis, timeoutMillis);
        progress.greeted();
        return socket;
      } catch (IOException e) {
        socket.close();
        failure = e;
      }
    }
    throw failure;
  }

  private void awaitGreeting(int patienceMillis, int timeoutMillis) throws IOException {
    setTcpNoDelay(true);
    setSoTimeout(patienceMillis);
    keepAlive(2, 1);
    BufferedInputStream stream = new BufferedInputStream(super.getInputStream(), BUFFER);
    stream.mark(1);
    try {
      if (stream.read() < 0) {
        throw new EOFException("the server closed the connection without a greeting");
      }
    } catch (SocketTimeoutException e) {
      throw new Troubles.NotGreeted();
    }
    stream.reset();
    keepAlive(60, 10);
    setSoTimeout(timeoutMillis);
    in = stream;
  }

  /** In seconds; five probes without an answer end the connection. */
  private void keepAlive(int idle, int interval) throws IOException {
    setKeepAlive(true);
    setOption(ExtendedSocketOptions.TCP_KEEPIDLE, idle);
    setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, interval);
    setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 5);
  }

  @Override
  public InputStream getInputStream() {
    return in;
  }
}
