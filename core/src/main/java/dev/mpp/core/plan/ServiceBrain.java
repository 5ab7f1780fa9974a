package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.OverrideView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PollResult;
import dev.mpp.core.pool.PoolCommand;
import dev.mpp.core.pool.PoolEvent;
import dev.mpp.core.pool.PoolLogic;
import dev.mpp.core.pool.PoolState;
import dev.mpp.core.pool.PoolStep;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One service at one site: ties the pool's states, the lease, the fences and the promotion
 * together. Deterministic and confined to the loop; every decision leaves one sentence.
 *
 * <p>Invariants it keeps, each against any order of late, lost or failed answers:
 *
 * <ul>
 *   <li>no node is made writable without a lease of this very process that was freshly committed;
 *   <li>from {@code fenceBudget} before the lease ends every node has a {@link FenceDuty};
 *   <li>the lease is released only when no node can be writable;
 *   <li>the dead-man lock is never refreshed for longer than the lease allows.
 * </ul>
 */
final class ServiceBrain {
  private static final long PROPOSAL_RETRY = 700_000_000L;
  private static final long FAILED_PROMOTION_PAUSE = 3_000_000_000L;
  private static final long READY_WITHIN = 2_000_000_000L;
  private static final long SETTLED = 5_000_000_000L;
  private static final long FOLLOW_RETRY = 2_000_000_000L;

  private final BrainConfig config;
  private final BrainConfig.Service service;
  private final PoolLogic logic;
  private final Overrides overrides = new Overrides();
  private final LeaseClock lease;
  private final CommandIds ids;
  private final FollowJudge judge;
  private final ClaimRule claimRule;
  private final Map<NodeAddress, NodeTrack> tracks = new LinkedHashMap<>();
  private final @Nullable SyncKeeper sync;

  private PoolState pool;
  private @Nullable Promotion promotion;
  private long nextClaim = LeaseClock.NEVER;
  private long nextServe = LeaseClock.NEVER;
  private long nextRelease = LeaseClock.NEVER;
  private long notEligibleUntil = LeaseClock.NEVER;
  private long deadManHeldUntil = LeaseClock.NEVER;
  private long claimedAt = LeaseClock.NEVER;
  private long releasing = -1;
  private int claimsSinceHeld;
  private long servingSince = LeaseClock.NEVER;
  private boolean activeLostFlag;
  private String promotionError = "";
  private String sentence = "Starting; nothing is writable.";

  ServiceBrain(
      BrainConfig config, BrainConfig.Service service, PoolState restored, CommandIds ids) {
    this.config = config;
    this.service = service;
    this.ids = ids;
    this.pool = restored;
    this.logic = PoolLogic.of(service.pool().roles());
    this.lease =
        new LeaseClock(service.name(), config.self(), config.incarnation(), config.timing());
    this.judge = new FollowJudge(service.lagLimit());
    this.claimRule = new ClaimRule(config, service);
    for (PoolState.Node n : restored.nodes()) {
      tracks.put(
          n.address(),
          new NodeTrack(
              n.address(),
              new FenceDuty(
                  service.name(),
                  n.address(),
                  config.timing().fenceBudget(),
                  config.timing().deadMan())));
    }
    var dataPeers =
        service.pools().keySet().stream().filter(s -> !s.equals(config.self())).sorted().toList();
    this.sync =
        service.semiSync() && dataPeers.size() == 1
            ? new SyncKeeper(service.name(), config.self(), dataPeers.getFirst())
            : null;
  }

  LeaseClock lease() {
    return lease;
  }

  /** Whether this site has been serving for a while. */
  boolean settled(long now) {
    return lease.mayAct(now)
        && lease.grant().serving()
        && servingSince != LeaseClock.NEVER
        && now - servingSince >= SETTLED;
  }

  PoolState pool() {
    return pool;
  }

  String sentence() {
    return sentence;
  }

  BrainConfig.Service service() {
    return service;
  }

  Optional<NodeTrack> track(NodeAddress node) {
    return Optional.ofNullable(tracks.get(node));
  }

  /** Nobody is writable until this process holds a lease. */
  void start(Turn turn) {
    for (NodeTrack t : tracks.values()) {
      t.fence.want("start-up: nothing is writable before a fresh lease", turn);
      turn.add(new BrainCommand.PollWithin(service.name(), t.address, 0));
    }
  }

