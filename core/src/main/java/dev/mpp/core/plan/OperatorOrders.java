package dev.mpp.core.plan;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.SiteView.OverrideView;
import dev.mpp.core.pool.PoolEvent;
import dev.mpp.core.pool.PoolState;
import java.util.Optional;

/** What operators order about one pool: each order is carried out, answered and journalled. */
final class OperatorOrders {
  private final ServiceState state;
  private final Overrides overrides = new Overrides();

  OperatorOrders(ServiceState state) {
    this.state = state;
  }

  String recover(Optional<NodeAddress> node, String by, String reason, Turn turn) {
    PoolEvent event =
        node.<PoolEvent>map(PoolEvent.Recover::new).orElseGet(PoolEvent.RecoverPool::new);
    String answer = state.step(event, turn).answer();
    order("recover", node.map(Object::toString).orElse("pool"), by, reason, answer, turn);
    return answer;
  }

  String activatePrimary(String by, String reason, Turn turn) {
    String answer = state.step(new PoolEvent.ActivatePrimary(), turn).answer();
    order("activate-primary", state.service.pool().name(), by, reason, answer, turn);
    return answer;
  }

  String override(BrainEvent.OperatorOverride e, Turn turn) {
    NodeOverride merged = overrides.merged(e.node(), e.what());
    NodeTrack t = state.trackOrNull(e.node());
    boolean hopeless =
        e.what().pins()
            && t != null
            && t.facts().isPresent()
            && !t.deadManAlive()
            && !state.isActive(e.node());
    // Else the ACTIVE node would be fenced first for one that cannot follow it.
    String answer =
        hopeless
            ? "ERROR: %s cannot be made ACTIVE: %s".formatted(e.node(), NodeTrack.NO_DEAD_MAN)
            : state.step(new PoolEvent.SetOverride(e.node(), merged), turn).answer();
    if (answer.startsWith("OK")) {
      OverrideView view = new OverrideView(merged, e.untilWallMillis(), e.by(), e.reason());
      overrides.put(e.node(), view, e.lasts(), turn.now());
      turn.add(new BrainCommand.KeepOverride(state.service.name(), e.node(), Optional.of(view)));
    }
    order("set " + e.what(), e.node().toString(), e.by(), e.reason(), answer, turn);
    return answer;
  }

  String lift(BrainEvent.OperatorLift e, Turn turn) {
    boolean none = overrides.of(e.node()).isEmpty();
    String answer =
        none && state.pool().node(e.node()).isPresent()
            ? "OK: " + e.node() + " has no override"
            : lift(e.node(), turn);
    order("unset", e.node().toString(), e.by(), e.reason(), answer, turn);
    return answer;
  }

  private String lift(NodeAddress node, Turn turn) {
    String answer = state.step(new PoolEvent.SetOverride(node, NodeOverride.NONE), turn).answer();
    if (overrides.remove(node).isPresent()) {
      turn.add(new BrainCommand.KeepOverride(state.service.name(), node, Optional.empty()));
      turn.add(new BrainCommand.PollWithin(state.service.name(), node, 0));
    }
    return answer;
  }

  /** Held states are in force before the first poll; ACTIVE waits until the node answers one. */
  void restored(BrainEvent.OverrideRestored e, Turn turn) {
    if (state.pool().node(e.node()).isPresent()) {
      overrides.put(e.node(), e.override(), e.lasts(), turn.now());
      state.step(new PoolEvent.SetOverride(e.node(), e.override().what()), turn);
    }
  }

  Optional<OverrideView> override(NodeAddress node) {
    return overrides.of(node);
  }

  boolean any() {
    return overrides.any();
  }

  /** Ends what is over, and puts in force what could not be at the start. */
  void watch(Turn turn) {
    if (!overrides.any()) {
      return;
    }
    for (NodeAddress node : overrides.ended(turn.now())) {
      OverrideView was = overrides.of(node).orElseThrow();
      String answer = lift(node, turn);
      state.journal(
          turn,
          "override",
          node.toString(),
          was.what().toString(),
          "",
          "its time is over; it was set by %s: %s — %s".formatted(was.by(), was.reason(), answer));
    }
    for (PoolState.Node n : state.pool().nodes()) {
      Optional<OverrideView> wanted = overrides.of(n.address());
      if (wanted.isPresent() && !wanted.get().what().equals(n.override())) {
        state.step(new PoolEvent.SetOverride(n.address(), wanted.get().what()), turn);
      }
    }
  }

  private void order(
      String what, String subject, String by, String reason, String answer, Turn turn) {
    String why = reason.isEmpty() ? "" : reason + " — ";
    state.journal(turn, "operator", subject, "", what, why + answer, by);
  }
}
