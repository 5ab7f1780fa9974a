package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.mysql.MySqlServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/** The production poller on a clock that only polls and waits move. */
class NodePollerTest {
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final long MAX_JITTER = 50_000_000L;

  /** Time passes when somebody waits for it. */
  private static final class Clock implements PollClock {
    private long now = -5_000_000_000L;

    @Override
    public long nanos() {
      return now;
    }

    @Override
    public long wallMillis() {
      return now / 1_000_000;
    }

    @Override
    public void awaitUntil(long instant, Condition changed) {
      now = Math.max(now, instant);
    }
  }

  /** Answers every poll after the time it is told to take. */
  private static class Server implements MySqlServer {
    private final Clock clock;
    private final Duration takes;
    private final boolean healthy;
    private final List<Long> starts = new ArrayList<>();
    private int running;
    private Runnable lost = () -> {};

    Server(Clock clock, Duration takes, boolean healthy) {
      this.clock = clock;
      this.takes = takes;
      this.healthy = healthy;
    }

    @Override
    public Poll poll() {
      assertEquals(1, ++running, "two polls at a time");
      starts.add(clock.now);
      clock.now += takes.toNanos();
      running--;
      return healthy
          ? new Poll.Answered(
              new ServerFacts(
                  "11.4.5-MariaDB",
                  true,
                  GtidSet.parse(""),
                  Optional.empty(),
                  ServerFacts.SemiSync.OFF,
                  true))
          : new Poll.ConnectFailed(PollTrouble.NO_ANSWER, "no answer in time");
    }

    @Override
    public NodeAddress address() {
      return new NodeAddress("127.0.0.1", 3306);
    }

    @Override
    public void onConnectionLost(Runnable listener) {
      lost = listener;
    }

    @Override
    public Fence fence(Duration budget, String reason) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void holdDeadManUntil(long nanos) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void takeDeadManUntil(long nanos) {
      holdDeadManUntil(nanos);
    }

