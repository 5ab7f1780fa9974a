package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.State;
import dev.mpp.core.pool.PoolState;
import java.util.List;
import java.util.Optional;

/**
 * Has the nodes of this site follow whom they should ({@code replication: managed}): compares what
 * the polls show with the {@link Topology} and gives each node at most one command at a time. While
 * nobody is seen ACTIVE, or the service is paused, everything is left as it is.
 */
final class TopologyKeeper {
  private static final long RETRY = 2_000_000_000L;

  private final ServiceState state;

  TopologyKeeper(ServiceState state) {
    this.state = state;
  }

  void pursue(Turn turn) {
    if (state.paused()) {
      return; // whoever paused may be working on it
    }
    for (NodeTrack t : state.tracks()) {
      if (!state.isActive(t.address) && !busy(t)) {
        state.activeSeen(t.address, turn).ifPresent(active -> replica(t, active, turn));
      }
    }
  }

  private boolean busy(NodeTrack t) {
    return t.fence.wanted()
        || t.writableInFlight
        || t.followCommand != 0
        || state.promoting(t.address);
  }

  private static boolean later(long at, Turn turn) {
    return at == LeaseClock.NEVER || turn.now() - at >= RETRY;
  }

  private void replica(NodeTrack t, ActiveSeen active, Turn turn) {
    ServerFacts f = t.facts().filter(ServerFacts::readOnly).orElse(null);
    NodeAddress source = topology(active).source(t.address).orElse(null);
    if (f == null || source == null || !recent(t, turn)) {
      return;
    }
    t.channel.toFollow(source);
    t.channel.shown(follows(f, source), turn.now());
    if (t.errant && t.receives && t.diverged.isEmpty()) {
      apart(t, active, turn);
      return;
    }
    ChannelRule.Step step = ChannelRule.judge(sight(t, f, active, source, turn));
    if (t.waits && (starts(step) || !t.stopped) && later(t.semiSyncCommandAt, turn)) {
      state.stopWaiting(t, turn);
    }
    perform(held(t.address) ? onlyStart(step, f) : step, t, source, turn);
  }

  private boolean recent(NodeTrack t, Turn turn) {
    return turn.now() - t.factsAt <= 3 * state.service.pollInterval();
  }

  private Topology topology(ActiveSeen active) {
    List<Topology.Member> members =
        state.pool().byPriority().stream().map(n -> member(n, state.track(n))).toList();
    return Topology.of(state.config.self(), active.site(), active.node(), members);
  }

  private static Topology.Member member(PoolState.Node n, NodeTrack t) {
    boolean settled = !t.fence.wanted() && n.pending() == PoolState.Pending.NONE;
    return new Topology.Member(n.address(), n.state(), !t.errant, settled);
  }

  private ChannelRule.Sight sight(
      NodeTrack t, ServerFacts f, ActiveSeen active, NodeAddress source, Turn turn) {
    Optional<ServerFacts> relay =
        Optional.ofNullable(state.trackOrNull(source))
            .filter(r -> recent(r, turn))
            .flatMap(NodeTrack::facts);
    boolean acknowledges =
        source.equals(active.node())
            && f.replication().filter(r -> !r.source().equals(source.toString())).isEmpty();
    return new ChannelRule.Sight(
        f,
        active,
        source,
        relay,
        acknowledges && state.countedOn(),
        t.channel.attempts(),
        t.channel.downFor(turn.now()));
  }

  private static boolean follows(ServerFacts f, NodeAddress source) {
    return f.replication()
        .filter(r -> r.receiverRunning() && r.applierRunning())
        .filter(r -> r.source().equals(source.toString()))
        .isPresent();
  }

  /** Neither may get the transactions of the other. */
  private void apart(NodeTrack t, ActiveSeen active, Turn turn) {
    if (later(t.followCommandAt, turn) && !state.countedOn()) {
      state.stopReceiving(t, "it has transactions that ACTIVE " + active.node() + " lacks", turn);
    }
  }

  /** An operator holds it FAILED, for example while its data are made anew. */
  private boolean held(NodeAddress node) {
    return state
        .pool()
        .node(node)
        .flatMap(n -> n.override().held())
        .filter(State::failed)
        .isPresent();
  }

  /** What was configured by hand there is MPP's to start: whoever did it waits for that. */
  private static ChannelRule.Step onlyStart(ChannelRule.Step step, ServerFacts f) {
    boolean off = f.replication().filter(r -> !r.receiverStarted()).isPresent();
    return off && step instanceof ChannelRule.Follow
        ? new ChannelRule.Start("its replication was off")
        : step instanceof ChannelRule.Start ? step : ChannelRule.LEAVE;
  }

  private static boolean starts(ChannelRule.Step step) {
    return step instanceof ChannelRule.Start || step instanceof ChannelRule.Follow;
  }

  private void perform(ChannelRule.Step step, NodeTrack t, NodeAddress source, Turn turn) {
    if (starts(step) && !t.channel.due(turn.now())) {
      return;
    }
    switch (step) {
      case ChannelRule.Leave _ -> t.channel.note("");
      case ChannelRule.Wait w -> waits(w.why(), t, turn);
      case ChannelRule.Stop s -> {
        if (later(t.followCommandAt, turn)) {
          state.stopReceiving(t, s.why(), turn);
        }
      }
      case ChannelRule.Start s -> {
        t.channel.attempted(turn.now());
        state.startFollowing(t, s.why() + "; started", turn);
      }
      case ChannelRule.Follow s -> {
        t.channel.attempted(turn.now());
        state.follow(t, source, s.why(), turn);
      }
    }
  }

  private void waits(String why, NodeTrack t, Turn turn) {
    boolean lasts = t.channel.downFor(turn.now()) >= ChannelRule.GRACE;
    if (lasts && !why.equals(t.channel.note())) {
      t.channel.note(why);
      state.journal(turn, "follow", t.address.toString(), "", "WAITS", why);
    }
  }
}
