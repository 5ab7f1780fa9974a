package dev.mpp.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.checkpoints.CheckpointRunner.Result;
import dev.mpp.checkpoints.CheckpointRunner.Task;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Profile;
import dev.mpp.core.reach.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CheckpointRunnerTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Verdict OK = new Verdict(true, "connected", 1);

  private static CheckpointSpec spec(String host, Duration interval) {
    Profile profile = Profile.DEFAULT.withPort(80).withTimes(Duration.ofSeconds(4), interval);
    return CheckpointSpec.parse("edge:simple:" + host + ":p", Map.of("p", profile));
  }

  /** Time that passes only when somebody sleeps: one checkpoint's schedule, without waiting. */
  private static final class Jumping implements Pacer {
    final AtomicLong now = new AtomicLong();
    final List<Long> starts = new ArrayList<>();
    final int cycles;

    Jumping(int cycles) {
      this.cycles = cycles;
    }

    @Override
    public long nanos() {
      return now.get();
    }

    @Override
    public void sleepUntil(long instant) throws InterruptedException {
      if (starts.size() == cycles) {
        new CountDownLatch(1).await();
      }
      now.set(Math.max(now.get(), instant));
      starts.add(now.get());
    }
  }

  /** Runs {@code cycles} cycles of one checkpoint; the probe takes {@code takes} nanoseconds. */
  private static List<Result> play(Jumping pacer, long takes, long seed) throws Exception {
    BlockingQueue<Result> results = new LinkedBlockingQueue<>();
    Task task =
        new Task(
            spec("10.0.0.1", Duration.ofSeconds(1)),
            () -> {
              pacer.now.addAndGet(takes);
              return OK;
            });
    List<Result> taken = new ArrayList<>();
    try (CheckpointRunner runner =
        CheckpointRunner.start(
            List.of(task), 64, pacer, new SplittableRandom(seed), results::add)) {
      assertTrue(runner != null);
      while (taken.size() < pacer.cycles) {
        Result result = results.poll(10, TimeUnit.SECONDS);
        assertTrue(result != null, "no result after " + taken);
        taken.add(result);
      }
    }
    return taken;
  }

  @Test
  void everyCycleStartsOnTheGridWithinATenth() throws Exception {
    Jumping pacer = new Jumping(50);
    List<Result> results = play(pacer, 1000, 7);
    long first = pacer.starts.getFirst();
    assertTrue(first < SECOND);
    for (int i = 1; i < 50; i++) {
      long off = pacer.starts.get(i) - first - i * SECOND;
      assertTrue(off >= 0 && off < SECOND / 10, "cycle " + i + " is off by " + off);
    }
    assertEquals(0, results.getLast().skipped());
  }

  @Test
  void theSeedDecidesTheSchedule() throws Exception {
    Jumping one = new Jumping(10);
    Jumping same = new Jumping(10);
    Jumping other = new Jumping(10);
    play(one, 1000, 1);
    play(same, 1000, 1);
    play(other, 1000, 2);
    assertEquals(one.starts, same.starts);
    assertNotEquals(one.starts, other.starts);
  }

  @Test
  void aProbeThatOutlastsItsIntervalSkipsCycles() throws Exception {
    Jumping pacer = new Jumping(10);
    List<Result> results = play(pacer, 2 * SECOND + SECOND / 2, 3);
    for (int i = 0; i < 10; i++) {
      assertEquals(2L * (i + 1), results.get(i).skipped(), "cycle " + i);
    }
    long apart = pacer.starts.get(1) - pacer.starts.get(0);
    assertTrue(apart >= 3 * SECOND, "the next start was " + apart + " ns later");
  }

  @Test
  void checkpointsDoNotWaitForEachOther() throws Exception {
    BlockingQueue<Result> results = new LinkedBlockingQueue<>();
    CountDownLatch never = new CountDownLatch(1);
    Task stuck =
        new Task(
            spec("10.0.0.1", Duration.ofMillis(100)),
            () -> {
              never.await();
              return OK;
            });
    Task quick = new Task(spec("10.0.0.2", Duration.ofMillis(100)), () -> OK);
    try (CheckpointRunner runner =
        CheckpointRunner.start(
            List.of(stuck, quick), 64, Pacer.system(), new SplittableRandom(1), results::add)) {
      assertTrue(runner != null);
      for (int i = 0; i < 3; i++) {
        Result result = results.poll(10, TimeUnit.SECONDS);
        assertTrue(result != null && result.spec().host().equals("10.0.0.2"), "" + result);
      }
    }
  }

  @Test
  void aCheckpointNeverOverlapsItself() throws Exception {
    BlockingQueue<Result> results = new LinkedBlockingQueue<>();
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean overlapped = new AtomicBoolean();
    Task slow =
        new Task(
            spec("10.0.0.1", Duration.ofMillis(100)),
            () -> {
              overlapped.compareAndSet(false, inside.incrementAndGet() > 1);
              TimeUnit.MILLISECONDS.sleep(250);
              inside.decrementAndGet();
              return OK;
            });
    try (CheckpointRunner runner =
        CheckpointRunner.start(
            List.of(slow), 64, Pacer.system(), new SplittableRandom(1), results::add)) {
      assertTrue(runner != null);
      Result last = null;
      for (int i = 0; i < 3; i++) {
        last = results.poll(10, TimeUnit.SECONDS);
        assertTrue(last != null);
      }
      assertTrue(last.skipped() >= 6, "" + last);
    }
    assertFalse(overlapped.get());
  }

  @Test
  void whatBreaksDoesNotStopTheSchedule() throws Exception {
    BlockingQueue<Result> results = new LinkedBlockingQueue<>();
    Task broken =
        new Task(
            spec("10.0.0.1", Duration.ofMillis(100)),
            () -> {
              throw new IllegalStateException("bug");
            });
    try (CheckpointRunner runner =
        CheckpointRunner.start(
            List.of(broken),
            64,
            Pacer.system(),
            new SplittableRandom(1),
            result -> {
              results.add(result);
              throw new IllegalStateException("another bug");
            })) {
      assertTrue(runner != null);
      for (int i = 0; i < 2; i++) {
        Result result = results.poll(10, TimeUnit.SECONDS);
        assertTrue(result != null && !result.verdict().ok(), "" + result);
      }
    }
  }

  @Test
  void nothingIsDeliveredAfterClose() throws Exception {
    for (int round = 0; round < 50; round++) {
      AtomicBoolean closed = new AtomicBoolean();
      AtomicBoolean late = new AtomicBoolean();
      BlockingQueue<Result> results = new LinkedBlockingQueue<>();
      Jumping pacer = new Jumping(1_000_000);
      Task task = new Task(spec("10.0.0.1", Duration.ofSeconds(1)), () -> OK);
      CheckpointRunner runner =
          CheckpointRunner.start(
              List.of(task),
              64,
              pacer,
              new SplittableRandom(round),
              result -> {
                late.compareAndSet(false, closed.get());
                results.add(result);
              });
      assertTrue(results.poll(10, TimeUnit.SECONDS) != null);
      runner.close();
      closed.set(true);
      assertFalse(late.get());
    }
  }

  /** Counts who is inside at once; each stays until released. */
  private static final class Gate {
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    final CountDownLatch open = new CountDownLatch(1);

    Verdict pass(Verdict verdict) throws InterruptedException {
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      try {
        open.await();
        return verdict;
      } finally {
        inside.decrementAndGet();
      }
    }

    void awaitInside(int count) throws InterruptedException {
      long end = System.nanoTime() + 10 * SECOND;
      while (inside.get() < count && System.nanoTime() - end < 0) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      assertEquals(count, inside.get());
    }
  }

  @Test
  void noMoreThanTheConfiguredNumberRunAtOnceAndNobodyIsLeftOut() throws Exception {
    Gate gate = new Gate();
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      tasks.add(new Task(spec("host-" + i, Duration.ofMillis(100)), () -> gate.pass(OK)));
    }
    BlockingQueue<Result> results = new LinkedBlockingQueue<>();
    try (CheckpointRunner runner =
        CheckpointRunner.start(tasks, 5, Pacer.system(), new SplittableRandom(1), results::add)) {
      assertTrue(runner != null);
      gate.awaitInside(5);
      gate.open.countDown();
      Map<String, Long> skipped = new java.util.HashMap<>();
      while (skipped.size() < 1000) {
        Result result = results.poll(10, TimeUnit.SECONDS);
        assertTrue(result != null, "only " + skipped.size() + " of 1000 came up");
        skipped.put(result.spec().host(), result.skipped());
      }
    }
    assertEquals(5, gate.most.get());
  }

  @Test
  void aWaitThatOutlastsTheIntervalIsCountedAsSkipped() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    CountDownLatch taken = new CountDownLatch(1);
    Task slow =
        new Task(
            spec("10.0.0.1", Duration.ofMillis(100)),
            () -> {
              taken.countDown();
              released.await();
              return OK;
            });
    Task waits = new Task(spec("10.0.0.2", Duration.ofMillis(500)), () -> OK);
    BlockingQueue<Result> results = new LinkedBlockingQueue<>();
    try (CheckpointRunner runner =
        CheckpointRunner.start(
            List.of(slow, waits), 1, Pacer.system(), new SplittableRandom(8), results::add)) {
      assertTrue(runner != null);
      assertTrue(taken.await(10, TimeUnit.SECONDS));
      results.clear();
      TimeUnit.MILLISECONDS.sleep(1600); // three intervals of the one that waits
      released.countDown();
      Result late = results.poll(10, TimeUnit.SECONDS);
      while (late != null && !late.spec().host().equals("10.0.0.2")) {
        late = results.poll(10, TimeUnit.SECONDS);
      }
      assertTrue(late != null && late.skipped() >= 2, "" + late);
    }
  }

  /** Twenty targets that went silent share half of the places; a live one keeps its pace. */
  @Test
  void deadTargetsDoNotStarveLiveOnes() throws Exception {
    Verdict dead = new Verdict(false, "silent", 1);
    Gate gate = new Gate();
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      AtomicBoolean first = new AtomicBoolean(true);
      tasks.add(
          new Task(
              spec("dead-" + i, Duration.ofMillis(100)),
              () -> first.getAndSet(false) ? dead : gate.pass(dead)));
    }
    tasks.add(new Task(spec("live", Duration.ofMillis(100)), () -> OK));
    BlockingQueue<Result> live = new LinkedBlockingQueue<>();
    try (CheckpointRunner runner =
        CheckpointRunner.start(
            tasks,
            4,
            Pacer.system(),
            new SplittableRandom(1),
            r -> {
              if (r.verdict().ok()) {
                live.add(r);
              }
            })) {
      assertTrue(runner != null);
      gate.awaitInside(2); // half of the places, and for as long as the gate is closed
      live.clear();
      for (int i = 0; i < 5; i++) {
        assertTrue(live.poll(10, TimeUnit.SECONDS) != null, "the live one waits for the dead");
      }
      assertEquals(2, gate.most.get());
    }
  }
}