    @Override
    public void dropDeadMan() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Prepared prepare(Duration budget) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Promoted makeWritable(String service, long epoch, String site, Duration budget) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Change startReplication(Duration budget) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Change follow(NodeAddress source, Duration budget) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Change stopReplication(Duration budget) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Change semiSyncSource(boolean on, Duration budget) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException();
    }
  }

  private final Clock clock = new Clock();
  private final List<Long> skippedAfter = new ArrayList<>();

  /** Runs {@code polls} polls; after each one the brain's part is played by {@code brain}. */
  private NodePoller run(Server server, int polls, Duration spread, Brain brain) throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    NodePoller[] poller = new NodePoller[1];
    poller[0] =
        new NodePoller(
            new ServiceName("orders.example.com"),
            server,
            INTERVAL,
            spread,
            clock,
            new Random(42),
            event -> {
              skippedAfter.add(poller[0].skipped());
              if (server.starts.size() == polls) {
                poller[0].close();
                over.countDown();
              }
              brain.heard(event, poller[0]::within);
            });
    poller[0].start();
    assertTrue(over.await(10, TimeUnit.SECONDS), "polls so far: " + server.starts.size());
    return poller[0];
  }

  private interface Brain {
    void heard(BrainEvent event, LongConsumer pollWithin);
  }

  private static final Brain STEADY = (event, within) -> within.accept(INTERVAL.toNanos());

  private static Brain retrying(Duration retry) {
    return (event, within) -> within.accept(retry.toNanos());
  }

  private List<Long> gapsInSeconds(Server server) {
    List<Long> gaps = new ArrayList<>();
    for (int i = 1; i < server.starts.size(); i++) {
      long gap = server.starts.get(i) - server.starts.get(i - 1);
      gaps.add(Math.round(gap / 1e9));
      assertTrue(
          Math.abs(gap - gaps.getLast() * 1_000_000_000L) <= MAX_JITTER, "off the grid: " + gap);
    }
    return gaps;
  }

  @Test
  void aPollThatOutlastsItsIntervalDelaysTheNextAndEachMissedCycleIsCountedOnce() throws Exception {
    Server server = new Server(clock, Duration.ofSeconds(35), true);
    NodePoller poller = run(server, 20, Duration.ZERO, STEADY);
    assertEquals(20, poller.skipped());
    assertEquals(List.of(1L, 2L, 3L), skippedAfter.subList(0, 3));
    gapsInSeconds(server).forEach(gap -> assertEquals(60, gap));
  }

  @Test
  void aPollOfSeveralIntervalsSkipsThemAll() throws Exception {
    Server server = new Server(clock, Duration.ofSeconds(95), true);
    assertEquals(15, run(server, 5, Duration.ZERO, STEADY).skipped());
    gapsInSeconds(server).forEach(gap -> assertEquals(120, gap));
  }

  @Test
  void aPollThatFitsSkipsNothingAndStartsDoNotDrift() throws Exception {
    Server server = new Server(clock, Duration.ofSeconds(29), true);
    assertEquals(0, run(server, 20, Duration.ZERO, STEADY).skipped());
    gapsInSeconds(server).forEach(gap -> assertEquals(30, gap));
    long drift = server.starts.getLast() - server.starts.getFirst() - 19 * INTERVAL.toNanos();
    assertTrue(Math.abs(drift) <= MAX_JITTER, "drift " + drift);
    assertTrue(
        server.starts.stream().map(s -> s % INTERVAL.toNanos()).distinct().count() > 5,
        "no jitter: many pollers would march in step");
  }

  @Test
  void aFailedNodeIsPolledAtTheRetryIntervalAndMissedRetriesAreCounted() throws Exception {
    Duration retry = Duration.ofMillis(7_500);
    Server fits = new Server(clock, Duration.ofSeconds(7), false);
    assertEquals(0, run(fits, 20, Duration.ZERO, retrying(retry)).skipped());
    for (int i = 1; i < 20; i++) {
      assertEquals(retry.toNanos(), fits.starts.get(i) - fits.starts.get(i - 1));
    }

    // The first poll had 30 seconds; each of the 19 others misses the retry after its own start.
    Server outlasts = new Server(clock, Duration.ofMillis(8_750), false);
    assertEquals(19, run(outlasts, 20, Duration.ZERO, retrying(retry)).skipped());
    for (int i = 1; i < 20; i++) {
      assertEquals(2 * retry.toNanos(), outlasts.starts.get(i) - outlasts.starts.get(i - 1));
    }
  }

  @Test
  void aLostConnectionIsPolledAtOnceAndTheGridStays() throws Exception {
    Server server = new Server(clock, Duration.ofMillis(1), true);
    run(
        server,
        4,
        Duration.ZERO,
        (event, within) -> {
          if (server.starts.size() == 2) {
            clock.now += Duration.ofSeconds(10).toNanos();
            server.lost.run();
          }
        });
    assertEquals(List.of(30L, 10L, 20L), gapsInSeconds(server));
    assertEquals(0L, skippedAfter.getLast());
  }

  @Test
  void theFirstPollKeepsItsPlaceWhateverIsAsked() throws Exception {
    Duration place = NodePoller.spread(1_500, 3_000);
    assertEquals(500, place.toMillis(), 1);
    assertEquals(Duration.ofMillis(2), NodePoller.spread(2, 3));
    Server server = new Server(clock, Duration.ofMillis(1), true);
    long now = clock.now;
    run(server, 1, place, STEADY);
    assertEquals(now + place.toNanos(), server.starts.getFirst());
  }

  @Test
  void aFrozenProcessCountsWhatItMissed() throws Exception {
    Server server = new Server(clock, Duration.ofSeconds(1), true);
    run(
        server,
        3,
        Duration.ZERO,
        (event, within) -> {
          if (server.starts.size() == 1) {
            clock.now += Duration.ofSeconds(100).toNanos();
          }
        });
    // Started for the cycle at 30 s, late at 101 s; those at 60 s and 90 s are gone.
    assertEquals(2L, skippedAfter.getLast());
    assertEquals(List.of(101L, 19L), gapsInSeconds(server));
  }

  @Test
  void aDefectInReadingAnAnswerIsAFailedPollAndThePollsGoOn() throws Exception {
    Server server =
        new Server(clock, Duration.ofSeconds(1), true) {
          @Override
          public Poll poll() {
            Poll unused = super.poll();
            throw new IllegalStateException("unexpected column");
          }
        };
    List<BrainEvent> heard = new CopyOnWriteArrayList<>();
    run(server, 3, Duration.ZERO, (event, within) -> heard.add(event));
    for (BrainEvent event : heard) {
      assertTrue(
          event instanceof BrainEvent.NodeUnreachable u && u.error().contains("unexpected column"),
          event.toString());
    }
  }
}
