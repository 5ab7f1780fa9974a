package dev.mpp.chaos.sim;

/**
 * One machine's monotonic clock: its own origin and its own rate.
 *
 * @param rate nanoseconds it counts in one true nanosecond
 */
record SimClock(long origin, double rate) {

  long local(long trueTime) {
    return origin + (long) (trueTime * rate);
  }

  /** The earliest true time at which it shows {@code local} or more. */
  long when(long local) {
    if (local == Long.MAX_VALUE || local == Long.MIN_VALUE) {
      return local;
    }
    return (long) Math.ceil((local - origin) / rate) + 1;
  }

  /** True nanoseconds in which it counts {@code duration}. */
  long span(long duration) {
    return (long) Math.ceil(duration / rate);
  }

  /** It stood still for {@code duration} true nanoseconds that are now over. */
  SimClock stoodStill(long duration) {
    return new SimClock(origin - (long) (duration * rate), rate);
  }
}
