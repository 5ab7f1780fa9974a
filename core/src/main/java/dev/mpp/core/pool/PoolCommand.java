package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;

/** What the pool logic asks for. The answer comes back as an event. */
public sealed interface PoolCommand {
  NodeAddress node();

  /** Make the node writable; answered by {@code Promoted} or {@code PromotionFailed}. */
  record Promote(NodeAddress node, String reason) implements PoolCommand {}

  /** Make the node refuse writes; repeated by the shell until it can answer {@code Fenced}. */
  record Fence(NodeAddress node, String reason) implements PoolCommand {}
}
