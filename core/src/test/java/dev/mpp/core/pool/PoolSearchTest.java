package dev.mpp.core.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Searches random plays for illegal states and for disagreement with the twin, and prints what it
 * finds as a scenario. {@code -Dmpp.pool.steps=N} searches longer, {@code -Dmpp.pool.seed=N} begins
 * elsewhere; the seeds count up from there.
 */
class PoolSearchTest {
  private static final long FIRST_SEED = Long.getLong("mpp.pool.seed", 0);
  private static final long INVARIANT_STEPS = Long.getLong("mpp.pool.steps", 1_500_000);
  private static final long TWIN_STEPS = Long.getLong("mpp.pool.steps", 500_000);
  private static final List<String> DANGERS =
      List.of(
          "UNKNOWN>STANDBY",
          "UNKNOWN>FAILED_ONLINE",
          "UNKNOWN>FAILED_OFFLINE",
          "STANDBY>UNKNOWN",
          "STANDBY>ACTIVE",
          "STANDBY>FAILED_ONLINE",
          "STANDBY>FAILED_OFFLINE",
          "ACTIVE>UNKNOWN",
          "ACTIVE>STANDBY",
          "ACTIVE>FAILED_ONLINE",
          "ACTIVE>FAILED_OFFLINE",
          "FAILED_ONLINE>UNKNOWN",
          "FAILED_ONLINE>FAILED_OFFLINE",
          "FAILED_OFFLINE>UNKNOWN",
          "FAILED_OFFLINE>FAILED_ONLINE",
          PlayText.NO_LEASE,
          Messages.INSTATED,
          Messages.TAKEOVER,
          Messages.RELINQUISH,
          Messages.RECOVERED,
          Messages.REINSTATED,
          Messages.HOSTILE,
          Messages.JOINING,
          Messages.PINNED,
          Messages.YIELDED,
          Messages.HELD);
  private static final int LENGTH = 90;

  @Test
  void nothingIllegalIsEverSeen() {
    int longest = Integer.MIN_VALUE;
    Set<String> reached = new HashSet<>();
    long begin = System.nanoTime();
    long seed = FIRST_SEED;
    for (long steps = 0; steps < INVARIANT_STEPS; seed++) {
      Sequence sequence = new Sequence(seed, LENGTH);
      Invariants judge = new Invariants(sequence.config);
      search(seed, sequence, judge, Invariants::new);
      longest = Math.max(longest, judge.waitedBeyondLimit());
      if (seed % 8 == 0) {
        judge.reached(reached);
      }
      steps += sequence.acts.size();
    }
    say(
        "invariants",
        seed - FIRST_SEED,
        begin,
        ", longest wait for a free role: the limit + " + longest);
    // The search is worth nothing if it does not go where the dangers are.
    for (String place : DANGERS) {
      assertTrue(reached.contains(place), () -> "never " + place + ", only " + reached);
    }
  }

  @Test
  void theTwinSaysTheSame() {
    long begin = System.nanoTime();
    long seed = FIRST_SEED;
    for (long steps = 0; steps < TWIN_STEPS; seed++) {
      Sequence sequence = new Sequence(seed, LENGTH);
      search(seed, sequence, new TwinJudge(sequence.config), TwinJudge::new);
      steps += sequence.acts.size();
    }
    say("twin", seed - FIRST_SEED, begin, "");
  }

  private static void search(long seed, Sequence sequence, Judge judge, Judge.Bench bench) {
    PoolLogic logic = PoolLogic.of(sequence.config.roles());
    String fault = sequence.run(logic, judge);
    if (fault != null) {
      fail(
          "seed %d: %s%nShrunken, for mpp simulate pool:%n%s"
              .formatted(seed, fault, Shrinker.report(sequence.play(), logic, bench)));
    }
  }

  private static void say(String what, long sequences, long begin, String more) {
    double minutes = (System.nanoTime() - begin) / 60e9;
    System.out.printf(
        "%s: %,d sequences, %,d steps, %.1f million steps a minute, seeds from %d%s%n",
        what, sequences, sequences * LENGTH, sequences * LENGTH / minutes / 1e6, FIRST_SEED, more);
  }

  @Test
  void theSameSeedMakesTheSamePlay() {
    for (long seed = 0; seed < 50; seed++) {
      Play one = played(seed);
      assertEquals(one, played(seed));
      assertEquals(LENGTH, one.acts().size());
    }
  }

  private static Play played(long seed) {
    Sequence sequence = new Sequence(seed, LENGTH);
    sequence.run(PoolLogic.of(sequence.config.roles()), new Invariants(sequence.config));
    return sequence.play();
  }
}
