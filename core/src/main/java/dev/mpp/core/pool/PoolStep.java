package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import java.util.List;

/**
 * Result of one event.
 *
 * @param transitions changes of state, in order, for the journal
 * @param answer what to tell the operator who caused the event; empty for other events
 */
public record PoolStep(
    PoolState state, List<PoolCommand> commands, List<Transition> transitions, String answer) {

  public PoolStep {
    commands = List.copyOf(commands);
    transitions = List.copyOf(transitions);
  }

  /** A node changed state. */
  public record Transition(
      NodeAddress node, State from, State to, Status status, int req, String reason) {}
}
