package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.NodePoller;
import dev.mpp.node.PollClock;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A real server whose answers take longer than the interval: 350 ms at 300 ms. */
class SlowPollTest {
  private static final Duration INTERVAL = Duration.ofMillis(300);
  private static final int POLLS = 12;

  @Test
  void everyCycleIsEitherPolledOrCountedAsSkipped() throws Exception {
    try (MariaDbProcess mariadb = MariaDbProcess.start(61);
        DelayingProxy proxy = new DelayingProxy(mariadb.address().port())) {
      NodeAddress address = new NodeAddress("127.0.0.1", proxy.port());
      ServerOptions options =
          ServerOptions.of(address, "orders", MariaDbProcess.MANAGER, Duration.ofSeconds(5));
      try (MySqlServer server = MySqlServers.open(options)) {
        Eventually.within(
            Duration.ofSeconds(10),
            "the server answers",
            () -> server.poll() instanceof MySqlServer.Poll.Answered);
        proxy.delay(Duration.ofMillis(350));
        poll(server);
      }
    }
  }

  private static void poll(MySqlServer server) throws Exception {
    long begin = System.nanoTime();
    Semaphore answered = new Semaphore(0);
    try (NodePoller poller =
        new NodePoller(
            new ServiceName("orders.example.com"),
            server,
            INTERVAL,
            Duration.ZERO,
            PollClock.system(),
            new Random(7),
            event -> {
              if (event instanceof BrainEvent.NodeAnswered) {
                answered.release();
              }
            })) {
      poller.start();
      assertTrue(answered.tryAcquire(POLLS, 30, TimeUnit.SECONDS), "only " + answered);
      long cycles = Math.ceilDiv(System.nanoTime() - begin, INTERVAL.toNanos());
      long skipped = poller.skipped();
      Figures.note("350 ms polls at 300 ms: polls/skipped", POLLS + "/" + skipped);
      assertEquals(cycles, POLLS + skipped, "a cycle is neither polled nor counted");
      assertTrue(skipped >= POLLS, "skipped " + skipped);
    }
  }
}
