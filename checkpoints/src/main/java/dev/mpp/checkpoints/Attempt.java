package dev.mpp.checkpoints;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * One run of a probe: its deadline and what the watchdog may have to close under it. The worker
 * opens, the watchdog closes, from two threads. Whatever way a run ends, nothing stays open.
 */
final class Attempt implements Closeable {
  /** One address of a target that may have several. */
  @FunctionalInterface
  interface Ask<T> {
    T run(InetAddress address, Deadline share) throws IOException, InterruptedException;
  }

  private final Deadline deadline;
  private final List<Closeable> open = new ArrayList<>();
  private boolean closed;

  Attempt(LongSupplier nanos, Duration timeout) {
    this.deadline = new Deadline(nanos, timeout);
  }

  Deadline deadline() {
    return deadline;
  }

  /**
   * What the first address that answers says; each gets its share of the time left.
   *
   * @throws IOException the last address's failure
   */
  <T> T firstOf(List<InetAddress> addresses, Ask<T> ask) throws IOException, InterruptedException {
    IOException last = new IOException("no address to connect to");
    for (int i = 0; i < addresses.size(); i++) {
      try {
        return ask.run(addresses.get(i), deadline.part(addresses.size() - i));
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  /** Connects to the first address that accepts; its reads may take what is left of the attempt. */
  BoundedSocket connect(List<InetAddress> addresses, int port)
      throws IOException, InterruptedException {
    return firstOf(addresses, (address, share) -> connect(address, port, share));
  }

  BoundedSocket connect(InetAddress address, int port, Deadline within) throws IOException {
    BoundedSocket socket = track(new BoundedSocket(deadline));
    try {
      socket.connect(new InetSocketAddress(address, port), within.remainingMillis());
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Has {@code resource} closed when the attempt ends, or at once if it has ended. */
  synchronized <C extends Closeable> C track(C resource) throws IOException {
    if (closed) {
      resource.close();
      throw new IOException("closed by the watchdog");
    }
    open.add(resource);
    return resource;
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (Closeable resource : open) {
      try {
        resource.close();
      } catch (IOException e) {
        // It is given up anyway; the others still have to be closed.
      }
    }
    open.clear();
  }
}
