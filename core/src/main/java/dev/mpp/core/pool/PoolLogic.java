package dev.mpp.core.pool;

/**
 * Decides the states of the nodes of one pool (BEHAVIOUR sections 3 to 5). Deterministic: the same
 * state and event give the same step; it knows no time, does no I/O, keeps nothing.
 */
public interface PoolLogic {
  PoolStep step(PoolState state, PoolEvent event);
}