  // ---- events -------------------------------------------------------------------------------

  void nodeAnswered(BrainEvent.NodeAnswered e, Turn turn) {
    NodeTrack t = tracks.get(e.node());
    if (t == null) {
      return;
    }
    t.answered(e.facts(), turn.now(), e.wallMillis());
    boolean mayWrite = isActive(e.node()) || t.writableInFlight;
    if (!e.facts().readOnly() && !mayWrite && !t.fence.wanted()) {
      journal(turn, "guard", e.node().toString(), "", "", "found writable without being ACTIVE");
      t.fence.want("found writable without being ACTIVE", turn);
    }
    watchActiveReadOnly(t, e.facts(), turn);
    PollResult result =
        mayWrite
            ? PollResult.HEALTHY
            : judge.judge(t, e.facts(), activeSeen(e.node(), turn), turn.now());
    if (result instanceof PollResult.Healthy) {
      if (t.healthySince == LeaseClock.NEVER) {
        t.healthySince = turn.now();
      }
    } else {
      t.healthySince = LeaseClock.NEVER;
    }
    polled(e.node(), result, turn);
  }

  /** The server's own dead-man, or somebody, made the ACTIVE node read-only. */
  private void watchActiveReadOnly(NodeTrack t, ServerFacts facts, Turn turn) {
    if (!isActive(t.address) || !facts.readOnly()) {
      t.readOnlyWhileActive = 0;
      return;
    }
    // The first poll after a promotion may have been read before it.
    if (t.pollsSincePromoted >= 2 && ++t.readOnlyWhileActive >= 1) {
      activeLostFlag = true;
      turn.add(new BrainCommand.PollWithin(service.name(), t.address, 0));
    }
  }

  void nodeUnreachable(BrainEvent.NodeUnreachable e, Turn turn) {
    NodeTrack t = tracks.get(e.node());
    if (t != null) {
      t.unreachable(e.wallMillis());
      polled(e.node(), new PollResult.ConnectFailure(e.error()), turn);
    }
  }

  private void polled(NodeAddress node, PollResult result, Turn turn) {
    step(new PoolEvent.Polled(Map.of(node, result)), turn);
    boolean healthy = pool.node(node).map(n -> n.req() <= 0 || n.lastHealthy()).orElse(true);
    turn.add(
        new BrainCommand.PollWithin(
            service.name(), node, healthy ? service.pollInterval() : service.retryInterval()));
  }

  void fenceDone(BrainEvent.FenceDone e, Turn turn) {
    if (promotion != null) {
      promotion.fenceDone(e);
    }
    NodeTrack t = tracks.get(e.node());
    if (t == null || !t.fence.answered(e, turn)) {
      return;
    }
    if (e.safe() && !t.writableInFlight) {
      fenced(t, "%s in %.1f ms: %s".formatted(e.outcome(), e.micros() / 1000.0, e.detail()), turn);
    }
  }

  private void fenced(NodeTrack t, String detail, Turn turn) {
    String why = t.fence.reason();
    t.fence.done();
    journal(turn, "fence", t.address.toString(), "", "FENCED", why + " — " + detail);
    turn.add(new BrainCommand.PollWithin(service.name(), t.address, 0));
    Promotion p = promotion;
    boolean fencing =
        pool.node(t.address).map(n -> n.pending() == PoolState.Pending.FENCING).orElse(false);
    if (p != null
        && p.node().equals(t.address)
        && (fencing || p.stage() == Promotion.Stage.FAILED)) {
      promotion = null;
      if (p.stage() == Promotion.Stage.FAILED) {
        promotionError = p.failure();
        notEligibleUntil = turn.now() + FAILED_PROMOTION_PAUSE;
        journal(turn, "promotion", t.address.toString(), "", "FAILED", p.failure());
        step(new PoolEvent.PromotionFailed(t.address, p.failure()), turn);
      }
    }
    if (pool.node(t.address).map(n -> n.pending() == PoolState.Pending.FENCING).orElse(false)) {
      step(new PoolEvent.Fenced(t.address, detail), turn);
    }
  }

  void prepareDone(BrainEvent.PrepareDone e) {
    if (promotion != null) {
      promotion.prepareDone(e);
    }
  }

