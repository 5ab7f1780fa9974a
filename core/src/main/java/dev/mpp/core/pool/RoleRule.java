package dev.mpp.core.pool;

/** How many nodes of a pool are ACTIVE, and who. Each rule has its own {@link PoolLogic}. */
public sealed interface RoleRule {

  /** At most one ACTIVE node; the PRIMARY by preference. */
  record Failover(Failback failback) implements RoleRule {}

  /**
   * Several ACTIVE nodes at once, by priority.
   *
   * @param min with fewer usable nodes the pool as a whole is FAIL; 1 or more
   * @param max no more are made ACTIVE; at least {@code min}
   */
  record Cluster(int min, int max) implements RoleRule {
    public Cluster {
      if (min < 1 || max < min) {
        throw new IllegalArgumentException(
            "active " + min + ".." + max + " is not 1 <= min <= max");
      }
    }
  }

  RoleRule DEFAULT = new Failover(Failback.AUTO);
}
