package dev.mpp.core.plan;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PoolState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One service's pool as an instance knows it that does not act: the states that the acting instance
 * gives its nodes, and its own polls of the same servers. It decides nothing.
 */
final class PassivePool {
  private record Polled(@Nullable ServerFacts facts, long at, long wallMillis) {}

  private final BrainConfig.Service service;
  private final Map<NodeAddress, Polled> polls = new HashMap<>();
  private PoolState pool;
  private @Nullable PoolView mirrored;

  PassivePool(BrainConfig.Service service, PoolState restored) {
    this.service = service;
    this.pool = restored;
  }

  PoolState pool() {
    return pool;
  }

  void answered(BrainEvent.NodeAnswered e, Turn turn) {
    polls.put(e.node(), new Polled(e.facts(), turn.now(), e.wallMillis()));
    again(e.node(), turn);
  }

  void unreachable(BrainEvent.NodeUnreachable e, Turn turn) {
    polls.put(e.node(), new Polled(null, turn.now(), e.wallMillis()));
    again(e.node(), turn);
  }

  private void again(NodeAddress node, Turn turn) {
    turn.add(new BrainCommand.PollWithin(service.name(), node, service.pollInterval()));
  }

  /** The acting instance showed its pool. */
  void mirror(TwinState state) {
    PoolView view = state.view().pool(service.name()).orElse(null);
    if (view == null) {
      return;
    }
    mirrored = view;
    PoolState next = mirrored(view, state.floors());
    if (!next.nodes().equals(pool.nodes())) {
      pool = next;
    }
  }

  private PoolState mirrored(PoolView view, List<TwinState.Floor> floors) {
    Map<NodeAddress, NodeView> seen = new HashMap<>();
    view.nodes().forEach(n -> seen.put(n.address(), n));
    List<PoolState.Node> nodes =
        pool.nodes().stream()
            .map(
                n -> {
                  NodeView v = seen.get(n.address());
                  return v == null ? n : node(n, v, floor(n.address(), floors));
                })
            .toList();
    return PoolState.inherited(service.pool(), nodes, "");
  }

  private Status floor(NodeAddress node, List<TwinState.Floor> floors) {
    return floors.stream()
        .filter(f -> f.service().equals(service.name()) && f.node().equals(node))
        .map(TwinState.Floor::floor)
        .findFirst()
        .orElse(Status.OK);
  }

  private static PoolState.Node node(PoolState.Node n, NodeView v, Status floor) {
    return PoolState.Node.at(
        n.address(), n.type(), v.req(), v.measured(), floor, v.state(), v.message());
  }

  /** This instance acted until now: what it leaves. */
  void left(PoolState last) {
    mirrored = null;
    pool = PoolState.restarted(service.pool(), last.nodes());
  }

  /**
   * The pool to go on with in the former's place, with its ACTIVE node.
   *
   * @param complete whether what the former said is still all that it did
   */
  PoolState inherited(boolean complete, String reason, long now) {
    if (complete && mirrored != null) {
      return PoolState.inherited(service.pool(), pool.nodes(), reason);
    }
    PoolState restarted = PoolState.restarted(service.pool(), pool.nodes());
    Optional<NodeAddress> writable = soleWritable(now);
    if (writable.isEmpty()) {
      return restarted;
    }
    return PoolState.inherited(
        service.pool(),
        restarted.nodes().stream()
            .map(n -> n.address().equals(writable.get()) ? active(n) : n)
            .toList(),
        reason);
  }

  /** The pool of a site that does not hold the service. */
  PoolState idle() {
    return PoolState.restarted(service.pool(), pool.nodes());
  }

  private static PoolState.Node active(PoolState.Node n) {
    return PoolState.Node.at(
        n.address(),
        n.type(),
        0,
        Status.OK,
        Status.OK,
        State.ACTIVE,
        "found writable in the place of the instance that acted before");
  }

  /** The one node that was writable by its last poll, when every other node was read-only. */
  private Optional<NodeAddress> soleWritable(long now) {
    NodeAddress found = null;
    for (PoolState.Node n : pool.nodes()) {
      Polled p = polls.get(n.address());
      ServerFacts f = p == null ? null : p.facts();
      if (p == null || f == null || now - p.at() > 2 * service.pollInterval()) {
        return Optional.empty();
      }
      if (!f.readOnly()) {
        if (found != null) {
          return Optional.empty();
        }
        found = n.address();
      }
    }
    return Optional.ofNullable(found);
  }

  BrainConfig.Service service() {
    return service;
  }

  /**
   * @param own what this instance's checkpoints say of the site
   * @param why in place of the pool's own sentence
   */
  PoolView view(PoolVerdict own, String why, Map<NodeAddress, Long> skipped) {
    PoolView m = mirrored;
    List<NodeView> nodes = pool.nodes().stream().map(n -> node(n, m, skipped)).toList();
    return new PoolView(
        service.name(),
        service.pool().name(),
        !own.ok() ? Status.FAIL : m == null ? Status.OK : m.status(),
        false,
        why,
        m == null ? Optional.empty() : m.best(),
        m == null ? -1 : m.advance(),
        nodes);
  }

  private NodeView node(PoolState.Node n, @Nullable PoolView m, Map<NodeAddress, Long> skipped) {
    Optional<NodeView> theirs =
        m == null
            ? Optional.empty()
            : m.nodes().stream().filter(v -> v.address().equals(n.address())).findFirst();
    Polled p = polls.get(n.address());
    return new NodeView(
        n.address(),
        n.type(),
        n.req(),
        theirs.map(NodeView::status).orElse(n.status()),
        n.measured(),
        n.state(),
        n.message(),
        p == null ? 0 : p.wallMillis(),
        skipped.getOrDefault(n.address(), 0L),
        p == null ? Optional.empty() : Optional.ofNullable(p.facts()),
        theirs.flatMap(NodeView::override));
  }
}
