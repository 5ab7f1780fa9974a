package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.pair.PairPicture;
import dev.mpp.core.pool.PollResult;
import dev.mpp.core.pool.PoolEvent;
import dev.mpp.core.pool.PoolState;
import java.util.List;
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
 *
 * <p>It thinks after every event of its own, and otherwise when it is {@linkplain #dueAt() due}.
 */
final class ServiceBrain {
  private static final long SETTLED = 5_000_000_000L;

  /** After which the nodes were polled, or do not answer. */
  private static final long POLLED_WITHIN = 2_000_000_000L;

  /** An operator's word that whatever is lost is lost: as long as a forced claim may take. */
  private static final long LOSS_ACCEPTED = 60_000_000_000L;

  /** With something under way, the longest time between two thoughts. */
  private static final long BUSY = 20_000_000L;

  /** While it changes who is in sync, or commits wait for an acknowledgement. */
  private static final long SYNCING = 50_000_000L;

  /** With nothing under way: hold-downs and retries need no better. */
  private static final long IDLE = 250_000_000L;

  private final BrainConfig config;
  private final BrainConfig.Service service;
  private final ServiceState state;
  private final LeaseClock lease;
  private final FollowJudge judge;
  private final NodeWarnings warnings;
  private final HeartbeatLag heartbeats = new HeartbeatLag();
  private final SecondOpinion opinion;
  private final EligibilityRule eligibility;
  private final RoleKeeper role;
  private final ReplicaKeeper replicas;
  private final OperatorOrders orders;
  private final PoolReturn back;
  private final LossRecord losses;
  private final HookKeeper hooks;
  private final MoveKeeper moves;
  private final MoveStarter starter;
  private final ServicePicture picture;
  private final SiteGuards siteGuards;
  private final @Nullable SyncKeeper sync;

  private PoolVerdict verdict = PoolVerdict.OK;
  private long deadManHeldUntil = LeaseClock.NEVER;
  private long servingSince = LeaseClock.NEVER;
  private boolean activeLost;

  /** Pair mode: somebody took the ACTIVE server's write permission while the peer was silent. */
  private boolean stripped;

  /** When the ACTIVE node was last seen writable. */
  private long servedAt = LeaseClock.NEVER;

  private long dueAt = Long.MIN_VALUE;

  /** Until then another instance of this site may still finish a promotion that it began. */
  private long quietUntil = LeaseClock.NEVER;

  private long releaseFrom = LeaseClock.NEVER;

  /** What the site as a whole has against one of its services. */
  interface SiteGuards {
    List<Guard> of(ServiceBrain service, long now);
  }

  /** Noted already as concerned by the present event. */
  boolean touched;

  ServiceBrain(
      BrainConfig config,
      BrainConfig.Service service,
      PoolState restored,
      LeaseClock lease,
      CommandIds ids,
      SiteOrders siteOrders,
      SiteGuards siteGuards) {
    this.config = config;
    this.siteGuards = siteGuards;
    this.service = service;
    this.state = new ServiceState(config, service, restored, lease, ids, siteOrders);
    this.lease = state.lease;
    this.judge = new FollowJudge(service.lagLimit(), state.managed());
    this.warnings = new NodeWarnings(service.stallFails());
    this.opinion = new SecondOpinion(state);
    this.eligibility = new EligibilityRule(state);
    this.role = new RoleKeeper(state, eligibility);
    this.replicas = new ReplicaKeeper(state);
    this.orders = new OperatorOrders(state);
    this.back = new PoolReturn(state);
    this.losses = new LossRecord(state);
    this.hooks = new HookKeeper(state);
    this.moves = new MoveKeeper(state, role);
    this.starter = new MoveStarter(state);
    this.picture = new ServicePicture(state, eligibility, role, orders, moves);
    List<SiteId> dataPeers =
        service.pools().keySet().stream().filter(s -> !s.equals(config.self())).sorted().toList();
    this.sync =
        service.semiSync() && dataPeers.size() == 1 && !state.cluster()
            ? new SyncKeeper(service.name(), config.self(), dataPeers.getFirst(), state.managed())
            : null;
  }

  LeaseClock lease() {
    return lease;
  }

  BrainConfig.Service service() {
    return service;
  }

  PoolState pool() {
    return state.pool();
  }

  Optional<String> unfit() {
    return state.unfit();
  }

  /** Whether this site has been serving for a while. */
  boolean settled(long now) {
    return lease.mayAct(now)
        && lease.grant().serving()
        && servingSince != LeaseClock.NEVER
        && now - servingSince >= SETTLED;
  }

  /** When it has to think again though nothing happens to it. */
  long dueAt() {
    return dueAt;
  }

  /** Nobody is writable until this process holds a lease. */
  void start(Turn turn) {
    for (NodeTrack t : state.tracks()) {
      t.fence.wantAtStart("start-up: nothing is writable before a fresh lease", turn);
      pollWithin(t.address, 0, turn);
    }
  }

  /**
   * Goes on in the place of the site's other instance, which holds nothing any more: the ACTIVE
   * node is kept as it is, and its dead-man lock taken over.
   *
   * @param quietUntil until then the other one may still make a node writable; {@link
   *     LeaseClock#NEVER} when it cannot
   * @param lockedUntil until then it may still hold a dead-man lock
   */
  void inherit(long quietUntil, long lockedUntil, Turn turn) {
    this.quietUntil = quietUntil;
    if (sync != null) {
      sync.inherit(turn.now());
    }
    // A released role is somebody else's at once; and the nodes have to be polled first.
    releaseFrom = Math.max(turn.now() + POLLED_WITHIN, quietUntil);
    role.lookAgain(turn.now());
    long until = lease.deadManUntil();
    for (NodeTrack t : state.tracks()) {
      t.fence.othersUntil(lockedUntil);
      if (state.isActive(t.address)) {
        t.pollsSincePromoted = 1;
        deadManHeldUntil = until;
        turn.add(new BrainCommand.TakeDeadMan(service.name(), t.address, until));
      } else if (quietUntil != LeaseClock.NEVER) {
        t.fence.want("the other instance may have made it writable", turn);
      }
      pollWithin(t.address, 0, turn);
    }
  }

  /**
   * The site's other instance is responsible from here on: nothing is fenced, nothing refreshed.
   */
  void retire(Turn turn) {
    for (NodeTrack t : state.tracks()) {
      turn.add(
          state.isActive(t.address)
              ? new BrainCommand.HoldDeadMan(service.name(), t.address, turn.now())
              : new BrainCommand.DropDeadMan(service.name(), t.address));
    }
  }

  /** Whether this instance can have made nothing writable, and every ACTIVE node was fenced. */
  boolean over(long now) {
    return !lease.mayAct(now)
        && state.promotion() == null
        && pool().active().isEmpty()
        && state.tracks().stream().noneMatch(t -> t.writableInFlight);
  }

  /** Whether nothing is under way that only this process could bring to an end. */
  boolean still(long now) {
    return state.promotion() == null
        && (sync == null || !sync.unsettled(now))
        && !role.giving()
        && state.tracks().stream().noneMatch(t -> t.fence.wanted() || t.writableInFlight);
  }

  /** The role that a former instance held was taken over only to be given up. */
  void giveUp(long now) {
    role.giveUp(now + config.timing().claimAfter());
  }

  private void pollWithin(NodeAddress node, long delay, Turn turn) {
    turn.add(new BrainCommand.PollWithin(service.name(), node, delay));
  }

  // ---- events -------------------------------------------------------------------------------

  void nodeAnswered(BrainEvent.NodeAnswered e, Turn turn) {
    NodeTrack t = state.trackOrNull(e.node());
    if (t == null) {
      return;
    }
    boolean active = state.isActive(e.node());
    boolean mayWrite = active || t.writableInFlight;
    Optional<ActiveSeen> seen =
        mayWrite || state.cluster() ? Optional.empty() : state.activeSeen(e.node(), turn);
    t.answered(heartbeats.refine(e.facts(), seen, turn.now()), turn.now(), e.wallMillis());
    trouble(t, null, "", turn);
    if (active) {
      opinion.over();
    }
    if (t.receiverChanged()) {
      turn.add(new BrainCommand.Show()); // whoever opens a server may wait for it
    }
    if (!e.facts().readOnly() && !mayWrite && !t.fence.wanted()) {
      String found = "found writable without being ACTIVE";
      state.journal(turn, "guard", e.node().toString(), "", "", found);
      t.fence.want(found, turn);
    }
    if (active && !e.facts().readOnly()) {
      servedAt = turn.now();
    }
    boolean lost = active && watchActiveReadOnly(t, e.facts(), turn);
    PollResult result =
        lost && state.cluster()
            ? new PollResult.ReplicationFailure("found read-only though it is ACTIVE")
            : judged(t, mayWrite, seen, turn.now());
    errant(t, seen, turn);
    if (!(result instanceof PollResult.Healthy)) {
      t.healthySince = LeaseClock.NEVER;
    } else if (t.healthySince == LeaseClock.NEVER) {
      t.healthySince = turn.now();
    }
    polled(e.node(), result, turn);
  }

  private PollResult judged(NodeTrack t, boolean mayWrite, Optional<ActiveSeen> seen, long now) {
    ServerFacts facts = t.facts().orElseThrow();
    if (mayWrite) {
      return warnings.active(facts);
    }
    PollResult follows = state.cluster() ? PollResult.HEALTHY : judge.judge(t, facts, seen, now);
    return follows == PollResult.HEALTHY ? NodeWarnings.standby(facts) : follows;
  }

  /**
   * The journal has the exact set that only this node has, when it is found and when it changes.
   */
  private void errant(NodeTrack t, Optional<ActiveSeen> seen, Turn turn) {
    if (t.lacking.isEmpty() || t.lacking.equals(t.lackingTold) || seen.isEmpty()) {
      return;
    }
    t.lackingTold = t.lacking;
    state.journal(
        turn,
        "errant",
        t.address.toString(),
        "",
        "",
        "it has, and ACTIVE %s of %s lacks: %s"
            .formatted(seen.get().node(), seen.get().site(), t.lacking));
  }

  /** The journal has when a node's polls began to fail, of what, and when that was over. */
  private void trouble(NodeTrack t, @Nullable PollTrouble now, String error, Turn turn) {
    PollTrouble before = t.trouble;
    if (now != before) {
      t.trouble = now;
      state.journal(
          turn,
          "poll",
          t.address.toString(),
          before == null ? "" : before.code(),
          now == null ? "answered" : now.code(),
          error);
    }
  }

  /**
   * The server's own dead-man, or somebody, made the ACTIVE node read-only.
   *
   * @return whether it is
   */
  private boolean watchActiveReadOnly(NodeTrack t, ServerFacts facts, Turn turn) {
    // The first poll after a promotion may have been read before it.
    if (!facts.readOnly() || t.pollsSincePromoted < 2) {
      return false;
    }
    if (!state.cluster()) {
      activeLost = true;
    }
    stripped |= state.peerCut();
    pollWithin(t.address, 0, turn);
    return true;
  }

  void nodeUnreachable(BrainEvent.NodeUnreachable e, Turn turn) {
    NodeTrack t = state.trackOrNull(e.node());
    if (t != null) {
      t.unreachable(e.wallMillis());
      trouble(t, e.trouble(), e.error(), turn);
      String vouched = state.isActive(e.node()) ? opinion.of(e, turn) : "";
      polled(e.node(), new PollResult.ConnectFailure(e.error(), vouched), turn);
    }
  }

  private void polled(NodeAddress node, PollResult result, Turn turn) {
    state.step(new PoolEvent.Polled(Map.of(node, result)), turn);
    boolean healthy = pool().node(node).map(n -> n.req() <= 0 || n.lastHealthy()).orElse(true);
    pollWithin(node, healthy ? service.pollInterval() : service.retryInterval(), turn);
  }

  void fenceDone(BrainEvent.FenceDone e, Turn turn) {
    Promotion p = state.promotion();
    if (p != null && p.fenceDone(e)) {
      hooks.afterRemote(e, turn);
    }
    NodeTrack t = state.trackOrNull(e.node());
    if (t == null || !t.fence.answered(e, turn)) {
      return;
    }
    hooks.afterLocal(t, e, turn);
    if (e.safe() && !t.writableInFlight) {
      fenced(t, "%s in %.1f ms: %s".formatted(e.outcome(), e.micros() / 1000.0, e.detail()), turn);
    }
  }

  void hookDone(BrainEvent.HookDone e, Turn turn) {
    NodeTrack t = state.trackOrNull(e.node());
    hooks.done(e, t, turn);
    if (t != null
        && t.fence.hookAnswered(e, turn.now())
        && e.verified()
        && t.fence.hookCounts()
        && !t.writableInFlight) {
      fenced(t, "FENCED by a hook: " + e.detail(), turn);
    }
  }

  private void fenced(NodeTrack t, String detail, Turn turn) {
    String why = t.fence.reason();
    t.fence.done();
    state.journal(turn, "fence", t.address.toString(), "", "FENCED", why + " — " + detail);
    pollWithin(t.address, 0, turn);
    endPromotion(t, turn);
    if (state.fencing(t.address)) {
      state.step(new PoolEvent.Fenced(t.address, detail), turn);
    }
  }

  /** A promotion that failed, or that the pool does not want any more, ends with the fence. */
  private void endPromotion(NodeTrack t, Turn turn) {
    Promotion p = state.promotion();
    if (p == null || !p.node().equals(t.address)) {
      return;
    }
    if (p.stage() == Promotion.Stage.FAILED) {
      eligibility.promotionFailed(p.failure(), turn.now());
      state.journal(turn, "promotion", t.address.toString(), "", "FAILED", p.failure());
      state.step(new PoolEvent.PromotionFailed(t.address, p.failure()), turn);
      state.promotionOver(turn);
    } else if (!state.pending(t.address, PoolState.Pending.PROMOTING)) {
      state.promotionOver(turn);
    }
  }

  void prepareDone(BrainEvent.PrepareDone e, Turn turn) {
    Promotion p = state.promotion();
    if (p != null && p.prepareDone(e)) {
      losses.weigh(p, turn);
    }
  }

  void writableDone(BrainEvent.WritableDone e, Turn turn) {
    NodeTrack t = state.trackOrNull(e.node());
    if (t == null) {
      return;
    }
    t.writableInFlight = false;
    Promotion p = state.promotion();
    if (p != null) {
      boolean again = p.writableDone(e, turn.now());
      if (p.stage() == Promotion.Stage.DONE && !t.fence.wanted()) {
        promoted(p, t, turn);
        return;
      }
      if (again && !t.fence.wanted()) {
        return;
      }
    }
    // Too late or failed: whatever it did, it is undone.
    if (t.fence.wanted()) {
      t.fence.again(turn);
    } else if (!state.isActive(e.node())) {
      t.fence.want("un-fencing did not complete: " + e.detail(), turn);
    }
  }

  private void promoted(Promotion p, NodeTrack t, Turn turn) {
    eligibility.promoted();
    losses.promoted(p);
    t.pollsSincePromoted = 0;
    if (sync != null) {
      sync.reset();
    }
    state.journal(
        turn,
        "promotion",
        t.address.toString(),
        "",
        "WRITABLE",
        "%s (%.0f ms, executed %s, at risk: %s%s)"
            .formatted(
                p.reason(),
                (turn.now() - p.startedAt()) / 1e6,
                p.executed().map(Object::toString).orElse("unknown"),
                p.risk().map(r -> LossRecord.summary(p, r)).orElse("not known"),
                p.joined() ? "; the former ACTIVE follows" : ""));
    state.step(new PoolEvent.Promoted(t.address), turn);
    state.promotionOver(turn);
    pollWithin(t.address, 0, turn);
  }

  void changeDone(BrainEvent.ChangeDone e, Turn turn) {
    Promotion p = state.promotion();
    if (p != null) {
      p.changeDone(e);
    }
    if (sync != null) {
      sync.changeDone(e, turn.now());
    }
    NodeTrack t = state.trackOrNull(e.node());
    if (t != null && t.followCommand == e.commandId()) {
      t.followCommand = 0;
      if (!e.ok()) {
        state.journal(turn, "follow", e.node().toString(), "", "FAILED", e.detail());
      }
      pollWithin(e.node(), 0, turn);
    }
  }

  void ledgerChanged(LedgerCommand command, LedgerOutcome outcome, boolean own, Turn turn) {
    boolean accepted = outcome instanceof LedgerOutcome.Accepted;
    if (own && command instanceof LedgerCommand.InSync i) {
      Promotion p = state.promotion();
      if (p != null) {
        p.stateOutcome(i.origin().sequence(), outcome);
      }
      if (sync != null && accepted) {
        sync.stated(i.origin().sequence(), i.sites());
      }
    }
    if (own && command instanceof LedgerCommand.Handover h) {
      moves.handoverOutcome(h.origin().sequence(), outcome, turn);
    }
    if (own && accepted && command instanceof LedgerCommand.Claim) {
      role.lookAgain(turn.now());
      state.tracks().forEach(t -> pollWithin(t.address, 0, turn));
    }
    if (own && accepted && command instanceof LedgerCommand.Serve) {
      servingSince = turn.now();
    }
    if (accepted && lease.learnt()) {
      Grant g = lease.grant();
      state.journal(
          turn,
          "ledger",
          command.origin().site().name(),
          "",
          command instanceof LedgerCommand.Pause p && !p.on()
              ? "Resume"
              : command.getClass().getSimpleName(),
          "epoch "
              + g.epoch()
              + ", holder "
              + g.holder().map(SiteId::name).orElse("none")
              + ", in sync "
              + g.inSync()
              + g.paused().map(p -> ", paused by " + p.by() + ": " + p.reason()).orElse(""));
    }
  }

  String recover(BrainEvent.OperatorRecover e, Turn turn) {
    Optional<String> returning = e.node().isEmpty() ? back.recover() : Optional.empty();
    String answer = orders.recover(e.node(), e.by(), e.reason(), turn);
    for (NodeTrack t : state.tracks()) {
      if (e.node().isEmpty() || e.node().get().equals(t.address)) {
        t.channel.forget();
      }
    }
    return returning.map(line -> line + "\n" + answer).orElse(answer);
  }

  OperatorOrders orders() {
    return orders;
  }

  /** Pair mode: what is known of the peer changed. */
  void peer(PairPicture picture, Turn turn) {
    Optional<String> before = state.withheld();
    state.pair = Optional.of(picture);
    stripped &= !picture.heard();
    Optional<String> after = state.withheld();
    if (!before.equals(after)) {
      state.journal(
          turn,
          "pair",
          state.config.self().name(),
          "",
          "",
          after.map(why -> "does not take over: " + why).orElse("may take over if it has to"));
    }
  }

  /**
   * Why the pool is FAIL whatever it reaches: the peer may have fenced its servers in order to take
   * over, or had the proof that none of them serves. So this site gives the role up, and takes it
   * again as the ledger of the pair allows: when the peer is heard, or with a proof of its own.
   */
  Optional<String> stripped() {
    return stripped
        ? Optional.of(
            "Its ACTIVE server was fenced from outside, or did not serve for a lease's time, while"
                + " the peer is silent.")
        : Optional.empty();
  }

  /** Pair mode, alone: nobody served for so long that the peer may have taken that for a proof. */
  private void watchUnserved(long now) {
    if (!lease.holds(now)) {
      stripped = false;
      return;
    }
    stripped |=
        state.peerCut()
            && lease.grant().serving()
            && pool().active().isEmpty()
            && servedAt != LeaseClock.NEVER
            && now - servedAt > config.timing().duration();
  }

  void overlap(BrainEvent.PairOverlap e, Turn turn) {
    state.journal(
        turn,
        "overlap",
        config.self().name(),
        String.valueOf(e.ownEpoch()),
        String.valueOf(e.peerEpoch()),
        ("the other site took the role while this one held it (%s): both may have been writable %s."
                + " What was written here then is not there; the GTID comparison names it")
            .formatted(
                e.forcedBy().isEmpty() ? "by its evidence" : "forced by " + e.forcedBy(),
                e.window()));
  }

  String takeover(BrainEvent.OperatorTakeover e, Turn turn) {
    String answer = takeover(turn);
    state.journal(
        turn,
        "operator",
        service.name().name(),
        "",
        "takeover --force",
        (e.reason().isEmpty() ? "" : e.reason() + " — ") + answer,
        e.by());
    if (answer.startsWith("OK") && state.pair.isPresent()) {
      turn.add(new BrainCommand.ForceTakeover(service.name(), e.by(), e.reason()));
    }
    return answer;
  }

  private String takeover(Turn turn) {
    boolean pair = state.pair.isPresent();
    if (!pair && service.bound().isEmpty()) {
      return "ERROR: takeover --force belongs to pair mode and to rpo: bounded; here the sites"
          + " agree by majority";
    }
    if (lease.holds(turn.now())) {
      return "ERROR: %s holds the role already".formatted(config.self());
    }
    if (!pair && !lease.claimable(turn.now())) {
      return "ERROR: %s holds the lease; to move the role: mpp switchover"
          .formatted(lease.grant().holder().map(SiteId::name).orElse("nobody"));
    }
    if (pair && state.pair.get().heard()) {
      return "ERROR: the other site is heard, so it is asked: nothing to force. If it is ACTIVE and"
          + " shall not be, move the role";
    }
    state.lossAcceptedUntil = turn.now() + LOSS_ACCEPTED;
    Eligibility own = eligibility.toClaim(verdict, turn.now());
    if (!own.ok()) {
      state.lossAcceptedUntil = LeaseClock.NEVER;
      return "ERROR: %s cannot serve: %s".formatted(config.self(), own.reason());
    }
    NodeTrack candidate = state.candidate();
    return "OK: %s claims %s%s; at risk: %s"
        .formatted(
            config.self(),
            service.name(),
            pair ? " without the other site" : "",
            candidate == null ? "not known" : state.risk(candidate, turn.now()).text());
  }

  // ---- the cycle ----------------------------------------------------------------------------

  /**
   * Looks at everything and does what is due.
   *
   * @param raw the pool STATUS by the checkpoints, the peers and the nodes at this instant
   */
  void think(PoolVerdict raw, Turn turn) {
    state.sightings.watch(turn);
    losses.watch(turn);
    verdict = back.judge(raw, turn);
    watchUnserved(turn.now());
    orders.watch(turn);
    if (pool().paused() != state.paused()) {
      state.step(new PoolEvent.Paused(state.paused()), turn);
    }
    if (turn.now() >= releaseFrom) {
      moves.pursue(verdict, turn);
    }
    permission(turn);
    fences(turn);
    promote(turn);
    deadMan(turn);
    role.serve(turn);
    if (turn.now() >= releaseFrom) {
      role.release(verdict, moves.fencing(), turn);
    }
    role.claim(verdict, turn);
    sync(turn);
    starter.consider(settled(turn.now()), turn);
    replicas.follow(turn);
    replicas.recovery(turn);
    picture.changed();
    dueAt = due(turn.now());
  }

  private long due(long now) {
    boolean busy =
        state.promotion() != null
            || back.waiting()
            || role.giving()
            || moves.phase() != MoveKeeper.Phase.NONE;
    for (NodeTrack t : state.tracks()) {
      busy |= t.fence.wanted() || t.writableInFlight;
    }
    if (busy) {
      return now + BUSY;
    }
    if (lease.mayAct(now)) {
      long end = lease.validUntil() - config.timing().fenceBudget();
      return Math.min(end, now + (sync != null && sync.busy() ? SYNCING : IDLE));
    }
    if (lease.holds(now) || lease.claimable(now)) {
      return now + BUSY;
    }
    return lease.learnt() ? Math.min(lease.claimableSince(), now + IDLE) : now + IDLE;
  }

  private void permission(Turn turn) {
    boolean anyActive = pool().active().isPresent();
    boolean lostActive = activeLost && anyActive;
    activeLost = lostActive;
    boolean mayAct = lease.mayAct(turn.now());
    boolean giving = role.giving();
    boolean allowed =
        mayAct
            && verdict.ok()
            && !lostActive
            && !giving
            && !moves.fencing()
            && (anyActive || state.promotion() != null || role.ready(verdict, turn.now()));
    if (allowed == pool().allowed() && (allowed || !anyWriter())) {
      return;
    }
    String why =
        allowed
            ? "lease of epoch " + lease.grant().epoch()
            : lostActive
                ? "the ACTIVE node was found read-only"
                : !verdict.ok()
                    ? verdict.reason()
                    : giving
                        ? "the role is being released"
                        : moves.fencing()
                            ? "a switchover hands the role over"
                            : mayAct
                                ? eligibility.judge(verdict, turn.now()).reason()
                                : lease.holds(turn.now())
                                    ? "the lease is about to end without a renewal"
                                    : "no lease";
    if (allowed != pool().allowed()) {
      state.step(new PoolEvent.Permission(allowed, why), turn);
    }
    if (!allowed) {
      for (NodeTrack t : state.tracks()) {
        if (state.isActive(t.address) || state.promoting(t.address)) {
          t.fence.want(why, turn);
        }
      }
    }
  }

  private boolean anyWriter() {
    if (state.promotion() != null) {
      return true;
    }
    return pool().active().isPresent();
  }

  private void fences(Turn turn) {
    for (NodeTrack t : state.tracks()) {
      if (!t.fence.wanted()) {
        continue;
      }
      if (t.fence.deadManPassed(turn.now())
          && t.deadManKnown()
          && !t.writableInFlight
          && state.fencing(t.address)) {
        state.journal(
            turn,
            "fence",
            t.address.toString(),
            "",
            "DEAD-MAN",
            t.fence.reason() + " — not verified (" + t.fence.lastFailure() + "): " + unverified(t));
        endPromotion(t, turn);
        state.step(new PoolEvent.Fenced(t.address, "by its dead-man"), turn);
      }
      t.fence.pursue(turn, state.ids);
    }
  }

  /** What its dead-man has done in the time it had, as far as that can be known from here. */
  private static String unverified(NodeTrack t) {
    if (t.trouble == PollTrouble.REFUSED) {
      return "nothing listens there; when it starts again it boots read-only, or its dead-man makes"
          + " it so";
    }
    return "if it runs, its dead-man has made it read-only by now; if it is frozen, that happens"
        + " within about a second of its going on, and until then it may acknowledge writes";
  }

  private void promote(Turn turn) {
    Promotion p = state.promotion();
    if (p == null || (quietUntil != LeaseClock.NEVER && turn.now() < quietUntil)) {
      return;
    }
    NodeTrack t = java.util.Objects.requireNonNull(state.trackOrNull(p.node()));
    if (!t.fence.wanted()) {
      p.pursue(lease, turn, state.ids);
    }
    if (p.stage() == Promotion.Stage.FAILED) {
      t.fence.want("promotion failed: " + p.failure(), turn);
      t.fence.pursue(turn, state.ids);
    }
  }

  private void deadMan(Turn turn) {
    long until = lease.deadManUntil();
    if (!lease.mayAct(turn.now()) || until == deadManHeldUntil) {
      return;
    }
    deadManHeldUntil = until;
    Promotion p = state.promotion();
    for (NodeTrack t : state.tracks()) {
      boolean unfencing = p != null && p.node().equals(t.address) && p.maybeWritable();
      if (!t.fence.wanted() && (state.isActive(t.address) || unfencing)) {
        turn.add(new BrainCommand.HoldDeadMan(service.name(), t.address, until));
      }
    }
  }

  private void sync(Turn turn) {
    PoolState.Node active = pool().active().orElse(null);
    if (sync == null || active == null || !lease.mayAct(turn.now())) {
      return;
    }
    NodeTrack t = state.track(active);
    if (t.pollsSincePromoted >= 1 && !t.fence.wanted() && t.facts().isPresent()) {
      sync.keep(
          t.address,
          t.facts().get(),
          t.factsAt,
          t.pollsSincePromoted,
          lease.grant(),
          turn,
          state.ids);
      t.semiSyncCommandAt = Math.max(t.semiSyncCommandAt, sync.commandedAt());
    }
  }

  // ---- pictures -----------------------------------------------------------------------------

  String sentence(long now) {
    return picture.sentence(verdict, now);
  }

  PoolView view(long now, Map<NodeAddress, Long> skipped) {
    return picture.view(verdict, () -> siteGuards.of(this, now), now, skipped);
  }
}
