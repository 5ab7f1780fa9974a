package dev.mpp.dns;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts responses by network and subject in a table of fixed size: what a flood writes into it
 * costs no memory, and at worst makes room by forgetting who was quiet for longest.
 *
 * <p>Each slot is a leaky bucket in one long (GCRA): a tag of 24 bits, and the microsecond at which
 * the bucket is empty. Slots are read and written without locks: two threads that hit one at the
 * same time count one response instead of two, and nothing worse.
 */
final class ResponseLimiter {
  /** What is to be done with a response. */
  enum Verdict {
    /** Send it. */
    SEND,
    /** Send a short one that sends the client to TCP. */
    SLIP,
    /** Send nothing. */
    DROP
  }

  private static final int SLOTS = 1 << 16;
  private static final int WAYS = 4;
  private static final int TIME_BITS = 40;
  private static final long TIME_MASK = (1L << TIME_BITS) - 1;
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long ALL_ERRORS = 1;

  private final RateLimit limit;
  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

  ResponseLimiter(RateLimit limit) {
    this.limit = limit;
  }

  /**
   * Counts one response over UDP to a client whose address is not proven.
   *
   * @param subject what {@link AnswerEngine#subject} says
   * @param nth of the responses the caller found over the limit, from 0: decides which one slips
   */
  Verdict judge(Client client, Rcode rcode, int subject, long nowNanos, long nth) {
    if (limit.exempt().contains(client)) {
      return Verdict.SEND;
    }
    long now = nowNanos / 1000 & TIME_MASK;
    return switch (rcode) {
      case NOERROR, NXDOMAIN, SERVFAIL, BADCOOKIE ->
          take(key(client.prefix(), subject), limit.answersPerSecond(), now)
              ? Verdict.SEND
              : nth % limit.slip() == 0 ? Verdict.SLIP : Verdict.DROP;
      case FORMERR, NOTIMP, REFUSED, NOTAUTH, BADVERS ->
          take(key(client.prefix(), 0), limit.errorsPerSecond(), now)
                  && take(key(ALL_ERRORS, 0), limit.allErrorsPerSecond(), now)
              ? Verdict.SEND
              : Verdict.DROP;
    };
  }

  private static long key(long prefix, int subject) {
    long h = prefix * 0x9e3779b97f4a7c15L + subject * 0xc2b2ae3d27d4eb4fL;
    h ^= h >>> 32;
    h *= 0xd6e8feb86659fd93L;
    return h ^ h >>> 29;
  }

  /** One response from the bucket of a key, which holds a second's worth; false if it is full. */
  private boolean take(long key, int perSecond, long now) {
    long tag = key >>> TIME_BITS;
    int base = (int) key & (SLOTS - WAYS);
    int oldest = base;
    long oldestLead = Long.MAX_VALUE;
    for (int slot = base; slot < base + WAYS; slot++) {
      long value = slots.getOpaque(slot);
      long lead = lead(value, now);
      if (value != 0 && value >>> TIME_BITS == tag) {
        return fill(slot, tag, Math.max(0, lead), perSecond, now);
      }
      if (value == 0 || lead < oldestLead) {
        oldest = slot;
        oldestLead = value == 0 ? Long.MIN_VALUE : lead;
      }
    }
    return fill(oldest, tag, 0, perSecond, now);
  }

  /** Microseconds until the bucket is empty; negative when it has been for a while. */
  private static long lead(long value, long now) {
    long lead = (value & TIME_MASK) - now;
    // 40 bits of microseconds wrap after 12 days; what seems further ahead than a full bucket is
    // from before.
    lead = lead << (Long.SIZE - TIME_BITS) >> (Long.SIZE - TIME_BITS);
    return lead > 2 * MICROS_PER_SECOND ? Long.MIN_VALUE : lead;
  }

  private boolean fill(int slot, long tag, long lead, int perSecond, long now) {
    if (lead >= MICROS_PER_SECOND) {
      return false;
    }
    long emptyAt = now + lead + Math.max(1, MICROS_PER_SECOND / perSecond) & TIME_MASK;
    slots.setOpaque(slot, tag << TIME_BITS | emptyAt);
    return true;
  }
}
