package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * What the replicas say of an ACTIVE node that this process cannot poll. One that goes on receiving
 * transactions shows that the node commits and sends: whatever keeps the polls from it (a password,
 * a limit of connections, a path) is not its death, and a failover would interrupt its clients.
 *
 * <pre>
 * what the polls meet                   a replica receives more             otherwise
 * ------------------------------------  ----------------------------------  ----------------------
 * refused, shutting down                no opinion is asked                 dead
 * silence: time-outs, a broken session  kept, 3 s from the last growth      dead
 * an error of the server itself         kept, 3 s from the last growth      kept until one could
 *                                                                           have shown it, then dead
 * </pre>
 *
 * <p>Growth counts from a position that was read after the trouble began: what was received before
 * the node died arrives here later. So nothing is delayed for a server that is killed or frozen. A
 * site that is cut off hears no opinions of others, and its lease ends whatever is said here.
 */
final class SecondOpinion {
  /** Between two views of a peer that only moved on, and what they take to get here. */
  private static final long VIEW = 600_000_000L;

  /** Heartbeats and the polls that see them come more often. */
  private static final long GROWTH = 3_000_000_000L;

  private record Position(long base, long grewAt) {}

  private final ServiceState state;
  private final Map<NodeAddress, Position> positions = new HashMap<>();
  private long since = LeaseClock.NEVER;
  private boolean askable;

  SecondOpinion(ServiceState state) {
    this.state = state;
  }

  /** The node answers. */
  void over() {
    since = LeaseClock.NEVER;
    positions.clear();
  }

  /** Who shows that the ACTIVE node serves, as a sentence; empty when nobody does. */
  String of(BrainEvent.NodeUnreachable poll, Turn turn) {
    if (since == LeaseClock.NEVER) {
      since = turn.now();
    }
    if (poll.trouble().gone() || state.cluster() || !state.lease.mayAct(turn.now())) {
      return "";
    }
    askable = false;
    String[] witness = {""};
    each(
        poll.node(),
        turn,
        (node, facts) -> {
          if (grows(node, facts, turn.now())) {
            witness[0] = "the replica " + node + " still receives from it";
          }
        });
    boolean early = turn.now() - since < settled() + GROWTH;
    return witness[0].isEmpty() && poll.trouble().alive() && askable && early
        ? "it says so itself; waiting for what its replicas receive"
        : witness[0];
  }

  private boolean grows(NodeAddress node, Replication r, long now) {
    askable = true;
    long position = r.received().advance();
    Position before = positions.get(node);
    if (before == null) {
      positions.put(node, new Position(position, LeaseClock.NEVER));
      return false;
    }
    long grewAt = position > before.base() ? now : before.grewAt();
    positions.put(node, new Position(position, grewAt));
    return grewAt != LeaseClock.NEVER && now - grewAt <= GROWTH;
  }

  /** From then on a peer's view was taken after the trouble began. */
  private long settled() {
    return state.service.pollInterval() + VIEW;
  }

  private void each(NodeAddress active, Turn turn, BiConsumer<NodeAddress, Replication> hears) {
    for (NodeTrack t : state.tracks()) {
      if (!t.address.equals(active) && t.factsAt != LeaseClock.NEVER && t.factsAt >= since) {
        t.facts().flatMap(f -> receiver(f, active)).ifPresent(r -> hears.accept(t.address, r));
      }
    }
    if (turn.now() - since < settled()) {
      remote(active, turn, (node, r) -> askable = true);
    } else {
      remote(active, turn, hears);
    }
  }

  private void remote(NodeAddress active, Turn turn, BiConsumer<NodeAddress, Replication> hears) {
    for (SiteId site : state.service.pools().keySet()) {
      Optional<PoolView> pool =
          site.equals(state.config.self())
              ? Optional.empty()
              : turn.fresh(site).flatMap(p -> p.pool(state.service.name()));
      for (NodeView n : pool.map(PoolView::nodes).orElse(List.of())) {
        n.facts().flatMap(f -> receiver(f, active)).ifPresent(r -> hears.accept(n.address(), r));
      }
    }
  }

  /** One that follows another node of the service may only be passing on what that one had. */
  private Optional<Replication> receiver(ServerFacts facts, NodeAddress active) {
    return facts
        .replication()
        .filter(Replication::receiverRunning)
        .filter(r -> r.source().equals(active.toString()) || !known(r.source()));
  }

  private boolean known(String source) {
    return state.service.pools().values().stream()
        .flatMap(List::stream)
        .anyMatch(a -> a.toString().equals(source));
  }
}
