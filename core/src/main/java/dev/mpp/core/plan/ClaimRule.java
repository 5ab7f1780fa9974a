package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.Move;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.plan.Ranking.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When this site claims a claimable lease. Candidates are ranked by how far their data has
 * advanced, then the preferred site, then priority, then name; the best claims at once, the k-th
 * waits k staggers. A wrong view costs time, never safety: the ledger grants one claim.
 */
final class ClaimRule {
  private static final long START_GRACE = 3_000_000_000L;

  /** A role that was handed over to another site is left to it that long. */
  private static final long MEANT_FOR_ANOTHER = 1_500_000_000L;

  private final BrainConfig config;
  private final BrainConfig.Service service;
  private long consideredSince = LeaseClock.NEVER;
  private String reason = "";
  private @Nullable Guard waits;

  ClaimRule(BrainConfig config, BrainConfig.Service service) {
    this.config = config;
    this.service = service;
  }

  void idle() {
    consideredSince = LeaseClock.NEVER;
    reason = "";
    waits = null;
  }

  String reason() {
    return reason;
  }

  /** What an eligible site waits for before it claims a free lease. */
  Optional<Guard> waits() {
    return Optional.ofNullable(waits);
  }

  boolean due(LeaseClock lease, Eligibility own, Turn turn) {
    if (!lease.claimable(turn.now()) || !own.ok()) {
      idle();
      return false;
    }
    Optional<SiteId> meant = meantFor(lease.grant());
    if (meant.equals(Optional.of(config.self()))) {
      reason = "the role was handed over to this site";
      return true;
    }
    if (meant.isPresent() && turn.now() - lease.claimableSince() < MEANT_FOR_ANOTHER) {
      reason = "the role was handed over to " + meant.get();
      waits = new Guard(Guard.Kind.MOVING, reason, "wait: a switchover is under way");
      return false;
    }
    if (!everyPeerHeard(turn) && turn.now() - lease.learntAt() < START_GRACE) {
      reason = "waiting for the other sites' views after the start";
      waits =
          new Guard(
              Guard.Kind.VIEWS,
              "it has just started and waits for the other sites' views, 3 s at most",
              "wait");
      return false;
    }
    if (consideredSince == LeaseClock.NEVER) {
      consideredSince = turn.now();
    }
    List<Candidate> eligible = new ArrayList<>();
    Grant grant = lease.grant();
    eligible.add(candidate(config.self(), own.advance(), grant));
    for (SiteId peer : service.pools().keySet()) {
      if (!peer.equals(config.self())) {
        turn.fresh(peer)
            .flatMap(p -> p.pool(service.name()))
            .filter(PoolView::eligible)
            .ifPresent(p -> eligible.add(candidate(peer, p.advance(), grant)));
      }
    }
    List<SiteId> ranked = Ranking.order(eligible);
    int rank = ranked.indexOf(config.self());
    reason =
        rank == 0
            ? "best of " + ranked.size() + " eligible sites"
            : ranked.getFirst() + " is ahead; claiming in its place after " + rank + " staggers";
    waits =
        rank == 0
            ? null
            : new Guard(Guard.Kind.RANK, reason, "wait: whoever claims first gets the role");
    // The first epoch of all decides nothing but where the service starts: no hurry.
    long stagger = config.timing().stagger() * (lease.grant().epoch() == 0 ? 10 : 1);
    return turn.now() - consideredSince >= rank * stagger;
  }

  private boolean everyPeerHeard(Turn turn) {
    for (SiteId s : service.pools().keySet()) {
      if (!s.equals(config.self()) && turn.fresh(s).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static Optional<SiteId> meantFor(Grant g) {
    return g.holder().isPresent()
        ? Optional.empty()
        : g.move().filter(m -> m.position().isPresent()).map(Move::target);
  }

  private Candidate candidate(SiteId site, long advance, Grant grant) {
    BrainConfig.Member m = config.members().get(site);
    boolean preferred = grant.directives().preferred().equals(Optional.of(site));
    return new Candidate(site, advance, preferred, m == null ? 0 : m.priority());
  }
}
