package dev.mpp.core.pair;

import static dev.mpp.core.pair.PairWorld.A;
import static dev.mpp.core.pair.PairWorld.B;
import static dev.mpp.core.pair.PairWorld.MS;
import static dev.mpp.core.pair.PairWorld.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random faults; the world itself judges after every event (see {@link PairWorld}). */
class PairLedgerPropertyTest {
  private static final int RUNS = Integer.getInteger("mpp.pair.runs", 60);
  private static final long FIRST = Long.getLong("mpp.pair.seed", 1);

  /**
   * Whatever is delayed, lost, repeated, cut, killed, stalled or wiped: never two that may act, and
   * once all is well again the two have one state and one of them acts.
   */
  @Test
  void neverTwoHoldersAndOneStateAfterMeeting() {
    int failovers = 0;
    for (long seed = FIRST; seed < FIRST + RUNS; seed++) {
      PairWorld w = new PairWorld(seed, 1 + (int) (seed % 3));
      try {
        failovers += run(w, seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    assertTrue(failovers > RUNS / 2, "too few failovers to mean anything: " + failovers);
  }

  private static int run(PairWorld w, long seed) {
    Random faults = new Random(seed * 31);
    List.of(A, B).forEach(s -> w.node(s).boot());
    w.run(15 * SECOND);
    for (int i = 0; i < 12; i++) {
      fault(w, faults);
      w.run(w.now + faults.nextInt(15_000) * MS);
      if (faults.nextInt(3) == 0) {
        heal(w);
      }
    }
    heal(w);
    w.run(w.now + 40 * SECOND);
    assertTrue(w.oneState() || settle(w), "two states after meeting: " + w.states());
    w.services.forEach(
        s -> assertTrue(acts(w, s), s + " has no holder 40 s after all is well: " + w.states()));
    assertEquals(List.of(), w.overlaps);
    return w.epochs.values().stream()
        .mapToInt(e -> (int) e.values().stream().distinct().count() - 1)
        .sum();
  }

  /** It may have been given up just now. */
  private static boolean acts(PairWorld w, ServiceName service) {
    for (int i = 0; i < 60 && w.actor(service).isEmpty(); i++) {
      w.run(w.now + 50 * MS);
    }
    return w.actor(service).isPresent();
  }

  /** A renewal may be on its way at any instant. */
  private static boolean settle(PairWorld w) {
    for (int i = 0; i < 200; i++) {
      w.run(w.now + 5 * MS);
      if (w.oneState()) {
        return true;
      }
    }
    return false;
  }

  private static void fault(PairWorld w, Random faults) {
    SiteId s = faults.nextBoolean() ? A : B;
    PairWorld.Node n = w.node(s);
    switch (faults.nextInt(9)) {
      case 0 -> {
        // The link alone: both keep the world.
        w.linked = false;
      }
      case 1 -> {
        // A site is black-holed: the link and the world.
        w.linked = false;
        n.world = false;
      }
      case 2 -> n.crash(false);
      case 3 -> {
        // A disk is lost only while the other is there to remember.
        if (w.linked && w.node(s.equals(A) ? B : A).powered) {
          n.crash(true);
          n.boot();
        }
      }
      case 4 -> n.stalled = true;
      case 5 -> w.loss = faults.nextDouble() * 0.5;
      case 6 -> {
        w.delay = faults.nextInt(900) * MS;
        w.twice = 0.3;
      }
      case 7 -> n.wants = !n.wants;
      case 8 -> {
        if (n.powered) {
          n.crash(false);
        }
        n.boot();
      }
      default -> throw new AssertionError();
    }
  }

  private static void heal(PairWorld w) {
    w.linked = true;
    w.loss = 0;
    w.twice = 0;
    w.delay = 20 * MS;
    for (PairWorld.Node n : w.nodes.values()) {
      n.world = true;
      n.wants = true;
      if (!n.powered) {
        n.boot();
      }
      if (n.stalled) {
        n.resume();
      }
    }
  }
}
