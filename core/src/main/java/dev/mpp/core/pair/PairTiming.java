package dev.mpp.core.pair;

import dev.mpp.core.lease.LeaseTiming;

/**
 * Durations of pair mode in nanoseconds, all on monotonic clocks.
 *
 * @param lease L
 * @param heartbeat between two messages when there is nothing to say
 * @param alone the owner goes on alone when nothing it sent was acknowledged for that long
 * @param cut the site counts as cut off when the peer was not heard for that long
 * @param takeover the other claims without its peer only after that much silence: L, what the peer
 *     needs to find itself cut off, and a margin. Shorter would overlap with a holder that lost the
 *     world at the same instant
 * @param lookCalm between two looks at the peer's addresses while the peer is heard
 * @param lookSilent while it is not
 * @param sight how long this site's checkpoints need, at worst, to find that it is cut off: an
 *     older sight of the world proves nothing, as after a suspension
 */
public record PairTiming(
    long lease,
    long heartbeat,
    long alone,
    long cut,
    long takeover,
    long lookCalm,
    long lookSilent,
    long sight) {

  private static final long SECOND = 1_000_000_000L;

  public PairTiming {
    if (heartbeat <= 0 || alone < 2 * heartbeat || cut < alone || lease <= cut) {
      throw new IllegalArgumentException(
          "heartbeat %d x 2 <= alone %d <= cut %d < lease %d does not hold"
              .formatted(heartbeat, alone, cut, lease));
    }
    if (sight < 0) {
      throw new IllegalArgumentException("sight " + sight + " must not be negative");
    }
    if (takeover <= lease || lookSilent <= 0 || lookCalm < lookSilent) {
      throw new IllegalArgumentException(
          "takeover %d must be above the lease %d, and looks %d/%d positive"
              .formatted(takeover, lease, lookCalm, lookSilent));
    }
  }

  /** Derived from the lease, where the checkpoints of both need the same time. */
  public static PairTiming of(LeaseTiming lease, long detection) {
    return of(lease, detection, detection);
  }

  /**
   * Derived from the lease.
   *
   * @param detection how long the peer's checkpoints need, at worst, to find that it is cut off
   * @param sight how long this site's need
   */
  public static PairTiming of(LeaseTiming lease, long detection, long sight) {
    return new PairTiming(
        lease.duration(),
        Math.min(lease.renew(), lease.duration() / 12),
        lease.duration() / 4,
        lease.duration() / 2,
        takeoverAfter(lease, detection),
        10 * SECOND,
        SECOND,
        sight);
  }

  /**
   * Under {@code rpo: zero} how long after the peer was heard a holder that is alone may first go
   * on without it in sync. Until a second before that the other one can rely on being in sync.
   */
  long desert() {
    return takeover + Math.min(2 * lease, takeover);
  }

  /** L + drift + detection + 1 s. */
  public static long takeoverAfter(LeaseTiming lease, long detection) {
    return lease.claimAfter() + detection + SECOND;
  }
}
