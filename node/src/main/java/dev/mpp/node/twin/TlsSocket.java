package dev.mpp.node.twin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A TCP socket whose bytes are those of a TLS session, and which has none before the handshake is
 * over. JSSE's own sockets know no bound for the whole handshake, only for each read, and a group
 * that connects holds a lock meanwhile.
 *
 * <p>Closing never waits: no close_notify is sent. JSSE takes the end of the stream for the end
 * (com.sun.net.ssl.requireCloseNotify), and JGroups' messages bear their length.
 */
class TlsSocket extends Socket {
  private final SSLContext context;
  private final Duration limit;
  private volatile @Nullable SSLSocket tls;

  /**
   * @param limit of a handshake, as a whole
   */
  TlsSocket(SSLContext context, Duration limit) {
    this.context = context;
    this.limit = limit;
  }

  /** Connects and shakes hands, as the client. */
  @Override
  public void connect(SocketAddress to, int timeoutMillis) throws IOException {
    super.connect(to, timeoutMillis);
    handshake(true);
  }

  @Override
  public void connect(SocketAddress to) throws IOException {
    connect(to, 0);
  }

  /**
   * @throws IOException when it fails or takes too long; the socket is closed then
   */
  void handshake(boolean client) throws IOException {
    InetSocketAddress peer = (InetSocketAddress) getRemoteSocketAddress();
    Thread bound = Thread.ofVirtual().start(this::closeWhenLate);
    try {
      SSLSocket layered =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(this, peer.getHostString(), peer.getPort(), true);
      layered.setUseClientMode(client);
      layered.setNeedClientAuth(!client);
      layered.startHandshake();
      tls = layered;
    } catch (IOException e) {
      close();
      throw e;
    } finally {
      bound.interrupt();
    }
  }

  private void closeWhenLate() {
    try {
      Thread.sleep(limit);
      close();
    } catch (InterruptedException e) {
      // In time.
    } catch (IOException e) {
      // There is nothing left to close.
    }
  }

  /** The session below is made from the plain streams, before there is one. */
  @Override
  public InputStream getInputStream() throws IOException {
    SSLSocket session = tls;
    return session == null ? super.getInputStream() : session.getInputStream();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    SSLSocket session = tls;
    return session == null ? super.getOutputStream() : session.getOutputStream();
  }
}
