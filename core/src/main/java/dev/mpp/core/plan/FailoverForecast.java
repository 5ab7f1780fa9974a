package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.LinkView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.State;
import dev.mpp.core.plan.FailoverPlan.Known;
import dev.mpp.core.plan.FailoverPlan.Outcome;
import dev.mpp.core.plan.FailoverPlan.Outlook;
import dev.mpp.core.plan.FailoverPlan.Part;
import dev.mpp.core.plan.FailoverPlan.Setting;
import dev.mpp.core.plan.FailoverPlan.Step;
import dev.mpp.core.plan.Ranking.Candidate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Works a {@link FailoverPlan} out.
 *
 * <pre>
 *   majority left   ACTIVE now   a site left may claim   outcome
 *   no              any          any                     NO_MAJORITY
 *   yes             not lost     any                     STAYS
 *   yes             lost/nobody  yes                     TAKEN by the best ranked
 *   yes             lost/nobody  no                      NOBODY
 * </pre>
 */
final class FailoverForecast {
  private static final long TIER_TWO = 500_000_000L;

  /** The first epoch of all is claimed without hurry ({@link ClaimRule}). */
  private static final int FIRST_EPOCH = 10;

  private final Setting setting;
  private final Known known;
  private final Set<SiteId> lost;
  private final Set<SiteId> together;
  private final int majority;

  FailoverForecast(Setting setting, Known known, Set<SiteId> lost) {
    this.setting = setting;
    this.known = known;
    this.lost = lost;
    this.majority = setting.members().size() / 2 + 1;
    this.together = together();
  }

  FailoverPlan plan() {
    Optional<SiteId> staying = known.active().filter(s -> !lost.contains(s));
    boolean quorum = together.size() >= majority;
    List<SiteId> ranked = quorum && staying.isEmpty() ? ranked() : List.of();
    Outcome outcome =
        !quorum
            ? Outcome.NO_MAJORITY
            : staying.isPresent()
                ? Outcome.STAYS
                : ranked.isEmpty() ? Outcome.NOBODY : Outcome.TAKEN;
    Optional<SiteId> next =
        switch (outcome) {
          case STAYS -> staying;
          case TAKEN -> Optional.of(ranked.getFirst());
          case NOBODY, NO_MAJORITY -> Optional.empty();
        };
    List<Step> steps = outcome == Outcome.TAKEN ? steps(next.orElseThrow()) : List.of();
    List<Outlook> sites =
        setting.members().keySet().stream().map(s -> outlook(s, next, outcome)).toList();
    return new FailoverPlan(
        setting.service(),
        lost,
        outcome,
        known.active(),
        next,
        steps,
        setting.members().size(),
        majority,
        together.size(),
        sites,
        outcome == Outcome.TAKEN ? data(next.orElseThrow()) : "",
        names(outcome, next),
        sentence(outcome, next, steps),
        notes(outcome, sites));
  }

  // ---- who is left --------------------------------------------------------------------------

  /** The largest group of members left that a ledger's leader among them reaches. */
  private Set<SiteId> together() {
    Set<SiteId> best = Set.of();
    for (SiteId leader : setting.members().keySet()) {
      if (lost.contains(leader)) {
        continue;
      }
      Set<SiteId> group = new HashSet<>();
      group.add(leader);
      for (SiteId other : setting.members().keySet()) {
        if (!lost.contains(other) && linked(leader, other)) {
          group.add(other);
        }
      }
      boolean heard = known.views().containsKey(leader);
      if (group.size() > best.size() || group.size() == best.size() && heard) {
        best = group;
      }
    }
    // A single site that the asked one does not hear is not known to be there.
    return best.size() == 1 && known.views().keySet().stream().noneMatch(best::contains)
        ? Set.of()
        : best;
  }

  /** Both say so, as far as they are heard. */
  private boolean linked(SiteId a, SiteId b) {
    if (a.equals(b)) {
      return false;
    }
    Optional<Boolean> one = says(a, b);
    Optional<Boolean> two = says(b, a);
    return (one.isPresent() || two.isPresent()) && one.orElse(true) && two.orElse(true);
  }

