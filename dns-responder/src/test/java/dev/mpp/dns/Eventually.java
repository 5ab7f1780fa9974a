package dev.mpp.dns;

import java.util.function.BooleanSupplier;

/** Waits for what another thread does, no longer than needed. */
final class Eventually {
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private Eventually() {}

  static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("never: " + what);
      }
      Thread.sleep(5);
    }
  }
}
