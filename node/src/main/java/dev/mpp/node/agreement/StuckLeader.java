package dev.mpp.node.agreement;

import java.time.Duration;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;

/**
 * Finds a leader that was elected and never becomes able to commit. The library acknowledges
 * entries only in answer to entries: when a connection breaks between a new leader's first entry
 * and its acknowledgement, the leader keeps its place in that follower's log, sends heartbeats
 * only, and, as it takes no commands before that entry is committed, waits for ever. Only another
 * election ends it.
 *
 * <p>Of one thread.
 */
final class StuckLeader {
  private final Duration patience;
  private long stuckTerm = -1;
  private long sinceNanos;
  private int times;

  /**
   * @param patience after which a leader that cannot commit is stuck; doubled, up to eight times
   *     it, each time that did not help, so that a slow network is left in peace
   */
  StuckLeader(Duration patience) {
    this.patience = patience;
  }

  /** Returns true when the leadership should be given up now. */
  boolean stuck(RaftPeerRole role, boolean ready, long term, long nowNanos) {
    if (role != RaftPeerRole.LEADER) {
      stuckTerm = -1;
      return false;
    }
    if (ready) {
      stuckTerm = -1;
      times = 0;
      return false;
    }
    if (term != stuckTerm) {
      stuckTerm = term;
      sinceNanos = nowNanos;
      return false;
    }
    if (nowNanos - sinceNanos < patience.toNanos() << times) {
      return false;
    }
    times = Math.min(3, times + 1);
    sinceNanos = nowNanos;
    return true;
  }
}
