package dev.mpp.node;

/**
 * When the loop makes a new picture. What readers act on (a role, a state, a fence, an answer) is
 * shown at once; positions, lags and times of day wait for {@link #EVERY}. However much happens,
 * pictures take no more than half of the loop's time: after one that took a millisecond the next
 * comes a millisecond later at the earliest. Instants are monotonic nanoseconds.
 */
final class PicturePace {
  static final long EVERY = 50_000_000L;

  private boolean any;
  private boolean urgent;
  private boolean answer;
  private long endedAt;
  private long took;

  /** Something that readers act on has changed. */
  void urgent() {
    urgent = true;
  }

  /** Somebody waits for an answer, and may look at the picture next. */
  void answer() {
    answer = true;
  }

  boolean due(long now) {
    return dueAt(now) - now <= 0;
  }

  /** The instant of the next picture if nothing more happens. */
  long dueAt(long now) {
    if (!any || answer) {
      return now;
    }
    return endedAt + (urgent ? took : Math.max(EVERY, took));
  }

  void made(long begin, long end) {
    any = true;
    urgent = false;
    answer = false;
    endedAt = end;
    took = end - begin;
  }
}
