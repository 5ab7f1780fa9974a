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

  FollowJudge(long lagLimit) {
    this.lagLimit = lagLimit;
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
      return new PollResult.ReplicationFailure("no replication source is configured");
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
      return PollResult.HEALTHY;
    }
    if (node.notFollowingSince == LeaseClock.NEVER) {
      node.notFollowingSince = now;
    }
    if (r.diverged()) {
      node.diverged = r.error(); // the next attempt to start clears the server's own word
    }
    if (now - node.notFollowingSince < GRACE) {
      return PollResult.HEALTHY;
    }
    if (!node.diverged.isEmpty()) {
      node.errant = true;
      return new PollResult.ReplicationFailure(
          "its data are not those of ACTIVE %s: %s".formatted(active.get().node(), node.diverged));
    }
    String part = r.receiverRunning() ? "applier" : "receiver";
    return new PollResult.ReplicationFailure(
        r.error().isEmpty()
            ? "replication " + part + " is not running"
            : "replication " + part + " stopped: " + r.error());
  }
}
