package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.mysql.Encryption;
import dev.mpp.node.mysql.Eventually;
import dev.mpp.node.mysql.Figures;
import dev.mpp.node.mysql.Handshakes;
import dev.mpp.node.mysql.MariaDbProcess;
import dev.mpp.node.mysql.MySqlServer;
import dev.mpp.node.mysql.MySqlServers;
import dev.mpp.node.mysql.ServerOptions;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Hundreds of nodes at one second from one process, with real connections: two servers stand for
 * all of them, reached under as many addresses. {@code -Dmpp.scale.nodes=3000} is the size of
 * docs/performance.md, which needs a machine with nothing else to do; what is asserted holds on a
 * slow one as well.
 */
class ScaleTest {
  private static final int NODES = Integer.getInteger("mpp.scale.nodes", 600);
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final CountedServer.InFlight inFlight = new CountedServer.InFlight();
  private final AtomicLong events = new AtomicLong();
  private final long opened = System.nanoTime();

  @Test
  void everyCycleOfEveryNodeIsPolledOrCountedAsSkipped() throws Exception {
    try (MariaDbProcess one = server(71);
        MariaDbProcess two = server(72)) {
      ManyNodes nodes = new ManyNodes(one.address().port(), two.address().port());
      List<CountedServer> servers = new ArrayList<>();
      List<NodePoller> pollers = new ArrayList<>();
      try {
        open(nodes, servers, pollers);
        measure(servers, pollers);
      } finally {
        pollers.forEach(NodePoller::close);
        servers.forEach(CountedServer::close);
      }
    }
  }

  private static MariaDbProcess server(int id) throws Exception {
    return MariaDbProcess.start(
        id,
        "--bind-address=0.0.0.0",
        "--max-connections=9000",
        "--open-files-limit=20000",
        "--thread-handling=pool-of-threads",
        "--thread-pool-size=2",
        "--net-buffer-length=1024",
        "--back-log=4096",
        // Of many servers each gets one login; these two get half of all at the same time.
        "--connect-timeout=60");
  }

  private void open(ManyNodes nodes, List<CountedServer> servers, List<NodePoller> pollers) {
    Handshakes handshakes = Handshakes.perCore();
    SplittableRandom chance = new SplittableRandom(20261121);
    for (int i = 0; i < NODES; i++) {
      ServerOptions options =
          ServerOptions.of(
              nodes.address(i),
              ManyNodes.service(i / 3).name(),
              MariaDbProcess.MANAGER.with(Encryption.plain()),
              Duration.ofSeconds(30));
      MySqlServer server = MySqlServers.open(options, handshakes);
      servers.add(new CountedServer(server, inFlight));
      pollers.add(
          new NodePoller(
              ManyNodes.service(i / 3),
              servers.getLast(),
              ManyNodes.INTERVAL,
              NodePoller.spread(i, NODES),
              PollClock.system(),
              chance.split(),
              event -> events.incrementAndGet()));
    }
    pollers.forEach(NodePoller::start);
  }

  private void measure(List<CountedServer> servers, List<NodePoller> pollers) throws Exception {
    long took =
        Eventually.within(
            Duration.ofSeconds(120),
            "every node has answered",
            () -> servers.stream().allMatch(CountedServer::answered));
    Figures.note(NODES + " nodes: from the start until all have answered, ms", took / 1_000_000);
    Figures.note(NODES + " nodes: most polls at a time meanwhile", inFlight.most());

    inFlight.reset();
    long[] skipped = pollers.stream().mapToLong(NodePoller::skipped).toArray();
    long begin = System.nanoTime();
    long cpu = cpu();
    long before = events.get();
    Eventually.within(
        WINDOW.plusSeconds(5),
        "the window is over",
        () -> System.nanoTime() - begin >= WINDOW.toNanos());
    double seconds = (System.nanoTime() - begin) / 1e9;
    long polls = events.get() - before;
    Figures.note(NODES + " nodes: polls per second", Math.round(polls / seconds));
    Figures.note(NODES + " nodes: most polls at a time", inFlight.most());
    Figures.note(
        NODES + " nodes: processor time of the process per poll, us",
        Math.round((cpu() - cpu) / 1e3 / polls));
    Figures.note(
        NODES + " nodes: heap in use, MB",
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20);

    long lost = 0;
    for (int i = 0; i < NODES; i++) {
      CountedServer s = servers.get(i);
      assertFalse(s.overlapped(), s.address() + " was polled twice at a time");
      assertEquals(0, s.failures(), s.address() + " failed a poll: " + s.lastError());
      assertFalse(s.startsSince(begin).isEmpty(), s.address() + " was not polled any more");
      assertCyclesAddUp(s, pollers.get(i));
      lost += pollers.get(i).skipped() - skipped[i];
    }
    Figures.note(NODES + " nodes: cycles skipped", lost);
  }

  /** From the first poll on, every second has a poll or is counted as skipped; none has two. */
  private void assertCyclesAddUp(CountedServer server, NodePoller poller) {
    List<Long> starts = server.startsSince(opened);
    long skips = poller.skipped();
    double least = (starts.getLast() - starts.getFirst()) / 1e9 - 1.1;
    double most = (System.nanoTime() - opened) / 1e9 + 1.1;
    long cycles = starts.size() - 1 + skips;
    assertTrue(
        least <= cycles && cycles <= most,
        () ->
            "%s: %d polls and %d skipped cycles, which is not %.1f to %.1f"
                .formatted(server.address(), starts.size(), skips, least, most));
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
