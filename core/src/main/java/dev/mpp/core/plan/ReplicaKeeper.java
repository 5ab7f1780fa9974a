package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.pool.PoolEvent;
import dev.mpp.core.pool.PoolState;
import java.util.Optional;

/** Brings nodes that are not ACTIVE back to following the one that is, and back from FAILED. */
final class ReplicaKeeper {
  private static final long FOLLOW_RETRY = 2_000_000_000L;

  /** What its source refused may be the word of an earlier role: it is asked again now and then. */
  private static final long DIVERGED_RETRY = 30_000_000_000L;

  private final ServiceState state;
  private final TopologyKeeper topology;

  ReplicaKeeper(ServiceState state) {
    this.state = state;
    this.topology = new TopologyKeeper(state);
  }

  /** A fenced node whose data is contained in the ACTIVE's starts to follow it again. */
  void follow(Turn turn) {
    if (state.managed()) {
      topology.pursue(turn);
      return;
    }
    if (state.paused() || state.cluster()) {
      return; // whoever paused may be working on it; a cluster replicates by itself
    }
    for (NodeTrack t : state.tracks()) {
      if ((t.stopped || t.waits) && !busy(t, turn.now())) {
        follow(t, turn);
      } else if (t.errant && t.receives && !busy(t, turn.now())) {
        separate(t, turn);
      }
    }
  }

  private boolean busy(NodeTrack t, long now) {
    return t.fence.wanted()
        || t.writableInFlight
        || (t.followCommandAt != LeaseClock.NEVER
            && now - t.followCommandAt < (t.diverged.isEmpty() ? FOLLOW_RETRY : DIVERGED_RETRY))
        || state.isActive(t.address)
        || state.promoting(t.address);
  }

  private void follow(NodeTrack t, Turn turn) {
    ServerFacts f = t.facts().filter(ServerFacts::readOnly).orElse(null);
    if (f == null || turn.now() - t.factsAt > 3 * state.service.pollInterval()) {
      return;
    }
    Optional<ActiveSeen> active = state.activeSeen(t.address, turn);
    if (active.isEmpty()) {
      return;
    }
    // Starting throws the relay log away: first the ACTIVE stops counting on this site.
    boolean start =
        t.stopped && !state.countedOn() && active.get().facts().executed().contains(f.executed());
    if (t.waits && (start || !t.stopped)) {
      state.stopWaiting(t, turn);
    }
    if (start) {
      state.startFollowing(
          t,
          t.diverged.isEmpty()
              ? "its transactions are all on ACTIVE "
                  + active.get().node()
                  + ": replication started"
              : "its source refused it before; asked again",
          turn);
    }
  }

  /**
   * A server that started its receiver by itself, or was told to, has transactions that the ACTIVE
   * lacks. Neither may get those of the other. A site that is counted on is left alone: the ACTIVE
   * would wait for its acknowledgements.
   */
  private void separate(NodeTrack t, Turn turn) {
    Optional<ActiveSeen> active = state.activeSeen(t.address, turn);
    if (active.isPresent() && t.diverged.isEmpty() && !state.countedOn()) {
      state.stopReceiving(
          t, "it has transactions that ACTIVE " + active.get().node() + " lacks", turn);
    }
  }

  /** FAILED nodes whose hold-down passed and whose data is proven clean are judged anew. */
  void recovery(Turn turn) {
    if (!state.service.pool().provenRecovery()) {
      return;
    }
    for (PoolState.Node n : state.pool().nodes()) {
      if (!n.state().failed() || n.pending() != PoolState.Pending.NONE) {
        continue;
      }
      NodeTrack t = state.track(n);
      if (!t.fence.wanted()
          && t.healthySince != LeaseClock.NEVER
          && turn.now() - t.healthySince >= state.service.holdDown()) {
        proof(t, turn).ifPresent(p -> state.step(new PoolEvent.ProvenClean(n.address(), p), turn));
      }
    }
  }

  private Optional<String> proof(NodeTrack t, Turn turn) {
    Optional<ServerFacts> facts = t.facts().filter(ServerFacts::readOnly);
    if (facts.isEmpty()) {
      return Optional.empty();
    }
    if (state.cluster()) {
      return Optional.of("read-only and healthy for the whole hold-down");
    }
    Optional<ActiveSeen> active = state.activeSeen(t.address, turn);
    if (active.isPresent()) {
      boolean follows =
          facts
              .get()
              .replication()
              .filter(r -> r.receiverRunning() && r.applierRunning())
              .isPresent();
      return follows && !t.errant && t.comparison.clean()
          ? Optional.of(
              "its transactions are all on ACTIVE " + active.get().node() + ", which it follows")
          : Optional.empty();
    }
    return state.lease.learnt() && state.lease.claimable(turn.now()) && !t.errant
        ? Optional.of("read-only and healthy while no site is ACTIVE")
        : Optional.empty();
  }
}
