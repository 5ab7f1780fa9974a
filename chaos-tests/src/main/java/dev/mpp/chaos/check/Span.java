package dev.mpp.chaos.check;

/** An interval of monotonic nanoseconds; {@code from <= to}. */
record Span(long from, long to) {

  Span {
    if (to < from) {
      throw new IllegalArgumentException("ends before it starts: " + from + ".." + to);
    }
  }

  /** Length of what both share; 0 when they do not meet. */
  long shared(Span other) {
    return Math.max(0, Math.min(to, other.to) - Math.max(from, other.from));
  }
}
