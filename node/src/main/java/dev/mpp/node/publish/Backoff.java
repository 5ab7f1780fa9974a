package dev.mpp.node.publish;

/** How long to wait before the next attempt: doubled with each failure, up to a limit. */
final class Backoff {
  private final long least;
  private final long most;
  private long next;

  Backoff(long leastMillis, long mostMillis) {
    least = leastMillis;
    most = mostMillis;
    next = leastMillis;
  }

  /** Milliseconds until the attempt after one that failed. */
  long failed() {
    long now = next;
    next = Math.min(most, 2 * next);
    return now;
  }

  void reset() {
    next = least;
  }
}
