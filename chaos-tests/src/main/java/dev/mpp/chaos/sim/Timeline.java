package dev.mpp.chaos.sim;

import java.util.PriorityQueue;

/** Virtual time: runs scheduled actions in order. Nanoseconds from an arbitrary origin. */
final class Timeline {
  private record Entry(long at, long order, Runnable action) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry o) {
      return at != o.at ? Long.compare(at, o.at) : Long.compare(order, o.order);
    }
  }

  private final PriorityQueue<Entry> queue = new PriorityQueue<>();
  private long now = 1_000_000_000L;
  private long order;

  long now() {
    return now;
  }

  void after(long delay, Runnable action) {
    queue.add(new Entry(now + Math.max(0, delay), order++, action));
  }

  void every(long period, Runnable action) {
    after(
        period,
        () -> {
          action.run();
          every(period, action);
        });
  }

  void runUntil(long end) {
    while (!queue.isEmpty() && queue.peek().at <= end) {
      Entry e = queue.poll();
      now = e.at;
      e.action.run();
    }
    now = end;
  }
}