  void writableDone(BrainEvent.WritableDone e, Turn turn) {
    NodeTrack t = tracks.get(e.node());
    if (t == null) {
      return;
    }
    t.writableInFlight = false;
    if (promotion != null) {
      promotion.writableDone(e);
      if (promotion.stage() == Promotion.Stage.DONE && !t.fence.wanted()) {
        Promotion p = promotion;
        promotion = null;
        promotionError = "";
        t.pollsSincePromoted = 0;
        t.readOnlyWhileActive = 0;
        if (sync != null) {
          sync.reset();
        }
        journal(
            turn,
            "promotion",
            e.node().toString(),
            "",
            "WRITABLE",
            "%s (%.0f ms, executed %s)"
                .formatted(
                    p.reason(),
                    (turn.now() - p.startedAt()) / 1e6,
                    p.executed().map(Object::toString).orElse("unknown")));
        step(new PoolEvent.Promoted(e.node()), turn);
        turn.add(new BrainCommand.PollWithin(service.name(), e.node(), 0));
        return;
      }
    }
    // Too late or failed: whatever it did, it is undone.
    if (t.fence.wanted()) {
      t.fence.again(turn);
    } else if (!isActive(e.node())) {
      t.fence.want("un-fencing did not complete: " + e.detail(), turn);
    }
  }

  void changeDone(BrainEvent.ChangeDone e, Turn turn) {
    if (promotion != null) {
      promotion.changeDone(e);
    }
    if (sync != null) {
      sync.changeDone(e, turn.now());
    }
    NodeTrack t = tracks.get(e.node());
    if (t != null && t.followCommand == e.commandId()) {
      t.followCommand = 0;
      if (!e.ok()) {
        journal(turn, "follow", e.node().toString(), "", "FAILED", e.detail());
      }
      turn.add(new BrainCommand.PollWithin(service.name(), e.node(), 0));
    }
  }

  void ledgerChanged(LedgerCommand command, LedgerOutcome outcome, boolean own, Turn turn) {
    if (own && command instanceof LedgerCommand.InSync i && promotion != null) {
      promotion.stateOutcome(i.origin().sequence(), outcome);
    }
    if (own
        && command instanceof LedgerCommand.InSync i
        && sync != null
        && outcome instanceof LedgerOutcome.Accepted) {
      sync.stated(i.origin().sequence(), i.sites());
    }
    if (own
        && command instanceof LedgerCommand.Claim
        && outcome instanceof LedgerOutcome.Accepted) {
      // What made this site eligible may have changed since it proposed: it is looked at again.
      claimedAt = turn.now();
      tracks.keySet().forEach(n -> turn.add(new BrainCommand.PollWithin(service.name(), n, 0)));
    }
    if (own
        && outcome instanceof LedgerOutcome.Accepted
        && command instanceof LedgerCommand.Serve) {
      servingSince = turn.now();
    }
    if (outcome instanceof LedgerOutcome.Accepted && lease.learnt()) {
      Grant g = lease.grant();
      journal(
          turn,
          "ledger",
          command.origin().site().name(),
          "",
          command.getClass().getSimpleName(),
          "epoch %d, holder %s, in sync %s"
              .formatted(g.epoch(), g.holder().map(SiteId::name).orElse("none"), g.inSync()));
    }
  }

  String recover(Optional<NodeAddress> node, Turn turn) {
    return step(
            node.<PoolEvent>map(PoolEvent.Recover::new).orElseGet(PoolEvent.RecoverPool::new), turn)
        .answer();
  }

  String activatePrimary(String by, String reason, Turn turn) {
    String answer = step(new PoolEvent.ActivatePrimary(), turn).answer();
    order("activate-primary", service.pool().name(), by, reason, answer, turn);
    return answer;
  }

  String override(BrainEvent.OperatorOverride e, Turn turn) {
    NodeOverride merged = overrides.merged(e.node(), e.what());
    String answer = step(new PoolEvent.SetOverride(e.node(), merged), turn).answer();
    if (answer.startsWith("OK")) {
      OverrideView view = new OverrideView(merged, e.untilWallMillis(), e.by(), e.reason());
      overrides.put(e.node(), view, e.lasts(), turn.now());
      turn.add(new BrainCommand.KeepOverride(service.name(), e.node(), Optional.of(view)));
    }
    order("set " + e.what(), e.node().toString(), e.by(), e.reason(), answer, turn);
    return answer;
  }

