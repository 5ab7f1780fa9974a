package dev.mpp.chaos.bench;

import dev.mpp.core.model.SiteView;
import dev.mpp.core.plan.BrainCommand;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What one event costs the loop when a site has {@code services} settled services of three nodes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BrainBenchmark {
  private static final long SECOND = 1_000_000_000L;
  private static final int TICKS = 20;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  @Param({"1", "1000"})
  public int services;

  private BenchSite site = new BenchSite(0);

  @Setup
  public void settle() {
    site = new BenchSite(services).settle();
  }

  /**
   * Processor time, which other work on the machine does not inflate; with the ledger, which
   * another thread of a real node applies.
   */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Loop {
    public long brainNanos;
    public long seconds;
  }

  /** A node answered its poll as it did the last time; no time passes. */
  @Benchmark
  public List<BrainCommand> nodeAnswered() {
    return site.brain().on(site.nextPoll(), site.now());
  }

  /**
   * 50 ms passed; every tenth tick includes a renewal of the lease and its way through the ledger.
   */
  @Benchmark
  public void tick() {
    site.pass(SECOND / TICKS);
    site.tick();
  }

  /** The picture for peers and operators. */
  @Benchmark
  public SiteView view() {
    return site.brain().view(site.now(), Map.of());
  }

  /** All that a second brings: every node's poll, 20 ticks, the renewals. */
  @Benchmark
  public void second(Loop loop) {
    long before = THREADS.getCurrentThreadCpuTime();
    int polls = 3 * services;
    for (int tick = 0; tick < TICKS; tick++) {
      for (int poll = tick * polls / TICKS; poll < (tick + 1) * polls / TICKS; poll++) {
        site.pass(SECOND / polls);
        site.on(site.nextPoll());
      }
      site.tick();
    }
    loop.brainNanos += THREADS.getCurrentThreadCpuTime() - before;
    loop.seconds++;
  }
}
