package dev.mpp.chaos.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.infra.Blackhole;

/** That every benchmark starts and measures what it says; nothing about how fast. */
class BenchSmokeTest {
  /** JMH's own words for wanting one of one's own. */
  private static final Blackhole SINK =
      new Blackhole(
          "Today's password is swordfish. I understand instantiating Blackholes directly is"
              + " dangerous.");

  @Test
  void aSettledPoolKeepsItsActiveNode() {
    PoolBenchmark pool = new PoolBenchmark();
    pool.pools = 2;
    pool.settle();
    for (int i = 0; i < 10; i++) {
      assertTrue(pool.cycle().state().active().isPresent());
      pool.nodeByNode(SINK);
    }
  }

  @Test
  void aSettledSiteServesForASecondWithoutAnythingToDo() {
    BrainBenchmark brain = new BrainBenchmark();
    brain.services = 5;
    brain.settle();
    BrainBenchmark.Loop loop = new BrainBenchmark.Loop();
    for (int i = 0; i < 10; i++) {
      brain.second(loop);
      brain.tick();
      brain.nodeAnswered();
    }
    assertEquals(10, loop.seconds);
    assertTrue(loop.brainNanos > 0);
    brain.view().pools().forEach(p -> assertTrue(p.reason().contains("ACTIVE"), p.reason()));
  }

  @Test
  void pollsAreComparedWithScripts() throws Exception {
    PollsBenchmark.Size size = new PollsBenchmark.Size(20, Duration.ofSeconds(2), 10, 1);
    PollsBenchmark.Result r =
        new PollsBenchmark(
                size, new PrintStream(PrintStream.nullOutputStream(), true, StandardCharsets.UTF_8))
            .run();
    assertTrue(r.clientPerPoll() > 0 && r.oneConnection() > 0 && r.pollers() > 0, r.toString());
    assertFalse(Double.isNaN(r.ratio()));
  }

  @Test
  void beingPolledCostsConnections() throws Exception {
    PolledBenchmark.Result r =
        new PolledBenchmark(
                Duration.ofSeconds(2),
                null,
                new PrintStream(PrintStream.nullOutputStream(), true, StandardCharsets.UTF_8))
            .run();
    assertEquals(5, r.rows().size(), r.toString());
    assertEquals(0, r.rows().getFirst().connections());
    assertEquals(0, r.added(r.rows().getFirst()));
    for (PolledBenchmark.Row row : r.rows().subList(1, 5)) {
      assertTrue(
          row.connections() >= 5 && row.connections() <= 7 + Math.min(1, row.logins()),
          row.toString());
      assertTrue(row.polls() > 0 && row.statements() >= row.polls(), row.toString());
    }
  }

  @Test
  void aFenceIsJudged() throws Exception {
    FenceBenchmark.Result r =
        new FenceBenchmark(
                new FenceBenchmark.Size(2, 4),
                null,
                new PrintStream(PrintStream.nullOutputStream(), true, StandardCharsets.UTF_8))
            .run();
    assertEquals(2, r.runs().size());
    for (FenceBenchmark.Run run : r.runs()) {
      assertTrue(run.sound() && run.acknowledged() >= 40, run.toString());
    }
  }
}
