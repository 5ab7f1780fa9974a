package dev.mpp.node.mysql;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Moves the permitted instant of a server's dead-man lock on, as the renewals of a lease do. */
final class Renewals implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(200);
  private static final Duration AHEAD = Duration.ofSeconds(4);

  private final MySqlServer server;
  private final Thread thread;
  private volatile boolean closed;

  Renewals(MySqlServer server) {
    this.server = server;
    renew();
    thread = Thread.ofVirtual().start(this::run);
  }

  private void run() {
    try {
      while (!closed) {
        renew();
        TimeUnit.NANOSECONDS.sleep(EVERY.toNanos());
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void renew() {
    server.holdDeadManUntil(System.nanoTime() + AHEAD.toNanos());
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.interrupt();
    thread.join();
  }
}
