package dev.mpp.checkpoints;

import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Verdict;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Runs every checkpoint on its own interval, each on a virtual thread of its own, so that one never
 * overlaps itself and waits for others only while as many run as may at once ({@link Lanes} says
 * for how long). The first run falls at random within the first interval; every later one is on the
 * grid of that first run, late by a random tenth of the interval at most. A run that outlasts its
 * cycle, waiting included, makes the cycles it covered skipped, not queued.
 */
public final class CheckpointRunner implements AutoCloseable {
  private static final Logger LOG = System.getLogger(CheckpointRunner.class.getName());
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

  /** A checkpoint and how it is asked. */
  public record Task(CheckpointSpec spec, Probe probe) {}

  /**
   * One answer.
   *
   * @param startedAt when the probe began, by {@link Pacer#nanos}
   * @param skipped cycles of this checkpoint skipped so far: its probe, or its wait for a place,
   *     took longer than an interval
   */
  public record Result(CheckpointSpec spec, Verdict verdict, long startedAt, long skipped) {}

  private final Lanes lanes;
  private final Pacer pacer;
  private final Consumer<Result> consumer;
  private final List<Thread> threads = new ArrayList<>();
  private boolean closed;

  private CheckpointRunner(Lanes lanes, Pacer pacer, Consumer<Result> consumer) {
    this.lanes = lanes;
    this.pacer = pacer;
    this.consumer = consumer;
  }

  /**
   * Starts to run {@code tasks}.
   *
   * @param atOnce how many probes may run at the same time, 1 or more
   * @param random source of the jitter; the same seed and tasks give the same schedule
   * @param consumer gets the results one at a time, from any of the runner's threads, never after
   *     {@link #close} has returned; it must not block. What it throws is logged
   */
  public static CheckpointRunner start(
      List<Task> tasks,
      int atOnce,
      Pacer pacer,
      SplittableRandom random,
      Consumer<Result> consumer) {
    CheckpointRunner runner = new CheckpointRunner(new Lanes(atOnce), pacer, consumer);
    long now = pacer.nanos();
    for (Task task : tasks) {
      SplittableRandom own = random.split();
      runner.threads.add(
          Thread.ofVirtual()
              .name("checkpoint-" + task.spec())
              .unstarted(() -> runner.run(task, own, now)));
    }
    runner.threads.forEach(Thread::start);
    return runner;
  }

  private void run(Task task, SplittableRandom random, long now) {
    long interval = task.spec().profile().interval().toNanos();
    long first = now + random.nextLong(interval);
    long skipped = 0;
    boolean failed = false;
    try {
      boolean open = true;
      for (long cycle = 0; open; ) {
        long jitter = cycle == 0 ? 0 : random.nextLong(interval / 10);
        pacer.sleepUntil(first + cycle * interval + jitter);
        Asked asked = lanes.run(failed, () -> ask(task));
        failed = !asked.verdict().ok();
        long passed = Math.floorDiv(pacer.nanos() - first, interval);
        skipped += Math.max(0, passed - cycle);
        cycle = Math.max(cycle, passed) + 1;
        open = deliver(new Result(task.spec(), asked.verdict(), asked.startedAt(), skipped));
      }
    } catch (InterruptedException e) {
      LOG.log(Logger.Level.DEBUG, "checkpoint {0} stopped", task.spec());
    }
  }

  private record Asked(Verdict verdict, long startedAt) {}

  private Asked ask(Task task) throws InterruptedException {
    long startedAt = pacer.nanos();
    return new Asked(verdict(task), startedAt);
  }

  private static Verdict verdict(Task task) throws InterruptedException {
    try {
      return task.probe().run();
    } catch (RuntimeException e) {
      LOG.log(Logger.Level.WARNING, "probe of " + task.spec() + " broke", e);
      return new Verdict(false, "the probe broke: " + e, 0);
    }
  }

  /** Whether there will be a next one. */
  private synchronized boolean deliver(Result result) {
    if (closed) {
      return false;
    }
    try {
      consumer.accept(result);
    } catch (RuntimeException e) {
      LOG.log(Logger.Level.WARNING, "result of " + result.spec() + " was not taken", e);
    }
    return true;
  }

  /** Stops; a probe that is running is interrupted. Returns within 2 s for each checkpoint. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        if (thread != Thread.currentThread() && !thread.join(CLOSE_WITHIN)) {
          LOG.log(Logger.Level.WARNING, "{0} does not stop", thread.getName());
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
