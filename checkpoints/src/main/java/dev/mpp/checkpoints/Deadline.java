package dev.mpp.checkpoints;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** A point of monotonic time. Immutable. */
final class Deadline {
  private final LongSupplier nanos;
  private final long end;

  Deadline(LongSupplier nanos, Duration in) {
    this.nanos = nanos;
    this.end = nanos.getAsLong() + in.toNanos();
  }

  /** Zero or more. */
  Duration remaining() {
    return Duration.ofNanos(Math.max(0, end - nanos.getAsLong()));
  }

  boolean passed() {
    return remaining().isZero();
  }

  /**
   * What is left, for a socket option where 0 would mean for ever.
   *
   * @throws SocketTimeoutException when less than a millisecond is left
   */
  int remainingMillis() throws SocketTimeoutException {
    long millis = remaining().toMillis();
    if (millis == 0) {
      throw new SocketTimeoutException("out of time");
    }
    return Math.toIntExact(millis);
  }

  /** A deadline after one of {@code parts} equal parts of what is left. */
  Deadline part(int parts) {
    return new Deadline(nanos, remaining().dividedBy(parts));
  }

  /** Until something unanswered is sent again: a fair part of what is left, at most a second. */
  Deadline turn(int sendingsLeft) {
    return sendingsLeft == 1 ? this : part(sendingsLeft).atMost(Duration.ofSeconds(1));
  }

  /** The earlier of this one and {@code atMost} from now. */
  Deadline atMost(Duration atMost) {
    Duration left = remaining();
    return new Deadline(nanos, left.compareTo(atMost) < 0 ? left : atMost);
  }
}