  String lift(BrainEvent.OperatorLift e, Turn turn) {
    if (pool.node(e.node()).isPresent() && overrides.of(e.node()).isEmpty()) {
      return "OK: " + e.node() + " has no override";
    }
    String answer = lift(e.node(), turn);
    order("unset", e.node().toString(), e.by(), e.reason(), answer, turn);
    return answer;
  }

  private String lift(NodeAddress node, Turn turn) {
    String answer = step(new PoolEvent.SetOverride(node, NodeOverride.NONE), turn).answer();
    overrides.remove(node);
    turn.add(new BrainCommand.KeepOverride(service.name(), node, Optional.empty()));
    turn.add(new BrainCommand.PollWithin(service.name(), node, 0));
    return answer;
  }

  /** Held states are in force before the first poll; ACTIVE waits until the node answers one. */
  void overrideRestored(BrainEvent.OverrideRestored e, Turn turn) {
    if (pool.node(e.node()).isEmpty()) {
      return;
    }
    overrides.put(e.node(), e.override(), e.lasts(), turn.now());
    step(new PoolEvent.SetOverride(e.node(), e.override().what()), turn);
  }

  /** Ends what is over, and puts what could not be put in force at the start in force. */
  private void overrides(Turn turn) {
    for (NodeAddress node : overrides.ended(turn.now())) {
      OverrideView was = overrides.of(node).orElseThrow();
      lift(node, turn);
      journal(
          turn,
          "override",
          node.toString(),
          was.what().toString(),
          "",
          "its time is over; set by %s: %s".formatted(was.by(), was.reason()));
    }
    for (PoolState.Node n : pool.nodes()) {
      Optional<OverrideView> wanted = overrides.of(n.address());
      if (wanted.isPresent() && !wanted.get().what().equals(n.override())) {
        step(new PoolEvent.SetOverride(n.address(), wanted.get().what()), turn);
      }
    }
  }

  private void order(
      String what, String subject, String by, String reason, String answer, Turn turn) {
    turn.add(
        new BrainCommand.Journal(
            service.name().name(),
            "operator",
            subject,
            "",
            what,
            lease.grant().epoch(),
            (reason.isEmpty() ? "" : reason + " — ") + answer,
            by));
  }

  // ---- the cycle ----------------------------------------------------------------------------

  /**
   * Looks at everything and does what is due.
   *
   * @param status the pool STATUS (BEHAVIOUR section 6)
   */
  void think(PoolVerdict status, Turn turn) {
    boolean poolOk = status.ok();
    String poolReason = status.reason();
    overrides(turn);
    pausing(turn);
    permission(poolOk, poolReason, turn);
    fences(turn);
    promote(turn);
    deadMan(turn);
    serve(turn);
    release(poolOk, poolReason, turn);
    claim(poolOk, poolReason, turn);
    if (sync != null && lease.mayAct(turn.now())) {
      pool.active()
          .flatMap(n -> track(n.address()))
          .filter(t -> t.pollsSincePromoted >= 1 && !t.fence.wanted())
          .ifPresent(
              t ->
                  t.facts()
                      .ifPresent(
                          f ->
                              sync.keep(
                                  t.address, f, t.pollsSincePromoted, lease.grant(), turn, ids)));
    }
    follow(turn);
    recovery(turn);
    sentence = explain(poolOk, poolReason, turn.now());
  }

  private boolean paused() {
    return lease.grant().paused().isPresent();
  }

  private void pausing(Turn turn) {
    if (pool.paused() != paused()) {
      step(new PoolEvent.Paused(paused()), turn);
    }
  }

  private void permission(boolean poolOk, String poolReason, Turn turn) {
    boolean lostActive = activeLostFlag && pool.active().isPresent();
    if (activeLostFlag && pool.active().isEmpty()) {
      activeLostFlag = false;
    }
    boolean giving = releasing == lease.grant().epoch();
    boolean allowed =
        lease.mayAct(turn.now())
            && poolOk
            && !lostActive
            && !giving
            && (pool.active().isPresent()
                || promotion != null
                || ready(poolOk, poolReason, turn.now()));
    String why =
        allowed
            ? "lease of epoch " + lease.grant().epoch()
            : lostActive
                ? "the ACTIVE node was found read-only"
                : !poolOk
                    ? poolReason
                    : giving
                        ? "the role is being released"
                        : lease.mayAct(turn.now())
                            ? eligibility(poolOk, poolReason, turn.now()).reason()
                            : lease.holds(turn.now())
                                ? "the lease is about to end without a renewal"
                                : "no lease";
    if (allowed != pool.allowed()) {
      step(new PoolEvent.Permission(allowed, why), turn);
    }
    if (!allowed) {
      for (NodeTrack t : tracks.values()) {
        if (isActive(t.address) || (promotion != null && promotion.node().equals(t.address))) {
          t.fence.want(why, turn);
        }
      }
    }
  }

