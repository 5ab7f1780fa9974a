package dev.mpp.checkpoints;

import java.util.concurrent.Semaphore;

/**
 * At most so many probes at once. Both queues are first come, first served.
 *
 * <p>A target that does not answer holds its place for the whole timeout, and a dead network makes
 * most targets such. So checkpoints whose last probe failed may take at most half of the places
 * together: the others always have the other half to themselves. A probe that waits has at most all
 * the other checkpoints before it, each for its timeout and a second at most: with <i>k</i> of its
 * kind and <i>p</i> places for them it starts within (k / p + 1) x (longest timeout + 1 s).
 */
final class Lanes {
  private final Semaphore all;
  private final Semaphore failing;

  /**
   * @param places 1 or more
   */
  Lanes(int places) {
    if (places < 1) {
      throw new IllegalArgumentException(places + " probes at once; at least 1 is needed");
    }
    all = new Semaphore(places, true);
    failing = new Semaphore(Math.max(1, places / 2), true);
  }

  /** What is to be done in a place. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws InterruptedException;
  }

  /**
   * Waits for a place and works in it.
   *
   * @param failed whether the last run of the same work failed
   */
  <T> T run(boolean failed, Work<T> work) throws InterruptedException {
    return failed ? within(failing, () -> within(all, work)) : within(all, work);
  }

  private static <T> T within(Semaphore places, Work<T> work) throws InterruptedException {
    places.acquire();
    try {
      return work.run();
    } finally {
      places.release();
    }
  }
}
