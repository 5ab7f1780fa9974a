package dev.mpp.node;

import java.time.Duration;

/**
 * Keeps the heap of a witness near what lives in it. The serial collector lets the old generation
 * grow to the maximum before it looks for garbage there, so that some hours of a few dead log
 * entries a second would be resident as if they were needed. A full collection of the 20 MB that a
 * witness keeps (40 with a thousand services) pauses it for a tenth of a second or less, a fraction
 * of what the replication takes for a failure. One thread of its own.
 */
final class HeapTrim implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(20);
  private static final long SLACK = 3L << 20;

  private final Runtime runtime = Runtime.getRuntime();
  private final Thread thread = Thread.ofPlatform().daemon().name("heap-trim").unstarted(this::run);

  HeapTrim start() {
    thread.start();
    return this;
  }

  private void run() {
    long lives = trimmed();
    try {
      while (true) {
        Thread.sleep(LOOK);
        if (used() > lives + Math.max(SLACK, lives / 4)) {
          lives = trimmed();
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private long trimmed() {
    runtime.gc();
    return used();
  }

  private long used() {
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