  /** Whether a node may be promoted now, by a poll that is younger than the grant. */
  private boolean ready(boolean poolOk, String poolReason, long now) {
    return eligibility(poolOk, poolReason, now).ok()
        && claimedAt != LeaseClock.NEVER
        && candidate().filter(t -> t.factsAt > claimedAt).isPresent();
  }

  private void fences(Turn turn) {
    for (NodeTrack t : tracks.values()) {
      if (t.fence.wanted()
          && t.fence.deadManPassed(turn.now())
          && t.deadManKnown()
          && !t.writableInFlight
          && pool.node(t.address)
              .map(n -> n.pending() == PoolState.Pending.FENCING)
              .orElse(false)) {
        journal(
            turn,
            "fence",
            t.address.toString(),
            "",
            "DEAD-MAN",
            t.fence.reason()
                + " — not verified ("
                + t.fence.lastFailure()
                + "), but its dead-man"
                + " must have fenced it by now");
        step(new PoolEvent.Fenced(t.address, "by its dead-man"), turn);
      }
      t.fence.pursue(turn, ids);
    }
  }

  private void promote(Turn turn) {
    Promotion p = promotion;
    if (p == null) {
      return;
    }
    NodeTrack t = java.util.Objects.requireNonNull(tracks.get(p.node()));
    if (!t.fence.wanted()) {
      p.pursue(lease, turn, ids);
    }
    if (p.stage() == Promotion.Stage.FAILED) {
      t.fence.want("promotion failed: " + p.failure(), turn);
      t.fence.pursue(turn, ids);
    }
  }

  private void deadMan(Turn turn) {
    long until = lease.deadManUntil();
    if (!lease.mayAct(turn.now()) || until == deadManHeldUntil) {
      return;
    }
    deadManHeldUntil = until;
    for (NodeTrack t : tracks.values()) {
      boolean unfencing =
          promotion != null && promotion.node().equals(t.address) && promotion.maybeWritable();
      if (!t.fence.wanted() && (isActive(t.address) || unfencing)) {
        turn.add(new BrainCommand.HoldDeadMan(service.name(), t.address, until));
      }
    }
  }

  private void serve(Turn turn) {
    if (lease.mayAct(turn.now())
        && pool.active().filter(n -> n.pending() == PoolState.Pending.NONE).isPresent()
        && !lease.grant().serving()
        && turn.now() >= nextServe) {
      nextServe = turn.now() + PROPOSAL_RETRY;
      long epoch = lease.grant().epoch();
      turn.propose(origin -> new LedgerCommand.Serve(origin, service.name(), epoch));
    }
  }

  /** The role is given up as soon as no node here can be writable and none can become ACTIVE. */
  private void release(boolean poolOk, String poolReason, Turn turn) {
    if (!lease.holds(turn.now()) || turn.now() < nextRelease) {
      return;
    }
    boolean quiet =
        promotion == null
            && pool.nodes().stream()
                .allMatch(
                    n ->
                        n.pending() == PoolState.Pending.NONE
                            && n.state() != State.ACTIVE
                            && !stillFencing(n));
    boolean hopeless =
        !poolOk
            || turn.now() < notEligibleUntil
            || pool.nodes().stream()
                .noneMatch(n -> n.candidate() || (n.override().pins() && !n.state().failed()))
            || (claimedAt != LeaseClock.NEVER
                && turn.now() - claimedAt > READY_WITHIN
                && !ready(poolOk, poolReason, turn.now()));
    boolean giving = releasing == lease.grant().epoch();
    // While paused nobody else may claim: giving the role up would only make the outage longer.
    if (quiet && ((hopeless && !paused()) || giving)) {
      nextRelease = turn.now() + PROPOSAL_RETRY;
      long epoch = lease.grant().epoch();
      releasing = epoch;
      String why =
          !poolOk ? poolReason : promotionError.isEmpty() ? describeNodes() : promotionError;
      if (!giving) {
        journal(turn, "release", config.self().name(), "", "", why);
      }
      turn.propose(origin -> new LedgerCommand.Release(origin, service.name(), epoch));
    }
  }

