package dev.mpp.chaos.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LeaseSimulationTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 150);
  private static final long FROM = Long.getLong("sim.from", 1);

  @Test
  void randomFaultsNeverOpenTwoServersNorLoseAnAcknowledgedWriteAndTheServiceComesBack() {
    List<String> bad = new ArrayList<>();
    long acknowledged = 0;
    for (long seed = FROM; seed < FROM + SEEDS; seed++) {
      LeaseSimulation.Result r = LeaseSimulation.run(seed, 12);
      acknowledged += r.acknowledged();
      if (!r.violations().isEmpty() || !r.healed()) {
        bad.add("seed %d: %s%s".formatted(seed, r.violations(), r.healed() ? "" : " not healed"));
        if (bad.size() == 1) {
          System.out.println(String.join("\n", r.story()));
        }
      }
    }
    assertTrue(acknowledged > SEEDS * 100L, "the writers wrote: " + acknowledged);
    assertEquals(List.of(), bad);
  }
}
