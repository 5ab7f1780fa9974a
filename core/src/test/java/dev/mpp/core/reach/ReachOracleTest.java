package dev.mpp.core.reach;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.Status;
import dev.mpp.core.reach.PoolStatusRule.Policy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Reach and pool STATUS for every combination of up to four checkpoints, against the sentences of
 * the specification written down a second time, with letters and without the rule's code.
 */
class ReachOracleTest {
  private static final String CLASSES = "XEI"; // external, edge, internal: farthest first
  private static final String REACHES = "GWLN";
  private static final Verdict BAD = new Verdict(false, "silent", 1);
  private static final Verdict GOOD = new Verdict(true, "", 1);

  /** A checkpoint as the oracle sees it: its class's letter and failed probes in a row. */
  private record Toy(char kind, int failures) {
    boolean fails() {
      return failures >= 4;
    }

    Judged real() {
      CheckpointState state =
          CheckpointState.INITIAL.step(BAD, Ladder.DEFAULT).step(GOOD, Ladder.DEFAULT);
      for (int i = 0; i < failures; i++) {
        state = state.step(BAD, Ladder.DEFAULT);
      }
      CheckpointClass kind =
          switch (this.kind) {
            case 'X' -> CheckpointClass.EXTERNAL;
            case 'E' -> CheckpointClass.EDGE;
            default -> CheckpointClass.INTERNAL;
          };
      return new Judged(kind, state);
    }
  }

  private int judged;

  /** G, W, L or N. "GLOBAL if any external is not FAIL; else WAN if any edge is not; else ..." */
  private static char reach(List<Toy> toys, boolean votes) {
    if (toys.isEmpty()) {
      return votes ? 'G' : 'N';
    }
    for (int i = 0; i < 3; i++) {
      for (Toy toy : toys) {
        if (toy.kind == CLASSES.charAt(i) && !toy.fails()) {
          return REACHES.charAt(i);
        }
      }
    }
    return 'N';
  }

  /** "Classes without checkpoints are skipped": where votes decide, nobody is asked for more. */
  private static char demanded(char configured, List<Toy> toys, boolean votes) {
    if (!votes || toys.isEmpty()) {
      return configured;
    }
    int farthest = 3;
    for (Toy toy : toys) {
      farthest = Math.min(farthest, CLASSES.indexOf(toy.kind));
    }
    return REACHES.charAt(Math.max(farthest, REACHES.indexOf(configured)));
  }

  private static boolean failed(
      boolean classic,
      boolean votes,
      char configured,
      boolean cutOff,
      boolean unreachable,
      List<Toy> toys) {
    if (classic) {
      return unreachable && !toys.isEmpty() && toys.stream().allMatch(Toy::fails);
    }
    char has = reach(toys, votes);
    char needs = demanded(configured, toys, votes);
    return cutOff && REACHES.indexOf(has) > REACHES.indexOf(needs);
  }

  @Test
  void everyCombinationOfUpToFourCheckpoints() {
    for (int count = 0; count <= 4; count++) {
      each(count, new ArrayList<>());
    }
    assertEquals(64 * (1 + 12 + 12 * 12 + 12 * 12 * 12 + 12 * 12 * 12 * 12), judged);
  }

  /** Failures: none, the last status before FAIL, FAIL, and long since. */
  private void each(int more, List<Toy> toys) {
    if (more == 0) {
      judge(List.copyOf(toys));
      return;
    }
    for (char kind : CLASSES.toCharArray()) {
      for (int failures : new int[] {0, 3, 4, 9}) {
        toys.add(new Toy(kind, failures));
        each(more - 1, toys);
        toys.removeLast();
      }
    }
  }

  private void judge(List<Toy> toys) {
    List<Judged> real = toys.stream().map(Toy::real).toList();
    for (int bits = 0; bits < 16; bits++) {
      boolean classic = (bits & 1) != 0;
      boolean votes = (bits & 2) != 0;
      boolean cutOff = (bits & 4) != 0;
      boolean unreachable = (bits & 8) != 0;
      for (int i = 0; i < 4; i++) {
        PoolStatusRule rule =
            new PoolStatusRule(classic ? Policy.CLASSIC : Policy.PEERS, votes, Reach.values()[i]);
        PoolStatusRule.Judgement said = rule.judge(cutOff, unreachable, real);
        char configured = REACHES.charAt(i);
        boolean fail = failed(classic, votes, configured, cutOff, unreachable, toys);
        if (said.status() != (fail ? Status.FAIL : Status.OK)
            || said.reach().name().charAt(0) != reach(toys, votes)) {
          throw new AssertionError(said + " for " + toys + " with " + rule + ", bits " + bits);
        }
        judged++;
      }
    }
  }
}
