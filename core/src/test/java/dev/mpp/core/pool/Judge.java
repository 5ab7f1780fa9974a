package dev.mpp.core.pool;

import org.jspecify.annotations.Nullable;

/** Watches one play. */
interface Judge {
  /**
   * @param servers as they are after the step
   * @return what is wrong; null when nothing is
   */
  @Nullable String judge(PoolEvent event, PoolState before, PoolStep step, Servers servers);

  /** MPP restarted: no step, a new beginning with what was kept. */
  @Nullable String restarted(PoolState before, PoolState after);

  /** What the judge needs to know before the first event. */
  interface Bench {
    Judge seat(PoolConfig config);
  }
}
