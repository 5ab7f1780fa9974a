package dev.mpp.dns;

/** A bucket of tokens: so many a second, a second's worth at once. For any number of threads. */
final class SigningBudget {
  private static final long SECOND = 1_000_000_000L;

  private final long nanosEach;
  private long paidUntil;
  private boolean started;

  SigningBudget(int perSecond) {
    this.nanosEach = SECOND / perSecond;
  }

  /** Whether one may be had at {@code nowNanos}, on a monotonic clock. */
  synchronized boolean take(long nowNanos) {
    if (!started || paidUntil - nowNanos < -SECOND) {
      started = true;
      paidUntil = nowNanos - SECOND;
    }
    if (paidUntil - nowNanos > -nanosEach) {
      return false;
    }
    paidUntil += nanosEach;
    return true;
  }
}
