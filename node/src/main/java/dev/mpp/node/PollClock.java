package dev.mpp.node;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

/** Time for the pollers, and waiting for it, so that a schedule can be tested without either. */
public interface PollClock {

  /** Monotonic nanoseconds; only differences mean anything. */
  long nanos();

  /** Milliseconds since 1970: for display only. */
  long wallMillis();

  /**
   * Returns at {@code instant} of {@link #nanos}, at once if it has passed, and earlier when {@code
   * changed} is signalled. The caller holds the condition's lock.
   */
  void awaitUntil(long instant, Condition changed) throws InterruptedException;

  /** The platform's. */
  static PollClock system() {
    SystemTime time = new SystemTime();
    return new PollClock() {
      @Override
      public long nanos() {
        return time.nanos();
      }

      @Override
      public long wallMillis() {
        return time.wallMillis();
      }

      @Override
      public void awaitUntil(long instant, Condition changed) throws InterruptedException {
        long left = instant - nanos();
        if (left > 0) {
          boolean unused = changed.await(left, TimeUnit.NANOSECONDS);
        }
      }
    };
  }
}
