package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which of the nodes that could be promoted lack what another one of them executed or received
 * ({@code replication: managed}): the most advanced one goes before the order of the pool. Two that
 * each have something the other lacks, or that have the same, are left to the order.
 *
 * <p>Only what was read after the ACTIVE was last well is compared: with a source that still sends,
 * a node is behind another one because it was polled earlier. So both are polled at once then, and
 * nobody waits for the answers. A site that follows another one's ACTIVE compares after it got the
 * role itself. Who receives from a node has nothing which that node lacks, whatever polls say.
 */
final class Positions {
  private final long pollInterval;
  private long since = LeaseClock.NEVER;

  Positions(long pollInterval) {
    this.pollInterval = pollInterval;
  }

  /**
   * @param well whether a node is ACTIVE, answered its last poll and is not being fenced; or the
   *     role is not this site's
   * @return whether that has just come to an end
   */
  boolean watch(boolean well, long now) {
    boolean ends = !well && since == LeaseClock.NEVER;
    since = well ? LeaseClock.NEVER : ends ? now : since;
    return ends;
  }

  /** Of the candidates; empty while a node is ACTIVE and well. */
  Set<NodeAddress> behind(List<NodeTrack> candidates, long now) {
    Set<NodeAddress> behind = new HashSet<>();
    if (since == LeaseClock.NEVER) {
      return behind;
    }
    for (NodeTrack t : candidates) {
      Optional<GtidSet> own = position(t, now);
      boolean lacks =
          own.isPresent()
              && candidates.stream()
                  .filter(other -> other != t && !receivesFrom(other, t))
                  .flatMap(other -> position(other, now).stream())
                  .anyMatch(more -> more.contains(own.get()) && !own.get().contains(more));
      if (lacks) {
        behind.add(t.address);
      }
    }
    return behind;
  }

  private static boolean receivesFrom(NodeTrack replica, NodeTrack source) {
    return replica
        .facts()
        .flatMap(ServerFacts::replication)
        .filter(r -> r.source().equals(source.address.toString()))
        .isPresent();
  }

  private Optional<GtidSet> position(NodeTrack t, long now) {
    boolean fresh = t.factsAt >= since && now - t.factsAt <= 3 * pollInterval;
    return t.facts().filter(f -> fresh).map(Positions::of);
  }

  /** What it received counts: it is applied before the node is made writable. */
  private static GtidSet of(ServerFacts f) {
    return f.replication().map(ServerFacts.Replication::received).orElse(f.executed());
  }
}
