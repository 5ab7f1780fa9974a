package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.pool.PollResult;
import java.util.Optional;

/**
 * Judges whether an answering node that is not ACTIVE follows the ACTIVE one (BEHAVIOUR section 3).
 *
 * <p>A receiver that lost its source counts against the node only while the source is alive by its
 * own site's fresh word, and only after a grace: otherwise the death of the ACTIVE would fail every
 * candidate. The same grace covers an error of an earlier role that the server still shows. A
 * receiver that was never started since the server booted is not a failure of the node before there
 * is somebody to follow.
 */
final class FollowJudge {
  /** A receiver may be down that long (a reconnect, a role change) before it counts. */
  private static final long GRACE = 3_000_000_000L;

  private final long lagLimit;
  private final boolean managed;

  /** For replication that an administrator configured. */
  FollowJudge(long lagLimit) {
    this(lagLimit, false);
  }

  /**
   * @param managed MPP gives each node its source: it may have none for a moment, and one that is
   *     not the ACTIVE
   */
  FollowJudge(long lagLimit, boolean managed) {
    this.lagLimit = lagLimit;
    this.managed = managed;
  }

  PollResult judge(NodeTrack node, ServerFacts facts, Optional<ActiveSeen> active, long now) {
    if (active.isEmpty()) {
      node.notFollowingSince = LeaseClock.NEVER;
      node.comparison.forget();
      return PollResult.HEALTHY;
    }
    if (!facts.executed().comparable(active.get().facts().executed())) {
      return new PollResult.ReplicationFailure(
          "it is %s and ACTIVE %s is %s: one family cannot follow the other"
              .formatted(facts.version(), active.get().node(), active.get().facts().version()));
    }
    String errant = node.comparison.lacking(facts, active.get(), now);
    node.errant = !errant.isEmpty();
    node.lacking = errant;
    if (node.errant) {
      return new PollResult.ReplicationFailure(
          "errant transactions that ACTIVE %s does not have: %s"
              .formatted(active.get().node(), errant));
    }
    if (facts.replication().isEmpty()) {
      return managed && inGrace(node, now)
          ? PollResult.HEALTHY
          : failure(node, "no replication source is configured");
    }
    ServerFacts.Replication r = facts.replication().get();
    if (r.receiverRunning() && r.applierRunning()) {
      node.notFollowingSince = LeaseClock.NEVER;
      node.diverged = "";
      if (r.lagSeconds().isPresent() && r.lagSeconds().getAsLong() > lagLimit) {
        return new PollResult.ReplicationFailure(
            "%d s behind its source, the limit is %d s"
                .formatted(r.lagSeconds().getAsLong(), lagLimit));
      }
      return node.channel.note().isEmpty()
          ? PollResult.HEALTHY
          : new PollResult.Healthy("it follows " + r.source() + ": " + node.channel.note());
    }
    boolean grace = inGrace(node, now);
    if (r.diverged() && (!managed || r.source().equals(active.get().node().toString()))) {
      node.diverged = r.error(); // the next attempt to start clears the server's own word
    }
    if (grace) {
      return PollResult.HEALTHY;
    }
    if (!node.diverged.isEmpty()) {
      node.errant = true;
      return new PollResult.ReplicationFailure(
          "its data are not those of ACTIVE %s: %s".formatted(active.get().node(), node.diverged));
    }
    String part = r.receiverRunning() ? "applier" : "receiver";
    return failure(
        node,
        r.error().isEmpty()
            ? "replication " + part + " is not running"
            : "replication " + part + " stopped: " + r.error());
  }

  private static boolean inGrace(NodeTrack node, long now) {
    if (node.notFollowingSince == LeaseClock.NEVER) {
      node.notFollowingSince = now;
    }
    return now - node.notFollowingSince < GRACE;
  }

  /** With what keeps MPP from mending it. */
  private static PollResult failure(NodeTrack node, String what) {
    String note = node.channel.note();
    return new PollResult.ReplicationFailure(note.isEmpty() ? what : what + " (" + note + ")");
  }
}