  /** A duty that is neither verified nor covered by the server's dead-man. */
  private boolean stillFencing(PoolState.Node n) {
    NodeTrack t = java.util.Objects.requireNonNull(tracks.get(n.address()));
    return t.writableInFlight
        || (t.fence.wanted()
            && n.state() != State.FAILED_OFFLINE
            && n.state() != State.FAILED_ONLINE
            && n.state() != State.UNKNOWN);
  }

  private void claim(boolean poolOk, String poolReason, Turn turn) {
    Grant g = lease.grant();
    if (lease.holds(turn.now()) || !lease.claimable(turn.now())) {
      claimRule.idle();
      claimsSinceHeld = 0;
      return;
    }
    if (paused() && !g.servedBy().equals(Optional.of(config.self()))) {
      claimRule.idle();
      return;
    }
    Eligibility e = eligibility(poolOk, poolReason, turn.now());
    boolean due = claimRule.due(lease, e, turn);
    if (due && turn.now() >= nextClaim) {
      nextClaim = turn.now() + PROPOSAL_RETRY;
      turn.propose(
          origin -> new LedgerCommand.Claim(origin, service.name(), g.epoch(), g.renewal()));
      if (claimsSinceHeld++ == 0) {
        journal(turn, "claim", config.self().name(), "", "", claimRule.reason());
      }
    }
  }

  /** A fenced node whose data is contained in the ACTIVE's starts to follow it again. */
  private void follow(Turn turn) {
    if (paused()) {
      return; // whoever paused may be working on the replication
    }
    for (NodeTrack t : tracks.values()) {
      if (isActive(t.address)
          || t.fence.wanted()
          || t.writableInFlight
          || (promotion != null && promotion.node().equals(t.address))
          || turn.now() - t.followCommandAt < FOLLOW_RETRY
              && t.followCommandAt != LeaseClock.NEVER) {
        continue;
      }
      Optional<ServerFacts> facts = t.facts().filter(f -> f.readOnly());
      Optional<ActiveSeen> active = activeSeen(t.address, turn);
      if (facts.isEmpty()
          || active.isEmpty()
          || turn.now() - t.factsAt > 3 * service.pollInterval()) {
        continue;
      }
      ServerFacts f = facts.get();
      boolean stopped =
          f.replication()
              .filter(r -> !r.receiverStarted() || (!r.applierRunning() && r.error().isEmpty()))
              .isPresent();
      if (f.semiSync().sourceEnabled() && !stopped) {
        // Left on by an earlier role: nobody acknowledges here, its applier would wait for ever.
        t.followCommandAt = turn.now();
        turn.add(new BrainCommand.SemiSync(service.name(), t.address, ids.next(), false));
      }
      // Starting throws the relay log away: first the ACTIVE stops counting on this site.
      boolean countedOn =
          service.semiSync() && lease.grant().inSync().contains(config.self()) && !localActive();
      if (stopped && !countedOn && active.get().facts().executed().contains(f.executed())) {
        t.followCommandAt = turn.now();
        if (f.semiSync().sourceEnabled()) {
          // A replica that waits for replicas of its own would stall its applier.
          turn.add(new BrainCommand.SemiSync(service.name(), t.address, ids.next(), false));
        }
        t.followCommand = ids.next();
        turn.add(new BrainCommand.StartReplication(service.name(), t.address, t.followCommand));
        journal(
            turn,
            "follow",
            t.address.toString(),
            "",
            "",
            "its transactions are all on ACTIVE " + active.get().node() + ": replication started");
      }
    }
  }

  private void recovery(Turn turn) {
    if (!service.pool().provenRecovery()) {
      return;
    }
    for (PoolState.Node n : pool.nodes()) {
      NodeTrack t = java.util.Objects.requireNonNull(tracks.get(n.address()));
      if (!n.state().failed()
          || n.pending() != PoolState.Pending.NONE
          || t.fence.wanted()
          || t.healthySince == LeaseClock.NEVER
          || turn.now() - t.healthySince < service.holdDown()) {
        continue;
      }
      proof(t, turn).ifPresent(p -> step(new PoolEvent.ProvenClean(n.address(), p), turn));
    }
  }

