package dev.mpp.core.pool;

import java.util.Optional;

/**
 * Decides the states of the nodes of one pool (BEHAVIOUR sections 3 to 5). Deterministic: the same
 * state and event give the same step; it knows no time, does no I/O, keeps nothing.
 */
public interface PoolLogic {
  PoolStep step(PoolState state, PoolEvent event);

  /** Why the pool as a whole is FAIL by what its nodes are; empty when it is not. */
  Optional<String> unfit(PoolState state);

  /** The logic of a rule. */
  static PoolLogic of(RoleRule rule) {
    return switch (rule) {
      case RoleRule.Failover _ -> new FailoverPool();
      case RoleRule.Cluster _ -> new ClusterPool();
    };
  }
}
