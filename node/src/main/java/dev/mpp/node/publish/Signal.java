package dev.mpp.node.publish;

/** Wakes threads that wait for the next change; changes that come together are one. */
final class Signal {
  private long version;
  private boolean ended;

  synchronized void raise() {
    version++;
    notifyAll();
  }

  /** From now on nobody waits any more. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  synchronized boolean ended() {
    return ended;
  }

  /**
   * Waits until there was a change that the caller has not seen.
   *
   * @param seen what this returned the last time; 0 at first
   * @param millis at most so long
   */
  synchronized long await(long seen, long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    long left = millis;
    while (version == seen && !ended && left > 0) {
      wait(left);
      left = (deadline - System.nanoTime()) / 1_000_000;
    }
    return version;
  }
}
