package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Trouble;
import java.time.Duration;
import java.util.Optional;

/**
 * Brings about what lasts a moment only, because the leadership follows the ACTIVE: another member
 * leads. The ACTIVE is cut off from the members until they have elected one of them, well within
 * its lease, and is healed; it has renewed then, and asks for the leadership about a second later.
 */
final class OtherLeader {
  private static final int ATTEMPTS = 8;
  private static final double RENEWED_SECONDS = 0.6;

  private OtherLeader() {}

  /** The member that leads now, right after the ACTIVE's renewal under it. */
  static LabSite make(Lab lab, LabSite active) {
    for (int i = 0; i < ATTEMPTS; i++) {
      lab.network()
          .cut(
              Drop.between(
                  active.address(),
                  lab.sites().stream()
                      .filter(site -> !site.equals(active))
                      .map(LabSite::address)
                      .toList()));
      boolean elected =
          Deadline.await(Duration.ofMillis(3_500), () -> leaderAt(lab, active).isPresent());
      lab.network().heal();
      if (elected
          && Deadline.await(
              Duration.ofSeconds(3),
              () -> lab.gauges(active).filter(g -> g.ledgerAge() < RENEWED_SECONDS).isPresent())
          && leaderAt(lab, active).isPresent()) {
        return leaderAt(lab, active).orElseThrow();
      }
      Deadline.await(Duration.ofSeconds(20), () -> CatchUp.wholeUnder(lab).isPresent());
    }
    throw new Trouble("no other member could be made the leader", CatchUp.describe(lab));
  }

  /** A leader that is not the ACTIVE, in the eyes of another member. */
  private static Optional<LabSite> leaderAt(Lab lab, LabSite active) {
    return lab.sites().stream()
        .filter(site -> !site.equals(active))
        .flatMap(site -> lab.gauges(site).flatMap(Gauges::leader).stream())
        .map(lab::named)
        .filter(leader -> !leader.equals(active))
        .findFirst();
  }
}
