package dev.mpp.core.lease;

/**
 * The durations the lease is built on; all in nanoseconds, all measured on monotonic clocks.
 *
 * @param duration L: how long a grant lasts after it was proposed
 * @param renew how often the holder proposes a renewal
 * @param fenceBudget how long before the end of the lease the holder starts to fence itself
 * @param drift greatest relative difference between two clocks, for example 0.001
 * @param stagger how much longer each next-best candidate waits before it claims
 * @param deadMan from the last refresh of the dead-man lock to a fenced server, at worst: lock
 *     time-out, event period and kill budget together
 */
public record LeaseTiming(
    long duration, long renew, long fenceBudget, double drift, long stagger, long deadMan) {

  public LeaseTiming {
    if (duration <= 0 || renew <= 0 || fenceBudget <= 0 || stagger <= 0 || deadMan <= 0) {
      throw new IllegalArgumentException("every duration must be positive");
    }
    if (drift < 0 || drift > 0.1) {
      throw new IllegalArgumentException("drift " + drift + " is outside 0-0.1");
    }
  }

  /** How long everybody but the holder waits, from applying the last renewal to a claim. */
  public long claimAfter() {
    return duration + (long) Math.ceil(duration * drift);
  }
}
