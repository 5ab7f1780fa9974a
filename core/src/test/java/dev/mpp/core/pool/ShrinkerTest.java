package dev.mpp.core.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.mpp.core.model.State;
import dev.mpp.core.pool.PoolState.Node;
import dev.mpp.core.pool.PoolState.Pending;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The search finds what is broken on purpose, and what it prints is short and can be played. */
class ShrinkerTest {
  private static final int LENGTH = 90;

  /** Ways to break a pool, around the code that is right. */
  enum Defect implements UnaryOperator<PoolStep> {
    /** A lost lease is only noted. */
    FENCES_NOBODY {
      @Override
      public PoolStep apply(PoolStep step) {
        return step.state().allowed()
            ? step
            : new PoolStep(step.state(), List.of(), step.transitions(), step.answer());
      }
    },
    /** A fenced node is shown FAILED no more, as soon as it answers. */
    FORGIVES {
      @Override
      public PoolStep apply(PoolStep step) {
        return with(
            step,
            n -> n.state().failed() && n.lastHealthy() && n.pending() == Pending.NONE,
            State.STANDBY);
      }
    },
    /** A promotion is believed before it is answered. */
    BELIEVES {
      @Override
      public PoolStep apply(PoolStep step) {
        return with(step, n -> n.pending() == Pending.PROMOTING && n.req() >= 2, State.ACTIVE);
      }
    };

    private static PoolStep with(
        PoolStep step, java.util.function.Predicate<Node> which, State state) {
      PoolState s = step.state();
      List<Node> nodes = new ArrayList<>();
      for (Node n : s.nodes()) {
        nodes.add(which.test(n) ? as(n, state) : n);
      }
      return new PoolStep(
          new PoolState(
              s.config(), s.allowed(), s.permissionReason(), s.paused(), s.keepers(), nodes),
          step.commands(),
          step.transitions(),
          step.answer());
    }

    private static Node as(Node n, State state) {
      return new Node(
          n.address(),
          n.type(),
          n.req(),
          n.status(),
          n.measured(),
          n.floor(),
          state,
          n.message(),
          n.lastPoll(),
          n.pending(),
          n.pendingReason(),
          n.override());
    }
  }

  /** The right logic, and then the defect. */
  record Broken(PoolLogic right, Defect defect) implements PoolLogic {
    @Override
    public PoolStep step(PoolState state, PoolEvent event) {
      return defect.apply(right.step(state, event));
    }

    @Override
    public Optional<String> unfit(PoolState state) {
      return right.unfit(state);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyDefectIsFoundAndShrunk(Defect defect) {
    for (Judge.Bench bench : List.<Judge.Bench>of(Invariants::new, TwinJudge::new)) {
      Play found = search(defect, bench);
      PoolLogic logic = new Broken(PoolLogic.of(found.config().roles()), defect);
      Play small = Shrinker.shrink(found, logic, bench);
      assertTrue(small.acts().size() <= 12, () -> PlayText.print(small));
      assertEquals(
          small.acts().size() - 1, assertNotNullFault(small, logic, bench).act(), "ends with it");
      for (int i = 0; i < small.acts().size(); i++) {
        List<Act> fewer = new ArrayList<>(small.acts());
        fewer.remove(i);
        assertNull(
            new Play(small.config(), fewer).fault(logic, bench),
            () -> "not needed in\n" + PlayText.print(small));
      }
      assertPlaysAlike(small);
    }
  }

  private static Play.Fault assertNotNullFault(Play play, PoolLogic logic, Judge.Bench bench) {
    Play.Fault fault = play.fault(logic, bench);
    assertNotNull(fault);
    return fault;
  }

  private static Play search(Defect defect, Judge.Bench bench) {
    for (long seed = 0; seed < 2000; seed++) {
      Sequence sequence = new Sequence(seed, LENGTH);
      PoolLogic logic = new Broken(PoolLogic.of(sequence.config.roles()), defect);
      if (sequence.run(logic, bench.seat(sequence.config)) != null) {
        return sequence.play();
      }
    }
    return fail(defect + " is not found");
  }

  /** What is printed is what was played, down to the last message. */
  @Test
  void everyPlayCanBePrintedAndPlayed() {
    for (long seed = 0; seed < 400; seed++) {
      Sequence sequence = new Sequence(seed, LENGTH);
      PoolLogic logic = PoolLogic.of(sequence.config.roles());
      assertNull(sequence.run(logic, new Invariants(sequence.config)));
      assertPlaysAlike(sequence.play());
    }
  }

  private static void assertPlaysAlike(Play play) {
    PoolLogic logic = PoolLogic.of(play.config().roles());
    Run run = new Run(play.config(), logic, new Invariants(play.config()));
    for (Act act : play.acts()) {
      run.play(act);
    }
    List<String> expected = new ArrayList<>();
    for (Node n : run.state.nodes()) {
      expected.add(
          String.format(
                  Locale.ROOT,
                  "%4d  %-22s %-4s %4s  %-7s  %-14s  %s",
                  play.acts().size(),
                  n.address(),
                  n.type().letter(),
                  n.req() < 0 ? "-" : n.req(),
                  n.status().classic(),
                  n.state(),
                  n.message())
              .stripTrailing());
    }
    String text = PlayText.print(play);
    List<String> lines = Scenario.run(text).lines().toList();
    assertEquals(expected, lines.subList(lines.size() - expected.size(), lines.size()), text);
  }
}
