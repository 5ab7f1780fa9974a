package dev.mpp.dns;

/**
 * How long what the table says about a live name may be believed.
 *
 * <p>A name moves from {@link Phase#SERVING} to {@link Phase#BETWEEN_EPOCHS} to {@link
 * Phase#UNKNOWN} as its deadlines pass, with no new table: a frozen publisher cannot keep an old
 * address alive. All times are nanoseconds of one monotonic clock, the same that is given to the
 * engine; they compare by difference, so any origin and wrap-around are fine.
 */
public sealed interface Liveness {

  /** What a live name answers at an instant. */
  enum Phase {
    /** The records, TTL at most the whole seconds left of the lease. */
    SERVING,
    /** The last agreed records with TTL 0: no cache may keep them, another may be promoted. */
    BETWEEN_EPOCHS,
    /** SERVFAIL for this name; static records at the same name still answer. */
    UNKNOWN
  }

  /** The phase at {@code nowNanos}. A deadline belongs to the phase that follows it. */
  Phase phase(long nowNanos);

  /**
   * The TTL to answer with, in seconds: never more than {@code configuredSeconds}, never past the
   * lease, 0 outside {@link Phase#SERVING}.
   */
  long ttlSeconds(long configuredSeconds, long nowNanos);

  /**
   * Known until a deadline; {@link StalePolicy#SERVFAIL} afterwards.
   *
   * @param leaseEndNanos the TTL never reaches past this instant and is 0 from it on
   * @param staleAfterNanos from this instant on the name is not known; not before {@code
   *     leaseEndNanos}
   */
  static Liveness lease(long leaseEndNanos, long staleAfterNanos) {
    return new Lease(leaseEndNanos, staleAfterNanos, StalePolicy.SERVFAIL);
  }

  /** Never known: SERVFAIL until a new table says otherwise, as after a restart. */
  static Liveness unknown() {
    return Unknown.INSTANCE;
  }

  /**
   * Deadlines on a monotonic clock.
   *
   * @throws IllegalArgumentException if the name would go stale before its lease ends
   */
  record Lease(long leaseEndNanos, long staleAfterNanos, StalePolicy whenStale)
      implements Liveness {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    public Lease {
      if (staleAfterNanos - leaseEndNanos < 0) {
        throw new IllegalArgumentException(
            "staleAfter lies "
                + (leaseEndNanos - staleAfterNanos)
                + " ns before leaseEnd; a name cannot go stale while its lease runs");
      }
    }

    @Override
    public Phase phase(long nowNanos) {
      if (leaseEndNanos - nowNanos > 0) {
        return Phase.SERVING;
      }
      return staleAfterNanos - nowNanos > 0 || whenStale == StalePolicy.LAST_KNOWN
          ? Phase.BETWEEN_EPOCHS
          : Phase.UNKNOWN;
    }

    @Override
    public long ttlSeconds(long configuredSeconds, long nowNanos) {
      long left = leaseEndNanos - nowNanos;
      return left <= 0 ? 0 : Math.min(configuredSeconds, left / NANOS_PER_SECOND);
    }
  }

  /** Nothing has been learnt about the name yet. */
  enum Unknown implements Liveness {
    INSTANCE;

    @Override
    public Phase phase(long nowNanos) {
      return Phase.UNKNOWN;
    }

    @Override
    public long ttlSeconds(long configuredSeconds, long nowNanos) {
      return 0;
    }
  }
}
