package dev.mpp.dns;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A queue of fixed size between many threads that answer and one that writes. Nobody waits for
 * anybody: what does not fit is refused.
 */
final class QueryRing {
  private final AtomicReferenceArray<@Nullable LoggedQuery> slots;
  private final AtomicLong head = new AtomicLong();
  private final AtomicLong tail = new AtomicLong();
  private final int mask;

  /**
   * @param capacity a power of two
   */
  QueryRing(int capacity) {
    if (Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException("not a power of two: " + capacity);
    }
    slots = new AtomicReferenceArray<>(capacity);
    mask = capacity - 1;
  }

  /** False if there is no room. Any thread. */
  boolean offer(LoggedQuery query) {
    while (true) {
      long place = tail.get();
      if (place - head.get() > mask) {
        return false;
      }
      // Whoever moves the tail owns the slot; the reader has emptied it before it moved the head.
      if (tail.compareAndSet(place, place + 1)) {
        slots.set((int) place & mask, query);
        return true;
      }
    }
  }

  /** The oldest one, or null if there is none, or if its writer is still at it. One thread. */
  @Nullable LoggedQuery poll() {
    long place = head.get();
    int slot = (int) place & mask;
    LoggedQuery query = slots.get(slot);
    if (query != null) {
      slots.set(slot, null);
      head.set(place + 1);
    }
    return query;
  }
}
