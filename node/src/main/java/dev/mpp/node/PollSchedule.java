package dev.mpp.node;

import java.util.function.LongSupplier;

/**
 * When one node is polled. Regular polls start on a grid of fixed instants, one {@code interval}
 * apart, whatever a poll takes; requests bring a poll forward and leave the grid where it is. A
 * cycle of the grid is skipped, and counted once, when its instant passed without a poll that
 * started for it: the poll before was still running, or its result could not be handed over. While
 * polls are asked for at a shorter pace (a node that has failed polls) the cycles are those of that
 * pace, counted from the start of the poll before.
 *
 * <p>All instants are monotonic nanoseconds. Not thread-safe.
 */
final class PollSchedule {
  private static final long NOTHING = Long.MAX_VALUE;

  private final long interval;
  private final LongSupplier jitter;

  /** The first instant of the grid for which no poll has started. */
  private long grid;

  private long due;
  private boolean regular = true;
  private long pace;
  private boolean begun;
  private boolean running;
  private long startedAt;
  private long asked = NOTHING;
  private long skipped;

  /**
   * @param firstAt the first instant of the grid
   * @param jitter nanoseconds by which a regular poll starts late, well below the interval, so that
   *     many pollers do not march in step
   */
  PollSchedule(long interval, long firstAt, LongSupplier jitter) {
    if (interval <= 0) {
      throw new IllegalArgumentException("a poll interval of " + interval + " ns is not positive");
    }
    this.interval = interval;
    this.jitter = jitter;
    this.grid = firstAt;
    this.due = firstAt;
    this.pace = interval;
  }

  /** When the next poll starts. */
  long due() {
    return due;
  }

  long skipped() {
    return skipped;
  }

  /**
   * A poll is wanted after {@code delay} at the latest; 0 means at once. Before the first poll this
   * changes nothing, so that a start of the process does not poll every node at one instant.
   */
  void within(long delay, long now) {
    if (!begun || delay >= interval) {
      return;
    }
    if (running) {
      asked = Math.min(asked, delay);
      return;
    }
    long at = delay <= 0 ? now : next(delay, now);
    if (regular || at - due < 0) {
      due = at;
      regular = false;
      pace = delay <= 0 ? interval : delay;
    }
  }

  /**
   * The first instant from now on that is a whole number of {@code period}s after the last start.
   */
  private long next(long period, long now) {
    return startedAt + period * Math.max(1, Math.ceilDiv(now - startedAt, period));
  }

  /** The poll that was due starts. */
  void begin(long now) {
    if (regular) {
      pace = interval;
      grid += interval;
    }
    long passed = pass(now);
    if (pace == interval) {
      skipped += passed;
    }
    begun = true;
    running = true;
    startedAt = now;
    asked = NOTHING;
  }

  /** The poll is over; {@link #due} is the next one. */
  void end(long now) {
    long passed = pass(now);
    skipped += pace == interval ? passed : Math.max(0, Math.ceilDiv(now - startedAt, pace) - 1);
    running = false;
    regular = true;
    due = grid + jitter.getAsLong();
    if (asked != NOTHING) {
      within(asked, now);
    }
  }

  /** Leaves the instants before now behind; returns how many. */
  private long pass(long now) {
    long passed = Math.max(0, Math.ceilDiv(now - grid, interval));
    grid += passed * interval;
    return passed;
  }
}
