package dev.mpp.chaos.sim;

import java.util.Arrays;

/**
 * Virtual time: runs scheduled actions in order, those of one instant in the order in which they
 * were scheduled. Nanoseconds from an arbitrary origin; true time, which no clock of a site shows.
 */
final class Timeline {
  private long[] at = new long[64];
  private long[] order = new long[64];
  private Runnable[] actions = new Runnable[64];
  private int size;
  private long now = 1_000_000_000L;
  private long scheduled;

  long now() {
    return now;
  }

  /** How many actions were scheduled so far. */
  long scheduled() {
    return scheduled;
  }

  void after(long delay, Runnable action) {
    at(now + Math.max(0, delay), action);
  }

  /** At {@code instant}, or now if that has passed. */
  void at(long instant, Runnable action) {
    if (size == at.length) {
      grow();
    }
    up(size++, Math.max(instant, now), scheduled++, action);
  }

  private void grow() {
    at = Arrays.copyOf(at, size * 2);
    order = Arrays.copyOf(order, size * 2);
    actions = Arrays.copyOf(actions, size * 2);
  }

  /** Runs what is due until {@code end}, and the clock to there. */
  void runUntil(long end) {
    while (size > 0 && at[0] <= end) {
      now = at[0];
      Runnable action = actions[0];
      int last = --size;
      down(at[last], order[last], actions[last]);
      action.run();
    }
    now = end;
  }

  private boolean before(long instant, long sequence, int other) {
    return instant != at[other] ? instant < at[other] : sequence < order[other];
  }

  private void up(int free, long instant, long sequence, Runnable action) {
    int i = free;
    while (i > 0 && before(instant, sequence, (i - 1) >>> 1)) {
      i = move((i - 1) >>> 1, i);
    }
    put(i, instant, sequence, action);
  }

  private void down(long instant, long sequence, Runnable action) {
    int i = 0;
    while (2 * i + 1 < size) {
      int child = 2 * i + 1;
      if (child + 1 < size && before(at[child + 1], order[child + 1], child)) {
        child++;
      }
      if (before(instant, sequence, child)) {
        break;
      }
      i = move(child, i);
    }
    put(i, instant, sequence, action);
  }

  private int move(int from, int to) {
    put(to, at[from], order[from], actions[from]);
    return from;
  }

  private void put(int i, long instant, long sequence, Runnable action) {
    at[i] = instant;
    order[i] = sequence;
    actions[i] = action;
  }
}
