package dev.mpp.checkpoints;

import java.util.concurrent.TimeUnit;

/** Elapsed time and waiting for it, so that a schedule can be tested without either. */
public interface Pacer {

  /** Monotonic nanoseconds; only differences mean anything. */
  long nanos();

  /** Returns at {@code instant} of {@link #nanos}, or at once if it has passed. */
  void sleepUntil(long instant) throws InterruptedException;

  /** The platform's. */
  static Pacer system() {
    return new Pacer() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public void sleepUntil(long instant) throws InterruptedException {
        for (long left = instant - nanos(); left > 0; left = instant - nanos()) {
          TimeUnit.NANOSECONDS.sleep(left);
        }
      }
    };
  }
}
