package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.pool.Failback;
import dev.mpp.core.pool.RoleRule;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** No order of faults, late answers and operators' orders opens two servers of a site. */
final class LocalPoolTest {
  private static final int SEEDS = Integer.getInteger("mpp.local.seeds", 400);

  @Test
  void neverMoreWritableServersThanTheRuleAllowsAndOneAfterEverythingHealed() {
    for (long seed = 0; seed < SEEDS; seed++) {
      SplittableRandom shape = new SplittableRandom(seed);
      int nodes = 1 + shape.nextInt(3);
      RoleRule rule =
          shape.nextInt(3) == 0
              ? new RoleRule.Cluster(1, 1 + shape.nextInt(nodes))
              : new RoleRule.Failover(Failback.values()[shape.nextInt(3)]);
      LocalPool pool = new LocalPool(seed, nodes, rule);
      pool.run(12_000);
      for (int i = 0; i < 40; i++) {
        pool.disturb();
        pool.run(shape.nextInt(4000));
      }
      pool.heal();
      pool.run(60_000);
      assertEquals(List.of(), pool.violations, "seed " + seed + " " + rule);
      long writable = pool.servers.values().stream().filter(LocalPool.Server::writable).count();
      int expected = rule instanceof RoleRule.Cluster c ? c.max() : 1;
      assertEquals(
          expected,
          writable,
          () -> rule + "\n" + String.join("\n", pool.story) + "\n" + pool.brain.pool(LocalPool.S));
    }
  }
}