  private Optional<String> proof(NodeTrack t, Turn turn) {
    Optional<ServerFacts> facts = t.facts().filter(ServerFacts::readOnly);
    if (facts.isEmpty()) {
      return Optional.empty();
    }
    Optional<ActiveSeen> active = activeSeen(t.address, turn);
    if (active.isPresent()) {
      boolean follows =
          facts
              .get()
              .replication()
              .filter(r -> r.receiverRunning() && r.applierRunning())
              .isPresent();
      return follows && FollowJudge.errant(facts.get(), active.get()).isEmpty()
          ? Optional.of(
              "its transactions are all on ACTIVE " + active.get().node() + ", which it follows")
          : Optional.empty();
    }
    return lease.learnt() && lease.claimable(turn.now()) && !t.errant
        ? Optional.of("read-only and healthy while no site is ACTIVE")
        : Optional.empty();
  }

  // ---- shared -------------------------------------------------------------------------------

  private PoolStep step(PoolEvent event, Turn turn) {
    PoolStep step = logic.step(pool, event);
    pool = step.state();
    for (PoolStep.Transition c : step.transitions()) {
      journal(
          turn,
          "state",
          c.node().toString(),
          c.from().name(),
          c.to().name(),
          "%s, %s/%d".formatted(c.reason(), c.status(), c.req()));
    }
    for (PoolCommand c : step.commands()) {
      NodeTrack t = java.util.Objects.requireNonNull(tracks.get(c.node()));
      switch (c) {
        case PoolCommand.Promote p -> {
          promotion =
              new Promotion(
                  service.name(), config.self(), t, lease.grant().epoch(), p.reason(), turn.now());
          promotion.begin(lease.grant().servedBy(), service.pools(), turn, ids);
        }
        case PoolCommand.Fence f -> t.fence.want(f.reason(), turn);
      }
    }
    return step;
  }

  private boolean localActive() {
    return pool.active().isPresent();
  }

  private boolean isActive(NodeAddress node) {
    return pool.node(node).map(n -> n.state() == State.ACTIVE).orElse(false);
  }

  /** The ACTIVE node other than {@code node}, if a fresh view shows one in the granted site. */
  private Optional<ActiveSeen> activeSeen(NodeAddress node, Turn turn) {
    Optional<PoolState.Node> local = pool.active().filter(n -> !n.address().equals(node));
    if (local.isPresent()) {
      return track(local.get().address())
          .flatMap(NodeTrack::facts)
          .map(f -> new ActiveSeen(config.self(), local.get().address(), f));
    }
    Grant g = lease.grant();
    return g.holder()
        .filter(h -> g.serving() && !h.equals(config.self()))
        .flatMap(
            h ->
                turn.fresh(h)
                    .flatMap(PeerTrack::view)
                    .flatMap(v -> v.pool(service.name()))
                    .flatMap(
                        p ->
                            p.nodes().stream()
                                .filter(
                                    n ->
                                        n.state() == State.ACTIVE
                                            && n.status() != Status.FAIL
                                            && n.req() <= 1
                                            && n.facts().isPresent())
                                .findFirst())
                    .map(n -> new ActiveSeen(h, n.address(), n.facts().orElseThrow())));
  }

  private Optional<NodeTrack> candidate() {
    return pool.nodes().stream()
        .filter(
            n ->
                n.candidate() || (n.override().pins() && n.state() == State.STANDBY && n.answers()))
        .map(n -> java.util.Objects.requireNonNull(tracks.get(n.address())))
        .filter(t -> !t.fence.wanted() && t.facts().isPresent() && t.followCommand == 0)
        .findFirst();
  }

