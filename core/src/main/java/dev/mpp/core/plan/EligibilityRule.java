package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pool.PoolState;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
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
    SiteOrder order = state.siteOrders.of(self).orElse(null);
    return order == null ? judge(pool, now) : Eligibility.no(() -> SiteOrders.text(self, order));
  }

  /** Hears of everything that keeps the site from taking the role, the weightiest first. */
  interface Listener {
    /**
     * @return whether to go on to the next one
     */
    boolean fails(Guard.Kind kind, Supplier<String> what, String remedy);
  }

  Eligibility judge(PoolVerdict pool, long now) {
    if (!pool.ok()) {
      return Eligibility.no(pool.reason());
    }
    First first = new First();
    check(now, first);
    if (first.kind == Guard.Kind.NO_CANDIDATE) {
      PoolState nodes = state.pool();
      return Eligibility.no(() -> "no node is ready to take over: " + ServiceState.describe(nodes));
    }
    if (first.what != null) {
      return Eligibility.no(first.what);
    }
    NodeTrack candidate = Objects.requireNonNull(state.candidate());
    ServerFacts f = candidate.facts().orElseThrow();
    long received =
        f.replication().map(ServerFacts.Replication::received).map(GtidSet::advance).orElse(0L);
    return new Eligibility(
        true,
        () -> "ready to take over with " + candidate.address,
        Math.max(f.executed().advance(), received));
  }

  private static final class First implements Listener {
    private Guard.@Nullable Kind kind;
    private @Nullable Supplier<String> what;

    @Override
    public boolean fails(Guard.Kind first, Supplier<String> why, String remedy) {
      kind = first;
      what = why;
      return false;
    }
  }

  /** Everything but the pool's STATUS. */
  void check(long now, Listener found) {
    if (state.pausedElsewhere()) {
      Grant.Paused p = state.lease.grant().paused().orElseThrow();
      if (!found.fails(
          Guard.Kind.PAUSED,
          () -> "the service is paused by " + p.by() + ": " + p.reason(),
          "mpp resume, once whoever paused it agrees")) {
        return;
      }
    }
    if (now < notBefore
        && !found.fails(
            Guard.Kind.PROMOTION_FAILED,
            () -> "its last promotion failed: " + promotionError,
            "it tries again within 3 s; if it fails again, mend what the sentence names")) {
      return;
    }
    @Nullable NodeTrack candidate = state.candidate();
    if (candidate == null) {
      if (!found.fails(
          Guard.Kind.NO_CANDIDATE,
          () -> "no node here is ready to take over",
          "mend one of its nodes (below)")) {
        return;
      }
    } else if (!server(candidate.address, candidate.facts().orElseThrow(), found)) {
      return;
    }
    data(candidate, now, found);
  }

  private static boolean server(NodeAddress node, ServerFacts f, Listener found) {
    return (f.readOnly()
            || found.fails(
                Guard.Kind.NOT_FENCED,
                () -> node + " is not fenced yet",
                "MPP fences it at once; if this stays, look at what sets read_only=0 there"))
        && (f.deadMan()
            || found.fails(
                Guard.Kind.NO_DEAD_MAN,
                () -> node + " has " + NodeTrack.NO_DEAD_MAN,
                "run the prepare SQL there and set event_scheduler=ON"));
  }

  private void data(@Nullable NodeTrack candidate, long now, Listener found) {
    Grant g = state.lease.grant();
    if (candidate != null && !beyondBound(candidate, g, now, found)) {
      return;
    }
    if (!state.service.rpoZero() || g.inSync().isEmpty()) {
      return;
    }
    if (!g.inSync().contains(state.config.self())) {
      boolean unused =
          found.fails(
              Guard.Kind.NOT_IN_SYNC,
              () ->
                  "acknowledged writes of epoch "
                      + g.epoch()
                      + " may be missing here; only "
                      + g.inSync()
                      + " has them all",
              "while a site of that list is ACTIVE: let this one catch up (mpp status); when it is"
                  + " down: bring its server back");
    } else if (candidate != null && !received(g, candidate.facts().orElseThrow())) {
      boolean unused =
          found.fails(
              Guard.Kind.RECEIVER,
              () ->
                  "its receiver was not running when the ACTIVE was lost, so acknowledged writes"
                      + " may be missing here",
              "bring the server of the former ACTIVE site back");
    }
  }

  /**
   * {@code rpo: bounded}: more may be lost than a failover may lose by itself.
   *
   * @return whether to go on
   */
  private boolean beyondBound(NodeTrack candidate, Grant g, long now, Listener found) {
    RpoBound bound = state.service.bound().orElse(null);
    boolean handedOver = g.move().filter(m -> m.position().isPresent()).isPresent();
    if (bound == null || handedOver || state.lossAccepted(now)) {
      return true;
    }
    boolean everything = state.inSync() && received(g, candidate.facts().orElseThrow());
    if (everything) {
      return true;
    }
    return bound
        .exceeded(state.risk(candidate, now), state.stale())
        .map(
            why ->
                found.fails(
                    Guard.Kind.RPO_BOUND,
                    () -> why,
                    "bring the server of the former ACTIVE site back; or accept the loss: mpp"
                        + " takeover --force"))
        .orElse(true);
  }

  private boolean received(Grant g, ServerFacts f) {
    return g.written().equals(Optional.of(state.config.self()))
        || g.inSync().size() == 1
        || f.replication().map(r -> r.receiverStarted() || r.applierRunning()).orElse(false);
  }
}
