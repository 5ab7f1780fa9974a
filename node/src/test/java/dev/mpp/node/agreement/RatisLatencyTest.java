package dev.mpp.node.agreement;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.model.SiteId;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prints what a proposal costs; asserts nothing about time. */
class RatisLatencyTest {
  private static final int COUNT = 30;

  @TempDir Path directory;

  @Test
  void prints() throws Exception {
    try (RatisCluster cluster = new RatisCluster(directory, 3, 2000).startAll(true)) {
      SiteId leader = cluster.leader();
      SiteId follower = cluster.follower();
      for (int i = 0; i < 10; i++) {
        cluster.beat(leader);
        cluster.beat(follower);
      }
      long cpu = ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
      long wall = System.nanoTime();
      long[] fromLeader = new long[COUNT];
      long[] fromFollower = new long[COUNT];
      for (int i = 0; i < COUNT; i++) {
        fromLeader[i] = once(cluster, leader);
        TimeUnit.MILLISECONDS.sleep(125);
        fromFollower[i] = once(cluster, follower);
        TimeUnit.MILLISECONDS.sleep(125);
      }
      cpu = ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() - cpu;
      wall = (System.nanoTime() - wall) / 1_000_000;
      print("leader", fromLeader);
      print("follower", fromFollower);
      System.out.printf(
          "[measured] three members: %.1f %% CPU, %d platform threads%n",
          100.0 * cpu / wall, ManagementFactory.getThreadMXBean().getThreadCount());
    }
  }

  private static long once(RatisCluster cluster, SiteId from) throws Exception {
    long before = System.nanoTime();
    cluster
        .run(from)
        .agreement
        .propose(new LedgerCommand.Beat(cluster.origin(from)))
        .get(5, TimeUnit.SECONDS);
    return System.nanoTime() - before;
  }

  private static void print(String from, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        "[measured] propose from the %s: p50 %.1f ms, p99 %.1f ms%n",
        from, nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 99 / 100] / 1e6);
  }
}
