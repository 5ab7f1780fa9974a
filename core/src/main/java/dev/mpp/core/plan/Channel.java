package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.NodeAddress;
import org.jspecify.annotations.Nullable;

/** What is remembered of one node's replication while MPP manages it. */
final class Channel {
  /** Running for so long, whatever was wrong is over. */
  private static final long MENDED = 10_000_000_000L;

  private static final long FIRST_PAUSE = 2_000_000_000L;
  private static final long LONGEST_PAUSE = 60_000_000_000L;

  private @Nullable NodeAddress source;
  private int attempts;
  private long nextAt = LeaseClock.NEVER;
  private long runsSince = LeaseClock.NEVER;
  private long downSince = LeaseClock.NEVER;

  /** Why it is not told to follow whom it should; empty when there is no such reason. */
  private String note = "";

  int attempts() {
    return attempts;
  }

  String note() {
    return note;
  }

  void note(String why) {
    note = why;
  }

  /** Whom it has to follow from now on. What went wrong with another says nothing of this one. */
  void toFollow(NodeAddress next) {
    if (!next.equals(source)) {
      forget();
      source = next;
    }
  }

  /**
   * What the last poll showed.
   *
   * @param follows whether it replicates, and from the source that it should
   */
  void shown(boolean follows, long now) {
    if (!follows) {
      runsSince = LeaseClock.NEVER;
      downSince = downSince == LeaseClock.NEVER ? now : downSince;
      return;
    }
    downSince = LeaseClock.NEVER;
    note = "";
    runsSince = runsSince == LeaseClock.NEVER ? now : runsSince;
    if (now - runsSince >= MENDED) {
      attempts = 0;
      nextAt = LeaseClock.NEVER;
    }
  }

  long downFor(long now) {
    return downSince == LeaseClock.NEVER ? 0 : now - downSince;
  }

  boolean due(long now) {
    return nextAt == LeaseClock.NEVER || now >= nextAt;
  }

  /** It is told something that may not help: the next time is later each time. */
  void attempted(long now) {
    long pause = Math.min(FIRST_PAUSE << Math.min(attempts, 10), LONGEST_PAUSE);
    attempts++;
    nextAt = now + pause;
  }

  /** It is judged as if nothing had been tried. */
  void forget() {
    source = null;
    attempts = 0;
    nextAt = LeaseClock.NEVER;
    runsSince = LeaseClock.NEVER;
    downSince = LeaseClock.NEVER;
    note = "";
  }
}
