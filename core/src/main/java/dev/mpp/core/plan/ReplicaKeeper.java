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
    if (state.paused() || state.cluster()) {
      return; // whoever paused may be working on it; a cluster replicates by itself
    }
    state.pool().active().map(state::track).ifPresent(t -> alone(t, turn));
    if (state.managed()) {
      topology.pursue(turn);
      return;
    }
    for (NodeTrack t : state.tracks()) {
      if (!t.stopped) {
        t.channel.note("");
      }
      if ((t.stopped || t.waits) && !busy(t, turn.now())) {
        follow(t, turn);
      } else if (t.errant && t.receives && !busy(t, turn.now())) {
        separate(t, turn);
      }
    }
  }

  /**
   * A receiver that somebody started on the ACTIVE brings in what only another server has: MySQL
   * merges that without a word. One that cannot connect is left alone where an administrator
   * configured it; to stop it takes as long as its attempt.
   */
  private void alone(NodeTrack t, Turn turn) {
    boolean on = state.managed() ? t.receives : t.connected();
    boolean again =
        t.followCommandAt == LeaseClock.NEVER || turn.now() - t.followCommandAt >= FOLLOW_RETRY;
    if (on && t.pollsSincePromoted >= 2 && t.followCommand == 0 && again) {
      state.stopReceiving(t, "it is ACTIVE and follows nobody", turn);
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
    String unapplied = unapplied(f, active.get());
    t.channel.note(unapplied);
    // Starting throws the relay log away: first the ACTIVE stops counting on this site.
    boolean start =
        t.stopped
            && !state.countedOn()
            && active.get().facts().executed().contains(f.executed())
            && unapplied.isEmpty();
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
   * What it received and did not apply, and the ACTIVE lacks, as a sentence; empty when nothing.
   * Its relay log may be the only place where that still is: MariaDB throws it away when both
   * threads start, MySQL applies it, and then the server has it and the ACTIVE does not.
   */
  private static String unapplied(ServerFacts f, ActiveSeen active) {
    return f.replication()
        .map(ServerFacts.Replication::received)
        .filter(r -> !active.facts().executed().contains(r))
        .map(r -> ChannelRule.unapplied(active, r))
        .orElse("");
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
