package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.State;
import dev.mpp.core.pool.PoolState;
import java.util.Optional;

/** Proposes what concerns the site's role: serving it, giving it up, claiming it. */
final class RoleKeeper {
  private static final long PROPOSAL_RETRY = 700_000_000L;
  private static final long READY_WITHIN = 2_000_000_000L;

  /** Longer than the start of a replication may take. */
  private static final long BUSY_AT_MOST = 4_000_000_000L;

  private final ServiceState state;
  private final EligibilityRule eligibility;
  private final ClaimRule claimRule;
  private long nextClaim = LeaseClock.NEVER;
  private long nextServe = LeaseClock.NEVER;
  private long nextRelease = LeaseClock.NEVER;
  private long claimedAt = LeaseClock.NEVER;
  private long releasing = -1;
  private int claimsSinceHeld;

  RoleKeeper(ServiceState state, EligibilityRule eligibility) {
    this.state = state;
    this.eligibility = eligibility;
    this.claimRule = new ClaimRule(state.config, state.service);
  }

  /** What the claim waits for, or why it is due. */
  String claimReason() {
    return claimRule.reason();
  }

  /** What keeps an eligible site from claiming a free lease at this instant. */
  Optional<Guard> waits() {
    return claimRule.waits();
  }

  /**
   * A promotion needs a poll that is younger than this: what made this site eligible may have
   * changed since it proposed its claim, or gave its node up for a switchover.
   */
  void lookAgain(long now) {
    claimedAt = now;
  }

  /** Whether the present epoch is being given up: a release is final. */
  boolean giving() {
    return releasing == state.lease.grant().epoch();
  }

  /**
   * The present epoch is given up as soon as nothing here can be writable.
   *
   * @param notBefore until then another process may act on a lease that it had
   */
  void giveUp(long notBefore) {
    releasing = state.lease.grant().epoch();
    nextRelease = notBefore;
  }

  /** Whether a node may be promoted now, by a poll that is younger than the grant. */
  boolean ready(PoolVerdict pool, long now) {
    if (claimedAt == LeaseClock.NEVER) {
      return false;
    }
    NodeTrack candidate = state.candidate();
    return candidate != null
        && candidate.factsAt > claimedAt
        && state.positionsKnown(claimedAt, now)
        && eligibility.judge(pool, now).ok();
  }

  void serve(Turn turn) {
    if (state.lease.mayAct(turn.now())
        && !state.lease.grant().serving()
        && turn.now() >= nextServe
        && anySettledActive()) {
      nextServe = turn.now() + PROPOSAL_RETRY;
      long epoch = state.lease.grant().epoch();
      turn.propose(origin -> new LedgerCommand.Serve(origin, state.service.name(), epoch));
    }
  }

  private boolean anySettledActive() {
    for (PoolState.Node n : state.pool().nodes()) {
      if (n.state() == State.ACTIVE && n.pending() == PoolState.Pending.NONE) {
        return true;
      }
    }
    return false;
  }

  /** The role is given up as soon as no node here can be writable and none can become ACTIVE. */
  void release(PoolVerdict pool, boolean moving, Turn turn) {
    if (!state.lease.holds(turn.now()) || turn.now() < nextRelease || !quiet()) {
      return;
    }
    boolean giving = giving();
    // Under a pause too: nobody but this site can claim it then, and its next process at once.
    if (giving || hopeless(pool, moving, turn.now())) {
      nextRelease = turn.now() + PROPOSAL_RETRY;
      long epoch = state.lease.grant().epoch();
      releasing = epoch;
      if (!giving) {
        String error = eligibility.promotionError();
        String why =
            !pool.ok()
                ? pool.reason()
                : error.isEmpty() ? ServiceState.describe(state.pool()) : error;
        state.journal(turn, "release", state.config.self().name(), "", "", why);
      }
      turn.propose(origin -> new LedgerCommand.Release(origin, state.service.name(), epoch));
    }
  }

  /** No node here can be writable, by everything that was commanded and answered. */
  boolean quiet() {
    if (state.promotion() != null) {
      return false;
    }
    for (PoolState.Node n : state.pool().nodes()) {
      if (n.pending() != PoolState.Pending.NONE || n.state() == State.ACTIVE || fencing(n)) {
        return false;
      }
    }
    return true;
  }

  /** A duty that is neither verified nor covered by the server's dead-man. */
  private boolean fencing(PoolState.Node n) {
    NodeTrack t = state.track(n);
    return t.writableInFlight
        || (t.fence.wanted() && (n.state() == State.STANDBY || n.state() == State.ACTIVE));
  }

  /**
   * @param moving a switchover fenced the node: that it is not ready is meant
   */
  private boolean hopeless(PoolVerdict pool, boolean moving, long now) {
    if (!pool.ok() || eligibility.pausedByFailure(now)) {
      return true;
    }
    boolean anybody = false;
    for (PoolState.Node n : state.pool().nodes()) {
      anybody |= n.candidate() || (n.override().pins() && !n.state().failed());
    }
    return !anybody
        || (!moving
            && claimedAt != LeaseClock.NEVER
            && now - claimedAt > READY_WITHIN
            && !ready(pool, now)
            && !busy(now));
  }

  /** A node could take the role, as soon as it has answered what it was told. */
  private boolean busy(long now) {
    for (PoolState.Node n : state.pool().nodes()) {
      NodeTrack t = state.track(n);
      if (n.candidate() && t.followCommand != 0 && now - t.followCommandAt < BUSY_AT_MOST) {
        return true;
      }
    }
    return false;
  }

  void claim(PoolVerdict pool, Turn turn) {
    Grant g = state.lease.grant();
    if (state.lease.holds(turn.now()) || !state.lease.claimable(turn.now())) {
      claimRule.idle();
      claimsSinceHeld = 0;
      return;
    }
    if (state.withheld().isPresent()) {
      claimRule.idle();
      return;
    }
    boolean due = claimRule.due(state.lease, eligibility.toClaim(pool, turn.now()), turn);
    if (due && turn.now() >= nextClaim) {
      nextClaim = turn.now() + PROPOSAL_RETRY;
      turn.propose(
          origin -> new LedgerCommand.Claim(origin, state.service.name(), g.epoch(), g.renewal()));
      if (claimsSinceHeld++ == 0) {
        state.journal(turn, "claim", state.config.self().name(), "", "", claimRule.reason());
      }
    }
  }
}