  private Optional<Boolean> says(SiteId who, SiteId about) {
    return Optional.ofNullable(known.views().get(who))
        .flatMap(v -> v.links().stream().filter(l -> l.peer().equals(about)).findFirst())
        .map(LinkView::up);
  }

  private Optional<PoolView> pool(SiteId site) {
    return Optional.ofNullable(known.views().get(site)).flatMap(v -> v.pool(setting.service()));
  }

  private List<SiteId> ranked() {
    List<Candidate> able = new ArrayList<>();
    for (SiteId site : setting.data()) {
      if (!lost.contains(site) && together.contains(site)) {
        pool(site)
            .filter(PoolView::eligible)
            .filter(p -> hasEverything(site) && withinBound(site))
            .ifPresent(
                p -> able.add(new Candidate(site, p.advance(), preferred(site), priority(site))));
      }
    }
    List<SiteId> ranked = new ArrayList<>(Ranking.order(able));
    // A role that was handed over is left to the site it was meant for.
    known
        .grant()
        .move()
        .filter(m -> m.position().isPresent() && ranked.remove(m.target()))
        .ifPresent(m -> ranked.addFirst(m.target()));
    return ranked;
  }

  /** By the ledger as the asked node has it: the site may not have heard yet that it is off. */
  private boolean hasEverything(SiteId site) {
    Set<SiteId> inSync = known.grant().inSync();
    return !setting.rpoZero() || inSync.isEmpty() || inSync.contains(site);
  }

  /** A site that vanishes was seen up to a lease's time before it could write no more. */
  private boolean withinBound(SiteId site) {
    return known.active().isEmpty()
        || known.grant().inSync().contains(site)
        || setting
            .bound()
            .filter(b -> b.nanos().isPresent())
            .map(b -> b.nanos().getAsLong() >= setting.timing().claimAfter())
            .orElse(true);
  }

  private boolean preferred(SiteId site) {
    return known.grant().directives().preferred().equals(Optional.of(site));
  }

  private int priority(SiteId site) {
    return Objects.requireNonNull(setting.members().get(site)).priority();
  }

  private Outlook outlook(SiteId site, Optional<SiteId> next, Outcome outcome) {
    if (lost.contains(site)) {
      return new Outlook(site, Part.LOST, OptionalLong.empty(), List.of());
    }
    SiteView view = known.views().get(site);
    boolean data = setting.data().contains(site);
    if (view == null) {
      return new Outlook(
          site,
          Part.SILENT,
          OptionalLong.empty(),
          List.of(
              new Guard(
                  Guard.Kind.SILENT,
                  known.self() + " does not hear it: nothing is known of it",
                  "ask a node that hears it (mpp peers)")));
    }
    if (!data) {
      return new Outlook(site, Part.WITNESS, OptionalLong.empty(), List.of());
    }
    if (next.equals(Optional.of(site))) {
      Part part = outcome == Outcome.STAYS ? Part.ACTIVE : Part.NEXT;
      return new Outlook(site, part, behind(site), List.of());
    }
    List<Guard> guards = guards(site);
    Part part = guards.isEmpty() ? Part.STANDBY : Part.UNABLE;
    return new Outlook(site, part, behind(site), guards);
  }

