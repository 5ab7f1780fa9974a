package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
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
   * FAIL. Withdrawn, the ACTIVE node is fenced at once.
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

  /** Operator: {@code mpp recover NODE}. */
  record Recover(NodeAddress node) implements PoolEvent {}

  /** Operator: {@code mpp recover --pool}. */
  record RecoverPool() implements PoolEvent {}

  /** Operator: make the PRIMARY ACTIVE. */
  record ActivatePrimary() implements PoolEvent {}
}
