package dev.mpp.node.twin;

import dev.mpp.tls.PeerRule;
import dev.mpp.tls.Refusal;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jgroups.util.SocketFactory;

/**
 * All the sockets a group may have under {@code tls:}: TCP with TLS, certificates of the own site
 * at both ends. A protocol that wants any other kind is refused, so that a change of the stack
 * cannot open something plain by accident.
 */
final class TwinSockets implements SocketFactory {
  private static final Duration HANDSHAKE = Duration.ofSeconds(1);

  private final SSLContext context;
  private final TwinTls tls;

  /**
   * @param site the only one that is let in
   */
  TwinSockets(String deployment, String site, TwinTls tls) {
    this.context = tls.site().context(PeerRule.site(deployment, site));
    this.tls = tls;
  }

  @Override
  public Socket createSocket(String service) {
    return new Dialling();
  }

  @Override
  public ServerSocket createServerSocket(String service) throws IOException {
    return new TwinDoor(
        context, HANDSHAKE, (source, why) -> tls.rejections().rejected(TwinTls.DOOR, source, why));
  }

  /** Somebody at the twin's address who is not the twin is told of as well. */
  private final class Dialling extends TlsSocket {
    Dialling() {
      super(context, HANDSHAKE);
    }

    @Override
    public void connect(SocketAddress to, int timeoutMillis) throws IOException {
      try {
        super.connect(to, timeoutMillis);
      } catch (IOException e) {
        Refusal.judged(e)
            .ifPresent(
                why ->
                    tls.rejections()
                        .rejected(
                            TwinTls.DOOR,
                            ((InetSocketAddress) to).getHostString(),
                            "answers at the twin's address: " + why));
        throw e;
      }
    }
  }

  private static UnsupportedOperationException refused(String service) {
    return new UnsupportedOperationException(service + " wants a socket that would be plain");
  }

  @Override
  public SelectorProvider getSelectorProvider() {
    throw refused("a protocol");
  }

  @Override
  public Socket createSocket(String service, String host, int port) {
    throw refused(service);
  }

  @Override
  public Socket createSocket(String service, InetAddress address, int port) {
    throw refused(service);
  }

  @Override
  public Socket createSocket(
      String service, String host, int port, InetAddress from, int fromPort) {
    throw refused(service);
  }

  @Override
  public Socket createSocket(
      String service, InetAddress address, int port, InetAddress from, int fromPort) {
    throw refused(service);
  }

  @Override
  public ServerSocket createServerSocket(String service, int port) {
    throw refused(service);
  }

  @Override
  public ServerSocket createServerSocket(String service, int port, int backlog) {
    throw refused(service);
  }

  @Override
  public ServerSocket createServerSocket(String service, int port, int backlog, InetAddress at) {
    throw refused(service);
  }

  @Override
  public DatagramSocket createDatagramSocket(String service) {
    throw refused(service);
  }

  @Override
  public DatagramSocket createDatagramSocket(String service, SocketAddress at) {
    throw refused(service);
  }

  @Override
  public DatagramSocket createDatagramSocket(String service, int port) {
    throw refused(service);
  }

  @Override
  public DatagramSocket createDatagramSocket(String service, int port, InetAddress at) {
    throw refused(service);
  }

  @Override
  public MulticastSocket createMulticastSocket(String service) {
    throw refused(service);
  }

  @Override
  public MulticastSocket createMulticastSocket(String service, int port) {
    throw refused(service);
  }

  @Override
  public MulticastSocket createMulticastSocket(String service, SocketAddress at) {
    throw refused(service);
  }

  @Override
  public void close(Socket socket) throws IOException {
    if (socket != null) {
      socket.close();
    }
  }

  @Override
  public void close(ServerSocket socket) throws IOException {
    if (socket != null) {
      socket.close();
    }
  }

  @Override
  public void close(DatagramSocket socket) {
    if (socket != null) {
      socket.close();
    }
  }
}