  /** Without those that pass with the present holder. */
  private List<Guard> guards(SiteId site) {
    List<Guard> left = new ArrayList<>();
    Optional<PoolView> pool = pool(site);
    if (pool.isEmpty()) {
      left.add(
          new Guard(
              Guard.Kind.NO_POOL,
              "it shows no pool of " + setting.service(),
              "its configuration differs: give it the same mpp.yml"));
    } else if (!pool.get().eligible()) {
      pool.get().guards().stream().filter(g -> !passes(g.kind())).forEach(left::add);
      if (left.isEmpty()) {
        left.add(new Guard(Guard.Kind.OTHER, pool.get().reason(), "mpp status"));
      }
    }
    if (!hasEverything(site) && left.stream().noneMatch(g -> g.kind() == Guard.Kind.NOT_IN_SYNC)) {
      left.add(
          new Guard(
              Guard.Kind.NOT_IN_SYNC,
              "acknowledged writes of epoch %d may be missing there; only %s has them all"
                  .formatted(known.grant().epoch(), known.grant().inSync()),
              "let it catch up (mpp status)"));
    }
    if (!withinBound(site)) {
      left.add(
          new Guard(
              Guard.Kind.RPO_BOUND,
              "what a site commits within its lease of %s may be lost with it, and the bound is %s"
                  .formatted(
                      seconds(setting.timing().duration()),
                      setting.bound().map(RpoBound::toString).orElse("")),
              "bring it back, or accept the loss: mpp takeover --force"));
    }
    if (!together.contains(site) && together.size() >= majority) {
      left.add(
          new Guard(
              Guard.Kind.CUT_OFF,
              "it does not reach the majority that is left",
              "mend the links between the sites (mpp peers)"));
    }
    return left;
  }

  private static boolean passes(Guard.Kind kind) {
    return kind == Guard.Kind.LEASE_HELD || kind == Guard.Kind.RANK || kind == Guard.Kind.VIEWS;
  }

  // ---- how long -----------------------------------------------------------------------------

  private List<Step> steps(SiteId next) {
    List<Step> steps = new ArrayList<>();
    if (known.active().isPresent()) {
      if (known.leader().isEmpty() || lost.contains(known.leader().get())) {
        steps.add(
            new Step(
                "election",
                setting.election(),
                "election.max = "
                    + seconds(setting.election())
                    + ": "
                    + known.leader().map(l -> l + " leads the ledger").orElse("leader unknown")));
      }
      steps.add(
          new Step(
              "lease expiry",
              setting.timing().claimAfter(),
              "lease.duration x (1 + drift) = %s x %s, from the last renewal"
                  .formatted(seconds(setting.timing().duration()), 1 + setting.timing().drift())));
    }
    long stagger = setting.timing().stagger() * (known.grant().epoch() == 0 ? FIRST_EPOCH : 1);
    steps.add(
        new Step(
            "claim",
            0,
            next
                + " is the best ranked and claims at once; the next one "
                + seconds(stagger)
                + " later, should it not"));
    steps.add(
        new Step(
            "promotion",
            TIER_TWO,
            "the former site's servers are fenced directly, at most 500ms"
                + unapplied(next)
                    .map(n -> "; meanwhile " + n + " received transactions are applied")
                    .orElse("")));
    setting.ttl().ifPresent(ttl -> steps.add(new Step("names", ttl, "dns.ttl = " + seconds(ttl))));
    return steps;
  }

  /** Received and not executed; empty when that is none, or unknown. */
  private Optional<Long> unapplied(SiteId site) {
    return pool(site)
        .filter(p -> p.best().isPresent())
        .map(p -> p.advance() - p.best().get().advance())
        .filter(n -> n > 0);
  }

  // ---- what is missing ----------------------------------------------------------------------

  /** What the ACTIVE site had executed by its last view. */
  private Optional<Long> executed() {
    return known
        .active()
        .flatMap(this::pool)
        .flatMap(
            p ->
                p.nodes().stream()
                    .filter(n -> n.state() == State.ACTIVE)
                    .flatMap(n -> n.facts().stream())
                    .findFirst())
        .map(ServerFacts::executed)
        .map(GtidSet::advance);
  }

  private OptionalLong behind(SiteId site) {
    Optional<Long> done = executed();
    Optional<Long> has = pool(site).map(PoolView::advance).filter(a -> a >= 0);
    return done.isPresent() && has.isPresent() && !known.active().equals(Optional.of(site))
        ? OptionalLong.of(Math.max(0, done.get() - has.get()))
        : OptionalLong.empty();
  }

