package dev.mpp.node.twin;

import dev.mpp.tls.Refusal;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket that hands out only whom TLS has let in. JGroups takes connections on one
 * thread and reads from each before it takes the next; here each stranger shakes hands on a thread
 * of its own, within {@code limit}, and of more than {@link #STRANGERS} at a time the oldest goes:
 * whoever connects and says nothing keeps nobody out.
 */
final class TwinDoor extends ServerSocket {
  static final int STRANGERS = 64;

  private final SSLContext context;
  private final Duration limit;
  private final BiConsumer<String, String> refused;
  private final Deque<TlsSocket> strangers = new ArrayDeque<>();
  private final BlockingQueue<Optional<Socket>> members = new LinkedBlockingQueue<>();
  private @Nullable Thread porter;

  /**
   * @param refused told the source address and why; must not block
   */
  TwinDoor(SSLContext context, Duration limit, BiConsumer<String, String> refused)
      throws IOException {
    this.context = context;
    this.limit = limit;
    this.refused = refused;
  }

  /** The next one that was let in. */
  @Override
  public Socket accept() throws IOException {
    open();
    try {
      Optional<Socket> next = members.take();
      if (next.isEmpty()) {
        // For whoever else waits.
        members.add(next);
        throw new SocketException("closed");
      }
      return next.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SocketException("interrupted");
    }
  }

  private synchronized void open() {
    if (porter == null) {
      porter = Thread.ofVirtual().name("twin-door").start(this::admit);
    }
  }

  private void admit() {
    while (!isClosed()) {
      TlsSocket stranger = new TlsSocket(context, limit);
      try {
        implAccept(stranger);
        welcome(stranger);
      } catch (IOException e) {
        shut(stranger);
        pause();
      }
    }
  }

  /** Not a busy loop when, say, the process has no file left. */
  private void pause() {
    try {
      Thread.sleep(isClosed() ? 0 : 50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void welcome(TlsSocket stranger) {
    TlsSocket oldest = null;
    synchronized (strangers) {
      strangers.add(stranger);
      if (strangers.size() > STRANGERS) {
        oldest = strangers.poll();
      }
    }
    if (oldest != null) {
      shut(oldest);
    }
    Thread.ofVirtual().name("twin-handshake").start(() -> examine(stranger));
  }

  private void examine(TlsSocket stranger) {
    String source = stranger.getInetAddress().getHostAddress();
    try {
      stranger.handshake(false);
      members.add(Optional.of(stranger));
      if (isClosed()) {
        stranger.close();
      }
    } catch (IOException e) {
      Refusal.of(e).ifPresent(why -> refused.accept(source, why));
    } finally {
      synchronized (strangers) {
        strangers.remove(stranger);
      }
    }
  }

  private static void shut(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  @Override
  public void close() throws IOException {
    super.close();
    members.add(Optional.empty());
    synchronized (strangers) {
      strangers.forEach(TwinDoor::shut);
    }
  }
}
