package dev.mpp.node.mysql;

import java.time.Duration;

/**
 * How fast a server fences itself when nobody refreshes its lock. A server whose last permitted
 * refresh is at {@code t} is unwritable by {@code t + total()}.
 *
 * @param lockTimeout {@code wait_timeout} of the lock's session: whole seconds, from 1 s
 * @param period of the event on the server, as installed
 * @param killBudget what the event may need to get sessions out of the way
 */
public record DeadManTimings(Duration lockTimeout, Duration period, Duration killBudget) {
  public static final DeadManTimings DEFAULT =
      new DeadManTimings(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(1));

  public DeadManTimings {
    if (lockTimeout.compareTo(Duration.ofSeconds(1)) < 0 || lockTimeout.toNanosPart() != 0) {
      throw new IllegalArgumentException(
          "dead-man lock time-out " + lockTimeout + " is not whole seconds, at least one");
    }
    if (period.isNegative() || period.isZero() || killBudget.isNegative()) {
      throw new IllegalArgumentException("dead-man period and kill budget must be positive");
    }
  }

  /** From the last refresh to a read-only server, at most. */
  public Duration total() {
    return lockTimeout.plus(period).plus(killBudget);
  }

  /** Refreshes fit five times into the lock's time-out, so that one lost packet costs nothing. */
  Duration refresh() {
    return lockTimeout.dividedBy(5);
  }
}
