package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import java.util.Map;

/** What can happen to a pool. */
public sealed interface PoolEvent {

  /** Poll results of one cycle: of all nodes, or of the one that was just polled. */
  record Polled(Map<NodeAddress, PollResult> results) implements PoolEvent {
    public Polled {
      results = Map.copyOf(results);
    }
  }

  /**
   * Whether a node of this pool may be ACTIVE: the site holds a fresh lease and the pool is not
   * FAIL. Withdrawn, every ACTIVE node is fenced at once.
   */
  record Permission(boolean allowed, String reason) implements PoolEvent {}

  /** A promotion that was commanded is done: the node was read back writable. */
  record Promoted(NodeAddress node) implements PoolEvent {}

  /** A promotion that was commanded did not happen; the node is still fenced. */
  record PromotionFailed(NodeAddress node, String error) implements PoolEvent {}

  /** A fence that was commanded is verified, or the time after which the dead-man did it passed. */
  record Fenced(NodeAddress node, String detail) implements PoolEvent {}

  /** The hold-down of a FAILED node passed without a failing poll and its data is proven clean. */
  record ProvenClean(NodeAddress node, String proof) implements PoolEvent {}

  /** A pool that was FAIL may serve again: its nodes are judged anew (BEHAVIOUR section 8). */
  record Returned(String proof) implements PoolEvent {}

  /**
   * Paused: nobody new is promoted and nobody stands down but for safety. The node that is ACTIVE
   * keeps the role whatever its polls say, and gets it back if it was fenced meanwhile.
   */
  record Paused(boolean paused) implements PoolEvent {}

  /** Operator: {@code mpp recover NODE}. */
  record Recover(NodeAddress node) implements PoolEvent {}

  /** Operator: {@code mpp recover --pool}. */
  record RecoverPool() implements PoolEvent {}

  /** Operator: make the PRIMARY ACTIVE. */
  record ActivatePrimary() implements PoolEvent {}

  /** Operator: this override and no other from now on; {@link NodeOverride#NONE} lifts it. */
  record SetOverride(NodeAddress node, NodeOverride override) implements PoolEvent {}
}
