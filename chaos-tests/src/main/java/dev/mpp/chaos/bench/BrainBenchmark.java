package dev.mpp.chaos.bench;

import dev.mpp.core.model.SiteView;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
 * Time passes as it would: 3,000 polls and 20 ticks in a second; the lease is renewed.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BrainBenchmark {
  private static final long SECOND = 1_000_000_000L;

  @Param({"1", "1000"})
  public int services;

  private BenchSite site = new BenchSite(0);

  @Setup
  public void settle() {
    site = new BenchSite(services).settle();
  }

  private List<BrainCommand> on(BrainEvent event, long passed) {
    site.pass(passed);
    List<BrainCommand> commands = site.brain().on(event, site.now());
    // Renewals come back; everything else that a settled site commands needs no answer.
    for (BrainCommand c : commands) {
      if (c instanceof BrainCommand.Propose) {
        site.answer(c);
      }
    }
    return commands;
  }

  /** A node answered its poll as it did the last time. */
  @Benchmark
  public List<BrainCommand> nodeAnswered() {
    return on(site.nextPoll(), SECOND / (3L * services));
  }

  /** Nothing happened but time. */
  @Benchmark
  public List<BrainCommand> tick() {
    return on(new BrainEvent.Tick(), SECOND / 20);
  }

  /** The picture for peers and operators. */
  @Benchmark
  public SiteView view() {
    return site.brain().view(site.now(), Map.of());
  }
}
