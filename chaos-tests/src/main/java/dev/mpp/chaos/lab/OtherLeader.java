package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Deadline;
import java.time.Duration;
import java.util.Optional;

/**
 * Brings about what lasts a moment only, because the leadership follows the ACTIVE: another member
 * leads. The ACTIVE is cut off from the members until they have elected one of them, well within
 * its lease, and is healed; it has renewed then, and asks for the leadership about a second later.
 */
final class OtherLeader {
  private static final Duration ELECTED_WITHIN = Duration.ofSeconds(3);
  private static final double RENEWED_SECONDS = 0.6;

  private OtherLeader() {}

  /** The member that leads now, right after the ACTIVE's renewal under it; empty: not this time. */
  static Optional<LabSite> attempt(Lab lab, LabSite active) {
    lab.network()
        .cut(
            Drop.between(
                active.address(),
                lab.sites().stream()
                    .filter(site -> !site.equals(active))
                    .map(LabSite::address)
                    .toList()));
    boolean elected = Deadline.await(ELECTED_WITHIN, () -> leaderAt(lab, active).isPresent());
    lab.network().heal();
    boolean renewed =
        elected
            && Deadline.await(
                ELECTED_WITHIN,
                () -> lab.gauges(active).filter(g -> g.ledgerAge() < RENEWED_SECONDS).isPresent());
    return renewed ? leaderAt(lab, active) : Optional.empty();
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
