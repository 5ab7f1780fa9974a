package dev.mpp.chaos.bench;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.pool.FailoverPool;
import dev.mpp.core.pool.PollResult;
import dev.mpp.core.pool.PoolCommand;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.core.pool.PoolEvent;
import dev.mpp.core.pool.PoolLogic;
import dev.mpp.core.pool.PoolState;
import dev.mpp.core.pool.PoolStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * One evaluation of a pool of three nodes, PRIMARY ACTIVE, all healthy: nanoseconds and bytes per
 * node. The pools are taken in turn, so that a thousand of them show the caches' share.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PoolBenchmark {
  private static final int NODES = 3;

  @Param({"1", "1000"})
  public int pools;

  private final PoolLogic logic = new FailoverPool();
  private final List<PoolState> states = new ArrayList<>();
  private final List<PoolEvent> together = new ArrayList<>();
  private final List<List<PoolEvent>> single = new ArrayList<>();
  private int next;

  @Setup
  public void settle() {
    for (int i = 0; i < pools; i++) {
      PoolConfig config = config(i);
      Map<NodeAddress, PollResult> healthy = new HashMap<>();
      config.nodes().forEach(m -> healthy.put(m.address(), PollResult.HEALTHY));
      PoolEvent all = new PoolEvent.Polled(healthy);
      together.add(all);
      single.add(
          config.nodes().stream()
              .<PoolEvent>map(m -> new PoolEvent.Polled(Map.of(m.address(), PollResult.HEALTHY)))
              .toList());
      states.add(settled(config, all));
    }
  }

  private static PoolConfig config(int i) {
    List<PoolConfig.Member> nodes = new ArrayList<>();
    for (int n = 0; n < NODES; n++) {
      nodes.add(
          new PoolConfig.Member(
              new NodeAddress("10.%d.%d.%d".formatted(i >> 8, i & 255, n + 1), 3306),
              n == 0 ? NodeType.PRIMARY : NodeType.SECONDARY));
    }
    return PoolConfig.failover("pool" + i, nodes);
  }

  private PoolState settled(PoolConfig config, PoolEvent healthy) {
    PoolStep step =
        logic.step(PoolState.initial(config), new PoolEvent.Permission(true, "lease of epoch 1"));
    for (int cycle = 0; cycle < 5; cycle++) {
      step = logic.step(step.state(), healthy);
      for (PoolCommand c : step.commands()) {
        step =
            logic.step(
                step.state(),
                switch (c) {
                  case PoolCommand.Promote p -> new PoolEvent.Promoted(p.node());
                  case PoolCommand.Fence f -> new PoolEvent.Fenced(f.node(), "");
                });
      }
    }
    if (step.state().active().isEmpty()) {
      throw new IllegalStateException("no ACTIVE node: " + step.state());
    }
    return step.state();
  }

  private int turn() {
    next = next + 1 == pools ? 0 : next + 1;
    return next;
  }

  /** The results of all three nodes in one event. */
  @Benchmark
  @OperationsPerInvocation(NODES)
  public PoolStep cycle() {
    int i = turn();
    PoolStep step = logic.step(states.get(i), together.get(i));
    states.set(i, step.state());
    return step;
  }

  /** One event for each node, as the pollers deliver them. */
  @Benchmark
  @OperationsPerInvocation(NODES)
  public void nodeByNode(Blackhole sink) {
    int i = turn();
    PoolState state = states.get(i);
    for (PoolEvent e : single.get(i)) {
      PoolStep step = logic.step(state, e);
      sink.consume(step);
      state = step.state();
    }
    states.set(i, state);
  }
}
