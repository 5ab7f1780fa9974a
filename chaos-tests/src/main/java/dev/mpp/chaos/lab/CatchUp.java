package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether, and how soon, sites are at the head of the ledger and hear their peers. At the head: a
 * proposal of its own came back applied within the last second, which takes the way to the leader
 * and back.
 */
final class CatchUp {
  private static final double FRESH_SECONDS = 1.2;
  private static final double HEARD_SECONDS = 1.5;

  private static final Duration LOOK = Duration.ofMillis(50);

  private CatchUp() {}

  /**
   * @param ledgerMs until the ledger was at the head; empty: not in time
   * @param peersMs until every peer was heard again, both ways of the exchange; empty: not in time
   */
  record Times(OptionalLong ledgerMs, OptionalLong peersMs) {
    static final Times NONE = new Times(OptionalLong.empty(), OptionalLong.empty());
  }

  /** Waits for the slowest of the sites. */
  static Times after(long healedAt, Lab lab, List<LabSite> sites, Duration limit) {
    if (sites.isEmpty()) {
      return Times.NONE;
    }
    long[] done = {-1, -1};
    Deadline.await(
        limit,
        LOOK,
        () -> {
          List<Optional<Gauges>> seen = sites.stream().map(lab::gauges).toList();
          long now = (System.nanoTime() - healedAt) / 1_000_000;
          if (done[0] < 0 && seen.stream().allMatch(g -> g.filter(CatchUp::fresh).isPresent())) {
            done[0] = now;
          }
          if (done[1] < 0
              && seen.stream().allMatch(g -> g.filter(one -> heard(one, lab)).isPresent())) {
            done[1] = now;
          }
          return done[0] >= 0 && done[1] >= 0;
        });
    return new Times(figure(done[0]), figure(done[1]));
  }

  private static OptionalLong figure(long millis) {
    return millis < 0 ? OptionalLong.empty() : OptionalLong.of(millis);
  }

  private static boolean fresh(Gauges gauges) {
    return gauges.ledgerAge() < FRESH_SECONDS;
  }

  private static boolean heard(Gauges gauges, Lab lab) {
    return gauges.peersHeard(HEARD_SECONDS) == lab.sites().size() - 1;
  }

  /** Every node is at the head, hears all others, and they name one leader. */
  static Optional<LabSite> wholeUnder(Lab lab) {
    List<Optional<Gauges>> seen = lab.sites().stream().map(lab::gauges).toList();
    boolean whole =
        seen.stream().allMatch(g -> g.filter(one -> fresh(one) && heard(one, lab)).isPresent());
    List<Optional<String>> leaders =
        seen.stream().map(g -> g.flatMap(Gauges::leader)).distinct().toList();
    return whole && leaders.size() == 1 ? leaders.getFirst().map(lab::named) : Optional.empty();
  }

  /** This site could take the role over now, by its own word; false for the one that has it. */
  static boolean eligible(Lab lab, LabSite site) {
    return lab.gauges(site)
        .filter(g -> g.sum("mpp_service_holding") == 0 && g.sum("mpp_pool_eligible") == 1)
        .isPresent();
  }

  /** For a message. */
  static String describe(Lab lab) {
    StringBuilder text = new StringBuilder();
    for (LabSite site : lab.sites()) {
      text.append(text.isEmpty() ? "" : "; ").append(site.label()).append(": ");
      text.append(
          lab.gauges(site)
              .map(
                  g ->
                      "ledger %.1f s old, %d peers heard, leader %s"
                          .formatted(
                              g.ledgerAge(),
                              g.peersHeard(HEARD_SECONDS),
                              g.leader().orElse("unknown")))
              .orElse("no answer"));
    }
    return text.toString();
  }
}
