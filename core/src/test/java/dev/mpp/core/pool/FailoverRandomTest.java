package dev.mpp.core.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Thousands of seeded histories, each played against the twin and searched for illegal states.
 * {@code -Dmpp.pool.seed=N} plays one history, {@code -Dmpp.pool.steps=N} plays longer.
 */
class FailoverRandomTest {
  private static final int STEPS = Integer.getInteger("mpp.pool.steps", 220_000);
  private static final int HISTORY = 400;

  @Test
  void everyHistoryIsLegalAndAsTheTwinSaysIt() {
    Long only = Long.getLong("mpp.pool.seed");
    if (only != null) {
      new History(only).play();
      return;
    }
    Set<String> reached = new HashSet<>();
    for (long seed = 0; seed < STEPS / HISTORY; seed++) {
      History history = new History(seed);
      history.play();
      reached.addAll(history.moves);
    }
    // The search is worth nothing if it does not go where the dangers are.
    for (String move :
        List.of(
            "UNKNOWN>STANDBY",
            "STANDBY>ACTIVE",
            "ACTIVE>STANDBY",
            "ACTIVE>FAILED_OFFLINE",
            "ACTIVE>UNKNOWN",
            "STANDBY>FAILED_ONLINE",
            "STANDBY>FAILED_OFFLINE",
            "UNKNOWN>FAILED_ONLINE",
            "FAILED_ONLINE>FAILED_OFFLINE",
            "FAILED_OFFLINE>FAILED_ONLINE",
            "FAILED_ONLINE>UNKNOWN",
            "FAILED_OFFLINE>UNKNOWN")) {
      assertTrue(reached.contains(move), "never reached " + move + ", only " + reached);
    }
  }

  /** One pool, a shell that answers when it likes, and servers that are writable or not. */
  private static final class History {
    final long seed;
    final SplittableRandom random;
    final PoolConfig config;
    final FailoverPool logic = new FailoverPool();
    final FailoverTwin twin;
    final Deque<PoolEvent> trail = new ArrayDeque<>();
    final Set<String> moves = new HashSet<>();

    /** What the shell still has to answer, one command for each node. */
    final Map<NodeAddress, PoolCommand> outstanding = new HashMap<>();

    /** Servers that may accept writes: from the command to promote until the verified fence. */
    final Set<NodeAddress> writable = new HashSet<>();

    final double failing;
    PoolState state;

    History(long seed) {
      this.seed = seed;
      random = new SplittableRandom(seed);
      List<PoolConfig.Member> members = new ArrayList<>();
      int size = 1 + random.nextInt(4);
      for (int i = 0; i < size; i++) {
        members.add(
            new PoolConfig.Member(
                new NodeAddress("10.0.0." + (i + 1), 3306),
                i == 0 ? NodeType.PRIMARY : NodeType.SECONDARY));
      }
      Status[] limits = {Status.OK_WARN, Status.OK_CRITICAL, Status.FAIL};
      config =
          PoolConfig.failover("p", members)
              .withFailAt(limits[random.nextInt(3)])
              .with(new RoleRule.Failover(random.nextBoolean() ? Failback.HOSTILE : Failback.AUTO))
              .withProvenRecovery(random.nextBoolean());
      failing = new double[] {0.02, 0.2, 0.6}[random.nextInt(3)];
      state = PoolState.initial(config);
      twin = new FailoverTwin(config);
    }

    void play() {
      step(new PoolEvent.Permission(true, "lease"));
      for (int i = 0; i < HISTORY; i++) {
        PoolEvent event = next();
        step(event);
      }
      settle();
    }

    /** Liveness: once everything is well and answered, the PRIMARY serves within ten cycles. */
    private void settle() {
      step(new PoolEvent.Permission(true, "lease"));
      Map<NodeAddress, PollResult> well = new HashMap<>();
      config.nodes().forEach(m -> well.put(m.address(), PollResult.HEALTHY));
      for (int cycle = 0; cycle < 10; cycle++) {
        step(new PoolEvent.RecoverPool());
        step(new PoolEvent.Polled(well));
        while (!outstanding.isEmpty()) {
          NodeAddress node = outstanding.keySet().iterator().next();
          if (outstanding.remove(node) instanceof PoolCommand.Fence) {
            writable.remove(node);
            step(new PoolEvent.Fenced(node, "verified"));
          } else {
            step(new PoolEvent.Promoted(node));
          }
        }
      }
      assertEquals(State.ACTIVE, state.nodes().getFirst().state(), this::where);
    }

    private PoolEvent next() {
      int dice = random.nextInt(100);
      if (dice < 55) {
        return poll(random.nextBoolean());
      }
      if (dice < 85 && !outstanding.isEmpty()) {
        return answer();
      }
      NodeAddress node = node();
      return switch (random.nextInt(9)) {
        case 0, 1 -> new PoolEvent.Permission(random.nextInt(3) > 0, "because");
        case 2 -> new PoolEvent.Recover(node);
        case 3 -> new PoolEvent.RecoverPool();
        case 4 -> new PoolEvent.ActivatePrimary();
        case 5 -> new PoolEvent.ProvenClean(node, "subset");
        case 6 -> stale(node);
        default -> poll(true);
      };
    }

