package dev.mpp.node;

import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.CheckpointBoard;
import dev.mpp.core.plan.SiteBrain;
import dev.mpp.core.pool.PoolConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A site with a thousand services of three nodes, all reached under loopback addresses. */
final class ManyNodes {
  static final int POOLS = 1_000;
  static final int NODES = 3 * POOLS;
  static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final SiteId SELF = new SiteId("site1");

  private final int[] ports;

  /**
   * @param ports of the servers that stand for all of them, in turn
   */
  ManyNodes(int... ports) {
    this.ports = ports;
  }

  static ServiceName service(int pool) {
    return new ServiceName("service" + pool + ".example.com");
  }

  /** Node {@code index}, three to a pool. */
  NodeAddress address(int index) {
    return new NodeAddress(
        "127.%d.%d.%d".formatted(1 + (index >> 14), (index >> 7) & 127, 1 + (index & 127)),
        ports[index % ports.length]);
  }

  SiteBrain brain(long now) {
    List<BrainConfig.Service> services = new ArrayList<>();
    for (int pool = 0; pool < POOLS; pool++) {
      services.add(config(pool));
    }
    long ms = 1_000_000;
    return new SiteBrain(
        new BrainConfig(
            SELF,
            "1",
            false,
            "test",
            "",
            new LeaseTiming(6_000 * ms, 500 * ms, 1_500 * ms, 0.001, 100 * ms, 4_000 * ms),
            2_500 * ms,
            Map.of(SELF, new BrainConfig.Member(false, 1)),
            services,
            List.of()),
        new CheckpointBoard(List.of(), true),
        Map.of(),
        now);
  }

  private BrainConfig.Service config(int pool) {
    List<PoolConfig.Member> nodes = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      nodes.add(
          new PoolConfig.Member(
              address(3 * pool + n), n == 0 ? NodeType.PRIMARY : NodeType.SECONDARY));
    }
    return new BrainConfig.Service(
        service(pool),
        false,
        false,
        PoolConfig.failover("pool" + pool, nodes),
        Map.of(SELF, nodes.stream().map(PoolConfig.Member::address).toList()),
        Reach.GLOBAL,
        false,
        30,
        Duration.ofSeconds(60).toNanos(),
        INTERVAL.toNanos(),
        INTERVAL.toNanos() / 4);
  }
}