  private String data(SiteId next) {
    Grant g = known.grant();
    OptionalLong behind = behind(next);
    String distance =
        behind.isEmpty()
            ? "how far it is behind is not known"
            : behind.getAsLong() == 0
                ? "by the last views it has received everything"
                : "by the last views it has not received "
                    + behind.getAsLong()
                    + " transactions yet";
    if (!setting.rpoZero()) {
      return "acknowledged writes may be lost (rpo: "
          + setting.bound().map(b -> "bounded " + b).orElse("availability")
          + "); "
          + distance;
    }
    return g.inSync().isEmpty()
        ? "nothing was written through MPP yet"
        : "no acknowledged write is missing: rpo: zero, and "
            + next
            + " is in sync; "
            + distance
            + (behind.isPresent() && behind.getAsLong() > 0 ? ", which nobody was told of" : "");
  }

  private String names(Outcome outcome, Optional<SiteId> next) {
    if (setting.ttl().isEmpty()) {
      return "";
    }
    String between =
        "the remaining sites answer with the old address and TTL 0 once the lease has lapsed";
    return switch (outcome) {
      case STAYS ->
          "the answer stays "
              + next.orElseThrow()
              + "'s; resolvers that ask a lost site's server go on to another";
      case TAKEN -> between + ", and with " + next.orElseThrow() + "'s as soon as it serves";
      case NOBODY -> between;
      case NO_MAJORITY ->
          "within a lease's duration every remaining site answers SERVFAIL: its ledger is stale";
    };
  }

  // ---- in words -----------------------------------------------------------------------------

  private String sentence(Outcome outcome, Optional<SiteId> next, List<Step> steps) {
    return switch (outcome) {
      case STAYS -> next.orElseThrow() + " stays ACTIVE in epoch " + known.grant().epoch() + ".";
      case TAKEN ->
          "%s takes over in epoch %d, within %s at worst, plus the commits between the sites."
              .formatted(
                  next.orElseThrow(),
                  known.grant().epoch() + 1,
                  seconds(steps.stream().mapToLong(Step::worst).sum()));
      case NOBODY -> "Nobody takes over: no site that is left may claim the role.";
      case NO_MAJORITY ->
          known
                  .active()
                  .filter(s -> !lost.contains(s))
                  .map(s -> s + " fences itself when its lease ends. ")
                  .orElse("")
              + "Nobody can be granted the role: %d of %d voters are left that reach each other, %d are needed."
                  .formatted(together.size(), setting.members().size(), majority);
    };
  }

  private List<String> notes(Outcome outcome, List<Outlook> sites) {
    List<String> notes = new ArrayList<>();
    if (known.ledgerAge() > setting.timing().duration()) {
      notes.add(
          ("The ledger as this node has it is %s: who is ACTIVE and who is in sync may have"
                  + " changed. Ask a node that is in touch with the majority.")
              .formatted(
                  known.ledgerAge() == Long.MAX_VALUE
                      ? "of before its start"
                      : seconds(known.ledgerAge()) + " old"));
    }
    if (outcome != Outcome.NO_MAJORITY && together.size() == majority) {
      notes.add(
          "%d of %d voters are left: one more lost, and nobody could be ACTIVE."
              .formatted(together.size(), setting.members().size()));
    }
    boolean served = outcome == Outcome.STAYS || outcome == Outcome.TAKEN;
    if (served && sites.stream().noneMatch(s -> s.part() == Part.STANDBY)) {
      notes.add("No site to fail over to would be left.");
    }
    known
        .grant()
        .move()
        .ifPresent(m -> notes.add("A switchover to " + m.target() + " is under way."));
    if (lost.contains(known.self())) {
      notes.add(
          "The asked node is of "
              + known.self()
              + ", which would be lost: what it hears is not what the others hear.");
    }
    for (SiteId active : known.active().filter(lost::contains).stream().toList()) {
      notes.add(
          "Lost means that nothing of "
              + active
              + " runs or is reached any more; what still runs there fences itself "
              + seconds(setting.timing().fenceBudget())
              + " before its lease ends.");
    }
    return notes;
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }
}