    /** An answer nobody waits for. */
    private PoolEvent stale(NodeAddress node) {
      PoolCommand waiting = outstanding.get(node);
      if (!(waiting instanceof PoolCommand.Promote)) {
        return random.nextBoolean()
            ? new PoolEvent.Promoted(node)
            : new PoolEvent.PromotionFailed(node, "stale");
      }
      return new PoolEvent.Fenced(node, "stale");
    }

    private PoolEvent answer() {
      List<NodeAddress> waiting = outstanding.keySet().stream().sorted().toList();
      NodeAddress node = waiting.get(random.nextInt(waiting.size()));
      PoolCommand command = outstanding.get(node);
      outstanding.remove(node);
      if (command instanceof PoolCommand.Fence) {
        writable.remove(node);
        return new PoolEvent.Fenced(node, "verified");
      }
      if (random.nextInt(5) == 0) {
        writable.remove(node);
        return new PoolEvent.PromotionFailed(node, "refused");
      }
      return new PoolEvent.Promoted(node);
    }

    private PoolEvent poll(boolean all) {
      Map<NodeAddress, PollResult> results = new HashMap<>();
      if (all) {
        config.nodes().forEach(m -> results.put(m.address(), result()));
      } else {
        results.put(node(), result());
      }
      return new PoolEvent.Polled(results);
    }

    private PollResult result() {
      if (random.nextDouble() >= failing) {
        return PollResult.HEALTHY;
      }
      return random.nextInt(3) == 0
          ? new PollResult.ReplicationFailure("replication")
          : new PollResult.ConnectFailure("connect");
    }

    private NodeAddress node() {
      return config.nodes().get(random.nextInt(config.nodes().size())).address();
    }

    private void step(PoolEvent event) {
      trail.add(event);
      if (trail.size() > 12) {
        trail.removeFirst();
      }
      PoolState before = state;
      PoolStep step = logic.step(before, event);
      if (random.nextInt(8) == 0) {
        assertEquals(step, logic.step(before, event), this::where);
      }
      state = step.state();
      step.commands().forEach(this::carryOut);
      judge(before, step);
      twin.play(event);
      assertEquals(twin.picture(), picture(step), this::where);
    }

    private void carryOut(PoolCommand command) {
      PoolCommand waiting = outstanding.put(command.node(), command);
      assertTrue(
          !(waiting instanceof PoolCommand.Fence), () -> "a second fence or too early: " + where());
      if (command instanceof PoolCommand.Promote) {
        writable.add(command.node());
        assertTrue(state.allowed(), () -> "promoted without permission: " + where());
      }
    }

    private void judge(PoolState before, PoolStep step) {
      assertTrue(writable.size() <= 1, () -> "two writable: " + writable + where());
      assertTrue(
          state.nodes().stream().filter(PoolState.Node::mayWrite).count() <= 1,
          () -> "two that may write: " + state + where());
      for (int i = 0; i < state.nodes().size(); i++) {
        PoolState.Node was = before.nodes().get(i);
        PoolState.Node is = state.nodes().get(i);
        boolean failed = is.state().failed();
        assertTrue(
            is.state() != State.ACTIVE || writable.contains(is.address()),
            () -> "ACTIVE but not writable: " + is + where());
        assertTrue(
            failed || is.status() != Status.FAIL, () -> "FAIL but not FAILED: " + is + where());
        if (was.state() == is.state()) {
          continue;
        }
        String move = was.state() + ">" + is.state();
        moves.add(move);
        boolean legal =
            switch (is.state()) {
              case ACTIVE -> was.state() == State.STANDBY;
              case STANDBY -> was.state() == State.UNKNOWN || was.state() == State.ACTIVE;
              case UNKNOWN, FAILED_ONLINE, FAILED_OFFLINE -> true;
            };
        assertTrue(legal, () -> move + where());
        assertTrue(
            step.transitions().stream()
                .anyMatch(
                    t ->
                        t.node().equals(is.address())
                            && t.from() == was.state()
                            && t.to() == is.state()),
            () -> move + " is not in the journal" + where());
      }
    }

    private String where() {
      return "\nseed "
          + seed
          + ", last events:\n"
          + String.join("\n", trail.stream().map(Object::toString).toList());
    }

    private String picture(PoolStep step) {
      List<String> commands = new ArrayList<>();
      for (PoolCommand command : step.commands()) {
        commands.add(
            (command instanceof PoolCommand.Fence ? "fence " : "promote ") + command.node());
      }
      StringBuilder out = new StringBuilder().append(state.allowed()).append(' ').append(commands);
      for (PoolState.Node n : state.nodes()) {
        out.append('\n')
            .append(
                String.join(
                    "|",
                    "" + n.address(),
                    "" + n.req(),
                    "" + n.status().ordinal(),
                    "" + n.floor().ordinal(),
                    "" + n.state(),
                    n.message(),
                    "" + n.lastHealthy(),
                    "" + n.pending(),
                    n.pendingReason()));
      }
      return out.toString();
    }
  }
}
