package dev.mpp.chaos.sim;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A judge that finds nothing proves nothing: every deliberate bug must be found, by a seed that is
 * safe without it.
 */
final class BreakTest {
  private static final int MINUTES = 2;

  /** PAIR_OVERLAPS takes more than 10,000 schedules: of this build no seed is known yet. */
  @ParameterizedTest
  @EnumSource(value = Break.class, mode = EnumSource.Mode.EXCLUDE, names = "PAIR_OVERLAPS")
  void isFoundByItsJudgeAndIsWhatMakesTheSeedUnsafe(Break bug) {
    int sites = bug.belongsTo(3) ? 3 : 2;
    LeaseSimulation.Plan broken = new LeaseSimulation.Plan(sites, MINUTES, new Broken(bug));
    Optional<LeaseSimulation.Result> found =
        LongStream.concat(KnownSeeds.of(bug), LongStream.rangeClosed(1, 50))
            .mapToObj(seed -> LeaseSimulation.run(broken, seed, false))
            .filter(r -> !r.violations().isEmpty())
            .findFirst();
    assertTrue(found.isPresent(), bug.word() + " is not found");
    List<String> without =
        LeaseSimulation.run(
                new LeaseSimulation.Plan(sites, MINUTES, Broken.NOTHING), found.get().seed(), false)
            .violations();
    assertTrue(without.isEmpty(), bug.word() + ": unsafe without it: " + without);
    assertFalse(bug.rule().isEmpty());
  }
}
