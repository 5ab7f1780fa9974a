package dev.mpp.checkpoints;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a probe: its deadline and the connection the watchdog may have to close under it. The
 * worker opens, the watchdog closes, from two threads.
 */
final class Attempt implements Closeable {
  private final LongSupplier nanos;
  private final long end;
  private boolean closed;
  private @Nullable Socket open;

  Attempt(LongSupplier nanos, Duration timeout) {
    this.nanos = nanos;
    this.end = nanos.getAsLong() + timeout.toNanos();
  }

  Duration remaining() {
    return Duration.ofNanos(Math.max(0, end - nanos.getAsLong()));
  }

  /**
   * What is left, for a socket option where 0 would mean for ever.
   *
   * @throws SocketTimeoutException when nothing is left
   */
  int remainingMillis() throws SocketTimeoutException {
    long millis = remaining().toMillis();
    if (millis == 0) {
      throw new SocketTimeoutException("out of time");
    }
    return Math.toIntExact(millis);
  }

  /** Connects to the first address that answers; each gets its share of the time left. */
  Socket connect(List<InetAddress> addresses, int port) throws IOException {
    IOException last = new IOException("no address to connect to");
    for (int i = 0; i < addresses.size(); i++) {
      int share = Math.max(1, remainingMillis() / (addresses.size() - i));
      Socket socket = track(new Socket());
      try {
        socket.connect(new InetSocketAddress(addresses.get(i), port), share);
        return socket;
      } catch (IOException e) {
        last = e;
        socket.close();
      }
    }
    throw last;
  }

  private synchronized Socket track(Socket socket) throws IOException {
    if (closed) {
      socket.close();
      throw new IOException("closed by the watchdog");
    }
    open = socket;
    return socket;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