  private Eligibility eligibility(boolean poolOk, String poolReason, long now) {
    if (!poolOk) {
      return Eligibility.no(poolReason);
    }
    if (paused() && !lease.grant().servedBy().equals(Optional.of(config.self()))) {
      return Eligibility.no(
          "the service is paused by %s: %s"
              .formatted(lease.grant().paused().get().by(), lease.grant().paused().get().reason()));
    }
    if (now < notEligibleUntil) {
      return Eligibility.no("its last promotion failed: " + promotionError);
    }
    Optional<NodeTrack> candidate = candidate();
    if (candidate.isEmpty()) {
      return Eligibility.no("no node is ready to take over: " + describeNodes());
    }
    ServerFacts f = candidate.get().facts().orElseThrow();
    if (!f.readOnly()) {
      return Eligibility.no(candidate.get().address + " is not fenced yet");
    }
    if (!f.deadMan()) {
      return Eligibility.no(
          candidate.get().address
              + " has no working dead-man (event mpp.dead_man, event_scheduler=ON); a node"
              + " without one is never made writable");
    }
    Grant g = lease.grant();
    if (service.rpoZero() && !g.inSync().isEmpty()) {
      if (!g.inSync().contains(config.self())) {
        return Eligibility.no(
            "acknowledged writes of epoch %d may be missing here; only %s has them all"
                .formatted(g.epoch(), g.inSync()));
      }
      boolean received =
          g.servedBy().equals(Optional.of(config.self()))
              || g.inSync().size() == 1
              || f.replication().map(r -> r.receiverStarted() || r.applierRunning()).orElse(false);
      if (!received) {
        return Eligibility.no(
            "its receiver was not running when the ACTIVE was lost, so acknowledged writes may be"
                + " missing here");
      }
    }
    long advance =
        Math.max(
            f.executed().advance(), f.replication().map(r -> r.received().advance()).orElse(0L));
    return new Eligibility(true, "ready to take over with " + candidate.get().address, advance);
  }

  private String describeNodes() {
    StringBuilder b = new StringBuilder();
    for (PoolState.Node n : pool.nodes()) {
      b.append(b.isEmpty() ? "" : "; ")
          .append(n.address())
          .append(' ')
          .append(n.state())
          .append('/')
          .append(n.status());
      if (!n.message().isEmpty()) {
        b.append(" (").append(n.message()).append(')');
      }
    }
    return b.toString();
  }

  private String explain(boolean poolOk, String poolReason, long now) {
    Grant g = lease.grant();
    if (lease.holds(now)) {
      Optional<PoolState.Node> active = pool.active();
      if (active.isPresent() && pool.allowed()) {
        return "%s is ACTIVE in epoch %d with %s; %s"
            .formatted(
                config.self(),
                g.epoch(),
                active.get().address(),
                g.inSync().size() > 1
                    ? "in sync: " + g.inSync()
                    : "no other site has every acknowledged write");
      }
      if (promotion != null) {
        return "%s holds epoch %d and promotes %s (%s)."
            .formatted(config.self(), g.epoch(), promotion.node(), promotion.stage());
      }
      return "%s holds epoch %d and stands down: %s"
          .formatted(config.self(), g.epoch(), pool.permissionReason());
    }
    Eligibility e = eligibility(poolOk, poolReason, now);
    String own = e.ok() ? e.reason() : "not eligible: " + e.reason();
    if (g.holder().isPresent() && !lease.claimable(now)) {
      return "%s holds epoch %d; %s %s".formatted(g.holder().get(), g.epoch(), config.self(), own);
    }
    return "nobody holds the lease (epoch %d); %s %s; %s"
        .formatted(g.epoch(), config.self(), own, claimRule.reason());
  }

  private void journal(
      Turn turn, String kind, String subject, String from, String to, String reason) {
    turn.add(
        new BrainCommand.Journal(
            service.name().name(), kind, subject, from, to, lease.grant().epoch(), reason));
  }

  PoolView view(PoolVerdict status, long now, Map<NodeAddress, Long> skipped) {
    boolean poolOk = status.ok();
    String poolReason = status.reason();
    Eligibility e = eligibility(poolOk, poolReason, now);
    boolean active = pool.active().isPresent();
    return new PoolView(
        service.name(),
        pool.config().name(),
        poolOk ? Status.OK : Status.FAIL,
        e.ok(),
        active ? sentence : e.reason(),
        candidate().flatMap(NodeTrack::facts).map(ServerFacts::executed),
        e.advance(),
        pool.nodes().stream()
            .map(
                n -> {
                  NodeTrack t = java.util.Objects.requireNonNull(tracks.get(n.address()));
                  return new NodeView(
                      n.address(),
                      n.type(),
                      n.req(),
                      n.status(),
                      n.measured(),
                      n.state(),
                      n.message(),
                      t.lastWallMillis,
                      skipped.getOrDefault(n.address(), 0L),
                      t.facts(),
                      overrides.of(n.address()));
                })
            .toList());
  }
}
