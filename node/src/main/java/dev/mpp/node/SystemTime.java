package dev.mpp.node;

/** The only place where the daemon reads clocks. */
final class SystemTime {
  /** Monotonic nanoseconds from an arbitrary origin: for every decision. */
  long nanos() {
    return System.nanoTime();
  }

  /** Milliseconds since 1970: for display only. */
  long wallMillis() {
    return System.currentTimeMillis();
  }
}
