package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pool.PoolState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether this site could take the role of a service now. Every reason why not is named here. */
final class EligibilityRule {
  private static final long FAILED_PROMOTION_PAUSE = 3_000_000_000L;

  private final ServiceState state;
  private long notBefore = LeaseClock.NEVER;
  private String promotionError = "";

  EligibilityRule(ServiceState state) {
    this.state = state;
  }

  void promotionFailed(String error, long now) {
    promotionError = error;
    notBefore = now + FAILED_PROMOTION_PAUSE;
  }

  void promoted() {
    promotionError = "";
  }

  /** Why the last promotion failed; empty when it did not. */
  String promotionError() {
    return promotionError;
  }

  boolean pausedByFailure(long now) {
    return now < notBefore;
  }

  /** Whether this site may claim a role it does not hold: an order about the site counts too. */
  Eligibility toClaim(PoolVerdict pool, long now) {
    SiteId self = state.config.self();
    return state
        .siteOrders
        .of(self)
        .map(order -> Eligibility.no(() -> SiteOrders.text(self, order)))
        .orElseGet(() -> judge(pool, now));
  }

  Eligibility judge(PoolVerdict pool, long now) {
    if (!pool.ok()) {
      return Eligibility.no(pool.reason());
    }
    if (state.pausedElsewhere()) {
      Grant.Paused p = state.lease.grant().paused().orElseThrow();
      return Eligibility.no("the service is paused by " + p.by() + ": " + p.reason());
    }
    if (now < notBefore) {
      return Eligibility.no("its last promotion failed: " + promotionError);
    }
    @Nullable NodeTrack candidate = state.candidate();
    if (candidate == null) {
      PoolState nodes = state.pool();
      return Eligibility.no(() -> "no node is ready to take over: " + ServiceState.describe(nodes));
    }
    return judge(candidate.address, candidate.facts().orElseThrow());
  }

  private Eligibility judge(NodeAddress node, ServerFacts f) {
    if (!f.readOnly()) {
      return Eligibility.no(() -> node + " is not fenced yet");
    }
    if (!f.deadMan()) {
      return Eligibility.no(() -> node + " has " + NodeTrack.NO_DEAD_MAN);
    }
    Grant g = state.lease.grant();
    if (state.service.rpoZero() && !g.inSync().isEmpty()) {
      if (!g.inSync().contains(state.config.self())) {
        return Eligibility.no(
            () ->
                "acknowledged writes of epoch %d may be missing here; only %s has them all"
                    .formatted(g.epoch(), g.inSync()));
      }
      if (!received(g, f)) {
        return Eligibility.no(
            "its receiver was not running when the ACTIVE was lost, so acknowledged writes may be"
                + " missing here");
      }
    }
    long received =
        f.replication().map(ServerFacts.Replication::received).map(GtidSet::advance).orElse(0L);
    return new Eligibility(
        true, () -> "ready to take over with " + node, Math.max(f.executed().advance(), received));
  }

  private boolean received(Grant g, ServerFacts f) {
    return g.servedBy().equals(Optional.of(state.config.self()))
        || g.inSync().size() == 1
        || f.replication().map(r -> r.receiverStarted() || r.applierRunning()).orElse(false);
  }
}
