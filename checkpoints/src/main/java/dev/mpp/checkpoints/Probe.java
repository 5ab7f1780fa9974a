package dev.mpp.checkpoints;

import dev.mpp.core.reach.Verdict;

/** One way to ask one target. A probe keeps nothing between runs and may be used by any thread. */
@FunctionalInterface
public interface Probe {

  /**
   * Asks once. Blocks for at most the timeout of the checkpoint plus one second, whatever the
   * target does; meant for a virtual thread. Everything that goes wrong is a verdict.
   *
   * @throws InterruptedException when the calling thread is interrupted; the connection is closed
   */
  Verdict run() throws InterruptedException;
}
