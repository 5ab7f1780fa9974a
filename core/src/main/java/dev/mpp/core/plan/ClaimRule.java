package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.PoolView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * When this site claims a claimable lease. Candidates are ranked by how far their data has
 * advanced, then priority, then name; the best claims at once, the k-th waits k staggers. A wrong
 * view costs time, never safety: the ledger grants one claim.
 */
final class ClaimRule {
  private static final long START_GRACE = 3_000_000_000L;

  private final BrainConfig config;
  private final BrainConfig.Service service;
  private long consideredSince = LeaseClock.NEVER;
  private String reason = "";

  ClaimRule(BrainConfig config, BrainConfig.Service service) {
    this.config = config;
    this.service = service;
  }

  private record Candidate(SiteId site, long advance, int priority) {}

  void idle() {
    consideredSince = LeaseClock.NEVER;
    reason = "";
  }

  String reason() {
    return reason;
  }

  boolean due(LeaseClock lease, Eligibility own, Turn turn) {
    if (!lease.claimable(turn.now()) || !own.ok()) {
      idle();
      return false;
    }
    if (!everyPeerHeard(turn) && turn.now() - lease.learntAt() < START_GRACE) {
      reason = "waiting for the other sites' views after the start";
      return false;
    }
    if (consideredSince == LeaseClock.NEVER) {
      consideredSince = turn.now();
    }
    List<Candidate> ranked = new ArrayList<>();
    ranked.add(candidate(config.self(), own.advance()));
    for (SiteId peer : service.pools().keySet()) {
      if (!peer.equals(config.self())) {
        turn.fresh(peer)
            .flatMap(p -> p.pool(service.name()))
            .filter(PoolView::eligible)
            .ifPresent(p -> ranked.add(candidate(peer, p.advance())));
      }
    }
    ranked.sort(
        Comparator.comparingLong(Candidate::advance)
            .thenComparingInt(Candidate::priority)
            .reversed()
            .thenComparing(Candidate::site));
    int rank = ranked.stream().map(Candidate::site).toList().indexOf(config.self());
    reason =
        rank == 0
            ? "best of %d eligible sites".formatted(ranked.size())
            : "%s is ahead; claiming in its place after %d staggers"
                .formatted(ranked.getFirst().site(), rank);
    // The first epoch of all decides nothing but where the service starts: no hurry.
    long stagger = config.timing().stagger() * (lease.grant().epoch() == 0 ? 10 : 1);
    return turn.now() - consideredSince >= rank * stagger;
  }

  private boolean everyPeerHeard(Turn turn) {
    return service.pools().keySet().stream()
        .filter(s -> !s.equals(config.self()))
        .allMatch(s -> turn.fresh(s).isPresent());
  }

  private Candidate candidate(SiteId site, long advance) {
    BrainConfig.Member m = config.members().get(site);
    return new Candidate(site, advance, m == null ? 0 : m.priority());
  }
}
