package dev.mpp.chaos.process;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for something with an end. */
public final class Deadline {
  private Deadline() {}

  /** Looks every 10 ms; false when it did not become true in time or the thread was interrupted. */
  public static boolean await(Duration limit, BooleanSupplier condition) {
    return await(limit, Duration.ofMillis(10), condition);
  }

  /** Looks every {@code period}: for conditions that cost something to look at. */
  public static boolean await(Duration limit, Duration period, BooleanSupplier condition) {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(period.toNanos());
    }
    return true;
  }
}
