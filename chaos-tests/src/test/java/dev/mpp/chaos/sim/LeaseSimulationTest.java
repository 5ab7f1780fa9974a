package dev.mpp.chaos.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LeaseSimulationTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 250);
  private static final long FROM = Long.getLong("sim.from", 1);

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void randomFaultsNeverOpenTwoServersNorLoseAnAcknowledgedWriteAndTheServiceComesBack(int sites)
      throws InterruptedException {
    LeaseSimulation.Plan plan = new LeaseSimulation.Plan(sites, 2, Broken.NOTHING);
    Seeds seeds = new Seeds(plan, 1);
    seeds.play(FROM, SEEDS, r -> LeaseSimulation.run(plan, r.seed(), true).print(System.out));
    assertEquals(
        List.of(),
        seeds.bad().stream().map(r -> r.seed() + ": " + r.violations() + r.unhealed()).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void whatIsSkippedChangesNothing(int sites) {
    LeaseSimulation.Plan plan = new LeaseSimulation.Plan(sites, 2, Broken.NOTHING);
    for (long seed = FROM; seed < FROM + 4; seed++) {
      LeaseSimulation.Result quick = LeaseSimulation.run(plan, seed, true);
      LeaseSimulation.Result all = LeaseSimulation.run(plan, seed, true, false);
      assertEquals(all.story(), quick.story(), "seed " + seed);
      assertEquals(all.acknowledged(), quick.acknowledged());
      assertEquals(all.openings(), quick.openings());
    }
  }

  @Test
  void aSeedIsASchedule() {
    LeaseSimulation.Plan plan = new LeaseSimulation.Plan(5, 1, Broken.NOTHING);
    LeaseSimulation.Result once = LeaseSimulation.run(plan, 42, true);
    assertEquals(once, LeaseSimulation.run(plan, 42, true));
    assertTrue(once.acknowledged() > 100, "the clients wrote: " + once.acknowledged());
    assertTrue(once.openings() > 0, "a server was opened");
    LeaseSimulation.Result silent = LeaseSimulation.run(plan, 42, false);
    assertTrue(silent.story().isEmpty());
    assertEquals(once.steps(), silent.steps(), "telling the story changes nothing");
    assertFalse(once.story().equals(LeaseSimulation.run(plan, 43, true).story()));
  }
}
