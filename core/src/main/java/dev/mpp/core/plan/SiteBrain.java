package dev.mpp.core.plan;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.lease.Acting;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.LinkView;
import dev.mpp.core.model.Status;
import dev.mpp.core.pair.PairPicture;
import dev.mpp.core.pool.PoolState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Every decision of one site: events in, commands out. Deterministic: it reads no clock (each event
 * carries {@code now}, monotonic nanoseconds), does no I/O and starts no thread. Confined to one
 * thread, the loop's.
 */
public final class SiteBrain {
  /** Of each service. One that is forgotten before it is committed grants and renews nothing. */
  private static final int REMEMBERED_PROPOSALS = 16;

  private static final int REMEMBERED_AT_LEAST = 1024;
  private static final long SHOW_ROLES = 60_000_000_000L;
  private static final long PREFERENCE_RETRY = 5_000_000_000L;

  /** How finely time alone makes services think: far below every timing of the lease. */
  private static final long SWEEP = 5_000_000L;

  private static final long SUCCESSION_RETRY = 1_000_000_000L;

  private final BrainConfig config;
  private final CheckpointBoard checkpoints;
  private final Map<ServiceName, ServiceBrain> services = new LinkedHashMap<>();
  private final Map<SiteId, PeerTrack> peers = new LinkedHashMap<>();
  private final CommandIds ids = new CommandIds();
  private final Map<Long, Long> proposals =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > Math.max(REMEMBERED_AT_LEAST, REMEMBERED_PROPOSALS * services.size());
        }
      };
  private long sequence;
  private long viewSequence;
  private long freshSince = LeaseClock.NEVER;
  private long lastBeat = LeaseClock.NEVER;
  private long lastPreference = LeaseClock.NEVER;
  private final long startedAt;

  /** Of every service, those without a pool here included. */
  private final Map<ServiceName, LeaseClock> leases = new LinkedHashMap<>();

  /** Services that the present event concerns, each once. */
  private final List<ServiceBrain> touched = new ArrayList<>();

  private List<ServiceBrain> all = List.of();

  /** Empty of services while another instance of the site acts; null where there is only one. */
  private final @Nullable TwinSeat seat;

  /** Without a seat: who acts for this site by the ledger, and when that may be proposed anew. */
  private Acting acting = Acting.NOBODY;

  private long nextSuccession = LeaseClock.NEVER;

  private final Map<ServiceName, PassivePool> passive = new LinkedHashMap<>();

  private long nextSweep = LeaseClock.NEVER;
  private final SiteOrders siteOrders = new SiteOrders();
  private final LedgerOrders ledgerOrders;

  /** When a confirmed role was learnt, for those of the last minute. */
  private final Map<ServiceName, Long> confirmed = new LinkedHashMap<>();

  private boolean wasCut;
  private Optional<PairPicture> pair = Optional.empty();
  private @Nullable Map<ServiceName, Long> reaches;
  private Optional<PoolVerdict> standDown = Optional.empty();
  private Optional<PoolVerdict> leaving = Optional.empty();
  private boolean started;

  /**
   * @param checkpoints the site's checkpoints and the policy that judges them
   * @param restored pool states as they were persisted; a service without one starts UNKNOWN
   */
  public SiteBrain(
      BrainConfig config,
      CheckpointBoard checkpoints,
      Map<ServiceName, PoolState> restored,
      long now) {
    this.config = config;
    this.checkpoints = checkpoints;
    this.startedAt = now;
    this.seat = config.twin().map(t -> new TwinSeat(config, t)).orElse(null);
    for (BrainConfig.Service s : config.services()) {
      PoolState pool = restored.getOrDefault(s.name(), PoolState.initial(s.pool()));
      LeaseClock lease =
          new LeaseClock(s.name(), config.self(), config.incarnation(), config.timing());
      leases.put(s.name(), lease);
      passive.put(s.name(), new PassivePool(s, pool));
      if (seat == null) {
        services.put(
            s.name(), new ServiceBrain(config, s, pool, lease, ids, siteOrders, this::obstacles));
      }
    }
    all = List.copyOf(services.values());
    for (ServiceName name : config.observed()) {
      leases.put(name, new LeaseClock(name, config.self(), config.incarnation(), config.timing()));
    }
    ledgerOrders = new LedgerOrders(leases, siteOrders, config.members().keySet(), services);
    for (SiteId site : config.members().keySet()) {
      if (!site.equals(config.self())) {
        peers.put(site, new PeerTrack(site, config.peerSilence()));
      }
    }
  }

  /** Handles one event and everything that is due at that instant. */
  public List<BrainCommand> on(BrainEvent event, long now) {
    Turn turn = new Turn(now, peers, () -> origin(now));
    if (!started) {
      started = true;
      services.values().forEach(s -> s.start(turn));
    }
    if (seat != null) {
      seat.tick(now);
    }
    boolean everybody = handle(event, turn);
    if (seat != null) {
      everybody |= sit(seat, turn);
      if (!seat.decides(now)) {
        forget();
        beat(turn);
        return turn.commands();
      }
    }
    boolean cut = cutOff(now);
    if (everybody || cut != wasCut) {
      wasCut = cut;
      all.forEach(s -> think(s, cut, turn));
      nextSweep = now + SWEEP;
    } else {
      for (ServiceBrain s : touched) {
        think(s, cut, turn);
      }
      sweep(cut, turn);
    }
    forget();
    if (checkpoints.pair()
        && (event instanceof BrainEvent.Tick
            || event instanceof BrainEvent.NodeAnswered
            || event instanceof BrainEvent.PairChanged
            || event instanceof BrainEvent.CheckpointResult)) {
      reaches(turn);
    }
    succeed(turn);
    beat(turn);
    return turn.commands();
  }

  private void forget() {
    for (ServiceBrain s : touched) {
      s.touched = false;
    }
    touched.clear();
  }

  // ---- two instances ------------------------------------------------------------------------

  /**
   * Takes the site's seat or leaves it, as the ledger says, and proposes to take it.
   *
   * @return whether it was taken now
   */
  private boolean sit(TwinSeat twins, Turn turn) {
    long now = turn.now();
    if (twins.superseded()) {
      retire(twins, twins.other() + " acts in its place", turn);
    } else if (twins.decides(now) && deaf(now) && all.stream().allMatch(s -> s.over(now))) {
      retire(twins, "cut off from the ledger: " + twins.other() + " may act by now", turn);
    }
    if (twins.handingFailed(now)) {
      twinJournal(twins.other() + " did not take over within 1.5 s", turn);
      standDown = leaving;
    }
    if (twins.entitled(freshSince, now)) {
      assume(twins, turn);
      return true;
    }
    twins
        .due(freshSince, now)
        .ifPresent(
            why -> {
              twinJournal("adopts: " + why, turn);
              turn.propose(origin -> new LedgerCommand.Adopt(origin, twins.term()));
            });
    return false;
  }

  /** Whether nothing was committed for so long that a lease cannot be acted on any more. */
  private boolean deaf(long now) {
    return freshSince != LeaseClock.NEVER
        && now - freshSince >= config.timing().duration() - config.timing().fenceBudget();
  }

  private void retire(TwinSeat twins, String why, Turn turn) {
    for (ServiceBrain s : all) {
      s.retire(turn);
      passive(s.service().name()).left(s.pool());
    }
    services.clear();
    all = List.of();
    forget();
    twins.retire();
    twins.known().ifPresent(k -> passive.values().forEach(p -> p.mirror(k)));
    twinJournal("passive: " + why, turn);
  }

  private void assume(TwinSeat twins, Turn turn) {
    Optional<TwinSeat.Inheritance> left = twins.act();
    standDown = leaving;
    for (BrainConfig.Service s : config.services()) {
      LeaseClock lease = lease(s.name());
      boolean held = left.isPresent() && lease.mayAct(turn.now());
      boolean complete = held && left.get().complete(s.name());
      PoolState pool =
          held
              ? passive(s.name())
                  .inherited(complete, "lease of epoch " + lease.grant().epoch(), turn.now())
              : passive(s.name()).idle();
      ServiceBrain brain =
          new ServiceBrain(config, s, pool, lease, ids, siteOrders, this::obstacles);
      services.put(s.name(), brain);
      left.flatMap(TwinSeat.Inheritance::state)
          .ifPresent(state -> overrides(brain, state, left.get().stateAt(), turn));
      if (held) {
        long over = left.get().lastSignAt() + config.timing().claimAfter();
        brain.inherit(complete ? LeaseClock.NEVER : over, over, turn);
      } else {
        brain.start(turn);
      }
    }
    all = List.copyOf(services.values());
    twinJournal("acts in term " + twins.term(), turn);
  }

  /** The overrides that the former instance had in force, for what is left of their time. */
  private static void overrides(ServiceBrain brain, TwinState state, long heardAt, Turn turn) {
    ServiceName service = brain.service().name();
    state
        .view()
        .pool(service)
        .ifPresent(
            pool ->
                pool.nodes()
                    .forEach(
                        n ->
                            n.override()
                                .flatMap(o -> remaining(o, state, heardAt, turn.now()))
                                .map(
                                    lasts ->
                                        new BrainEvent.OverrideRestored(
                                            service, n.address(), n.override().get(), lasts))
                                .ifPresent(e -> brain.orders().restored(e, turn))));
  }

  private static Optional<Long> remaining(
      SiteView.OverrideView o, TwinState state, long heardAt, long now) {
    if (o.untilWallMillis() == 0) {
      return Optional.of(0L);
    }
    long lasts = (o.untilWallMillis() - state.sentWallMillis()) * 1_000_000 - (now - heardAt);
    return lasts > 0 ? Optional.of(lasts) : Optional.empty();
  }

  private SiteView.PoolView passiveView(PassivePool p, long now, Map<NodeAddress, Long> skipped) {
    PoolVerdict verdict = checkpoints.verdict(p.service(), p.pool(), cutOff(now));
    String why = verdict.ok() ? "" : "; " + verdict.reason();
    return p.view(verdict, twinSentence(now).orElse("") + why, skipped);
  }

  private PassivePool passive(ServiceName service) {
    return Objects.requireNonNull(passive.get(service));
  }

  /** Why the other instance cannot be handed the site now; empty when it can. */
  private Optional<String> obstacle(TwinSeat twins, long now) {
    if (twins.role() != TwinSeat.Role.ACTING) {
      return Optional.of(twins.sentence(false));
    }
    if (!twins.twinReady(now)) {
      return Optional.of(twins.other() + " is not there or not ready");
    }
    for (ServiceBrain s : all) {
      boolean moving = s.lease().grant().move().isPresent();
      boolean ending = s.lease().holds(now) && !s.lease().fresh(now);
      if (moving || ending || !s.still(now)) {
        return Optional.of(
            s.service().name()
                + (moving
                    ? " is being moved"
                    : ending ? ": its lease was not renewed lately" : ": a change is under way"));
      }
    }
    return Optional.empty();
  }

  private void handOver(BrainEvent.OperatorTwin e, Turn turn) {
    TwinSeat twins = seat;
    Optional<String> obstacle =
        twins == null
            ? Optional.of(config.self() + " has one instance")
            : obstacle(twins, turn.now());
    if (obstacle.isEmpty() && twins != null) {
      twins.handOver(turn.now());
    }
    String answer =
        obstacle.map(o -> "ERROR: " + o).orElse("OK: handing over; mpp status shows who acts");
    turn.add(
        new BrainCommand.Journal(
            "",
            "operator",
            config.self().name(),
            "",
            "twin handover",
            0,
            (e.reason().isEmpty() ? "" : e.reason() + " — ") + answer,
            e.by()));
    turn.add(new BrainCommand.Answer(answer));
  }

  /** Hands over if the site's other instance is ready; otherwise stands down. */
  private void leave(String reason, Turn turn) {
    TwinSeat twins = seat;
    leaving = Optional.of(new PoolVerdict(false, reason));
    if (twins != null && twins.role() != TwinSeat.Role.ACTING) {
      return;
    }
    Optional<String> obstacle = twins == null ? Optional.of("") : obstacle(twins, turn.now());
    if (obstacle.isEmpty() && twins != null) {
      twinJournal("hands over to " + twins.other() + ": " + reason, turn);
      twins.handOver(turn.now());
      return;
    }
    if (twins != null) {
      twinJournal("cannot hand over: " + obstacle.get(), turn);
    }
    standDown = leaving;
  }

  private void twinJournal(String what, Turn turn) {
    TwinSeat twins = Objects.requireNonNull(seat);
    turn.add(
        new BrainCommand.Journal(
            "",
            "twin",
            config.self() + "." + twins.instance(),
            "",
            twins.role().name(),
            twins.term(),
            what));
  }

  /** Whoever is due by the time alone. */
  private void sweep(boolean cut, Turn turn) {
    if (turn.now() < nextSweep) {
      return;
    }
    nextSweep = turn.now() + SWEEP;
    for (ServiceBrain s : all) {
      if (turn.now() >= s.dueAt()) {
        think(s, cut, turn);
      }
    }
  }

  /** Pair mode: the agreement goes on alone only for services that are in reach at the time. */
  private void reaches(Turn turn) {
    Map<ServiceName, Long> next = new HashMap<>();
    for (ServiceBrain s : all) {
      if (s.stripped().isEmpty() && checkpoints.verdict(s.service(), s.pool(), true).ok()) {
        long at = checkpoints.seenAt(s.service());
        if (at != CheckpointBoard.NEVER) {
          next.put(s.service().name(), at);
        }
      }
    }
    if (!next.equals(reaches)) {
      reaches = next;
      turn.add(new BrainCommand.Reaches(next));
    }
  }

  private void touch(ServiceBrain s) {
    if (!s.touched) {
      s.touched = true;
      touched.add(s);
    }
  }

  private void think(ServiceBrain s, boolean cut, Turn turn) {
    s.think(verdict(s, cut), turn);
  }

  private Origin origin(long now) {
    long seq = ++sequence;
    proposals.put(seq, now);
    return new Origin(config.self(), config.incarnation(), seq);
  }

  /**
   * @return whether the event may change what any of the services decides; otherwise those it
   *     changes are in {@code touched}
   */
  private boolean handle(BrainEvent event, Turn turn) {
    switch (event) {
      case BrainEvent.Tick t -> {}
      case BrainEvent.LedgerApplied a -> {
        applied(a, turn);
        return siteOrders.learn(a.after());
      }
      case BrainEvent.LedgerRestored r -> {
        boolean unused = siteOrders.learn(r.state());
        freshSince = LeaseClock.NEVER;
        acting = r.state().acting(config.self());
        if (seat != null) {
          seat.restored(acting);
        }
        leases.forEach((name, lease) -> lease.restored(r.state().grant(name), turn.now()));
        return true;
      }
      case BrainEvent.NodeAnswered e -> {
        if (seat == null || seat.decides(turn.now())) {
          on(e.service(), s -> s.nodeAnswered(e, turn));
        } else if (passive.containsKey(e.service())) {
          passive(e.service()).answered(e, turn);
        }
      }
      case BrainEvent.NodeUnreachable e -> {
        if (seat == null || seat.decides(turn.now())) {
          on(e.service(), s -> s.nodeUnreachable(e, turn));
        } else if (passive.containsKey(e.service())) {
          passive(e.service()).unreachable(e, turn);
        }
      }
      case BrainEvent.TwinLink l -> {
        if (seat != null) {
          seat.link(l.up());
        }
      }
      case BrainEvent.TwinHeard h -> {
        if (seat != null) {
          seat.heard(h.state(), turn.now());
          if (seat.passive() && seat.known().filter(k -> k == h.state()).isPresent()) {
            passive.values().forEach(p -> p.mirror(h.state()));
          }
        }
      }
      case BrainEvent.OperatorTwin e -> handOver(e, turn);
      case BrainEvent.CheckpointResult c -> {
        checkpoints.result(c);
        return true;
      }
      case BrainEvent.PeerHeard p -> {
        PeerTrack peer = peers.get(p.view().site());
        if (peer != null) {
          peer.heard(p.view(), turn.now()).ifPresent(had -> wentBack(p.view(), had, turn));
        }
        return true;
      }
      case BrainEvent.PeerLink l -> {
        PeerTrack peer = peers.get(l.peer());
        if (peer != null) {
          peer.link(l.up(), l.rttMicros(), turn.now());
        }
        return true;
      }
      case BrainEvent.FenceDone e -> on(e.service(), s -> s.fenceDone(e, turn));
      case BrainEvent.HookDone e -> on(e.service(), s -> s.hookDone(e, turn));
      case BrainEvent.PrepareDone e -> on(e.service(), s -> s.prepareDone(e, turn));
      case BrainEvent.WritableDone e -> on(e.service(), s -> s.writableDone(e, turn));
      case BrainEvent.ChangeDone e -> on(e.service(), s -> s.changeDone(e, turn));
      case BrainEvent.StandDown s -> {
        leave(s.reason(), turn);
        return true;
      }
      case BrainEvent.OperatorOverride e ->
          answer(e.service(), s -> s.orders().override(e, turn), turn);
      case BrainEvent.OperatorLift e -> answer(e.service(), s -> s.orders().lift(e, turn), turn);
      case BrainEvent.OverrideRestored e -> on(e.service(), s -> s.orders().restored(e, turn));
      case BrainEvent.OperatorActivate e ->
          answer(e.service(), s -> s.orders().activatePrimary(e.by(), e.reason(), turn), turn);
      case BrainEvent.OperatorTakeover e -> answer(e.service(), s -> s.takeover(e, turn), turn);
      case BrainEvent.PairOverlap e -> on(e.service(), s -> s.overlap(e, turn));
      case BrainEvent.PairChanged e -> {
        pair = Optional.of(e.picture());
        all.forEach(s -> s.peer(e.picture(), turn));
        return true;
      }
      case BrainEvent.OperatorPause e -> ledgerOrders.pause(e, turn);
      case BrainEvent.OperatorSwitchover e -> ledgerOrders.switchover(config.self(), e, turn);
      case BrainEvent.OperatorEndMove e -> ledgerOrders.endMove(e, turn);
      case BrainEvent.OperatorPrefer e -> ledgerOrders.prefer(e, turn);
      case BrainEvent.OperatorSite e -> ledgerOrders.site(e, turn);
      case BrainEvent.OperatorRecover e -> answer(e.service(), s -> s.recover(e, turn), turn);
    }
    return false;
  }

  private static void wentBack(SiteView view, JournalHead had, Turn turn) {
    turn.add(
        new BrainCommand.Journal(
            "",
            "guard",
            view.site().name(),
            "",
            "",
            0,
            "its journal went back: it had ended with %s, and ends now with %s; its data directory"
                    .formatted(had, view.journal().map(Object::toString).orElse("nothing"))
                + " is new, or entries were cut off"));
  }

  private void answer(
      ServiceName service, java.util.function.Function<ServiceBrain, String> order, Turn turn) {
    boolean decides = seat == null || seat.decides(turn.now());
    ServiceBrain s = decides ? services.get(service) : null;
    if (s != null) {
      touch(s);
    }
    turn.add(
        new BrainCommand.Answer(
            s != null
                ? order.apply(s)
                : seat != null && passive.containsKey(service)
                    ? "ERROR: " + seat.sentence(false) + "; give the order there"
                    : "ERROR: no service " + service + " at this site"));
  }

  private void on(ServiceName service, java.util.function.Consumer<ServiceBrain> action) {
    ServiceBrain s = services.get(service);
    if (s != null) {
      touch(s);
      action.accept(s);
    }
  }

  private void applied(BrainEvent.LedgerApplied a, Turn turn) {
    Origin o = a.command().origin();
    boolean own = o.site().equals(config.self()) && o.incarnation().equals(config.incarnation());
    Long proposed = own ? proposals.remove(o.sequence()) : null;
    long proposedAt = proposed == null ? LeaseClock.NEVER : proposed;
    List<ServiceName> changed =
        a.outcome() instanceof LedgerOutcome.Accepted acc ? acc.services() : List.of();
    for (ServiceName name : changed) {
      LeaseClock lease = leases.get(name);
      if (lease != null) {
        lease.applied(a.command(), a.after().grant(name), proposedAt, freshSince, turn.now());
      }
      ServiceBrain s = services.get(name);
      if (s != null) {
        touch(s);
      }
    }
    if (seat != null) {
      seat.applied(a, own, turn.now());
    }
    acting = a.after().acting(config.self());
    if (own && seat == null && a.command() instanceof LedgerCommand.Adopt) {
      changed.stream()
          .map(services::get)
          .filter(Objects::nonNull)
          .forEach(s -> s.giveUp(turn.now()));
    }
    if (a.command() instanceof LedgerCommand.Serve s && !changed.isEmpty()) {
      confirmed.put(s.service(), turn.now());
    }
    if (proposedAt != LeaseClock.NEVER) {
      freshSince = Math.max(freshSince, proposedAt);
      for (LeaseClock l : leases.values()) {
        l.caughtUp(turn.now());
      }
      if (seat != null) {
        seat.caughtUp(proposedAt, turn.now());
      }
    }
    ServiceName target =
        switch (a.command()) {
          case LedgerCommand.Claim c -> c.service();
          case LedgerCommand.Release r -> r.service();
          case LedgerCommand.Serve s -> s.service();
          case LedgerCommand.InSync i -> i.service();
          case LedgerCommand.Pause p -> p.service();
          case LedgerCommand.Adopt c -> null;
          case LedgerCommand.BeginMove m -> m.service();
          case LedgerCommand.EndMove m -> m.service();
          case LedgerCommand.Handover h -> h.service();
          case LedgerCommand.Prefer p -> p.service();
          case LedgerCommand.OrderSite s -> null;
          case LedgerCommand.Renew r -> null;
          case LedgerCommand.Beat b -> null;
        };
    if (target != null) {
      on(target, s -> s.ledgerChanged(a.command(), a.outcome(), own, turn));
    }
  }

  /**
   * This site once had two instances, and the ledger takes claims only from the one that acted
   * last. Without a twin this process takes that place when it knows of no lease of the other. What
   * the other claimed meanwhile is given up, since nothing of it is known here, once that lease has
   * ended; then it is claimed as always.
   */
  private void succeed(Turn turn) {
    if (seat != null
        || acting.term() == 0
        || acting.incarnation().equals(config.incarnation())
        || freshSince == LeaseClock.NEVER
        || turn.now() < nextSuccession) {
      return;
    }
    for (LeaseClock lease : leases.values()) {
      if (lease.grant().holder().equals(Optional.of(config.self()))
          && !lease.claimable(turn.now())) {
        return;
      }
    }
    nextSuccession = turn.now() + SUCCESSION_RETRY;
    long term = acting.term();
    turn.propose(origin -> new LedgerCommand.Adopt(origin, term));
  }

  /** Renews everything held in one command; proposes a beat when there is nothing to renew. */
  private void beat(Turn turn) {
    if (lastBeat != LeaseClock.NEVER && turn.now() - lastBeat < config.timing().renew()) {
      return;
    }
    if (seat != null && seat.role() == TwinSeat.Role.HANDING) {
      return;
    }
    lastBeat = turn.now();
    if (seat != null && !seat.decides(turn.now())) {
      turn.propose(LedgerCommand.Beat::new);
      return;
    }
    List<LedgerCommand.Held> held = new ArrayList<>();
    for (ServiceBrain s : services.values()) {
      if (s.lease().holds(turn.now())) {
        held.add(new LedgerCommand.Held(s.service().name(), s.lease().grant().epoch()));
      }
    }
    if (held.isEmpty()) {
      turn.propose(LedgerCommand.Beat::new);
    } else {
      turn.propose(origin -> new LedgerCommand.Renew(origin, held));
    }
  }

  /**
   * Told by the shell whom the replication is led by: the holder asks to lead itself, and a leader
   * that does not hear the holder gives way to a member that does.
   */
  public Optional<BrainCommand> leader(Optional<SiteId> leader, long now) {
    boolean due = lastPreference == LeaseClock.NEVER || now - lastPreference >= PREFERENCE_RETRY;
    boolean leads = leader.isPresent() && leader.get().equals(config.self());
    if (!due || leader.isEmpty()) {
      return Optional.empty();
    }
    Optional<SiteId> middle = leads ? inTheMiddle(now) : Optional.empty();
    if (middle.isPresent()) {
      lastPreference = now;
      return middle.map(BrainCommand.YieldLeadership::new);
    }
    if (seat != null) {
      return leads ? yieldLeadership(seat, now) : Optional.empty();
    }
    // Moving it stalls commits for a moment: not while a role is being taken.
    boolean holder = !leads && settled(now);
    // Of several holders one leads, and the others leave it at that: each would take it from the
    // other for ever.
    if (holder && !holds(leader.get())) {
      lastPreference = now;
      return Optional.of(new BrainCommand.PreferLeadership());
    }
    return Optional.empty();
  }

  private boolean settled(long now) {
    for (ServiceBrain s : all) {
      if (s.settled(now)) {
        return true;
      }
    }
    return false;
  }

  private boolean holds(SiteId site) {
    for (LeaseClock l : leases.values()) {
      SiteId holder = l.grant().holder().orElse(null);
      if (site.equals(holder)) {
        return true;
      }
    }
    return false;
  }

  private Optional<SiteId> inTheMiddle(long now) {
    SiteId last = config.self();
    for (LeaseClock l : leases.values()) {
      SiteId holder = l.grant().holder().orElse(last);
      if (!holder.equals(last) && !holder.equals(config.self())) {
        last = holder; // most are held by one site
        Optional<SiteId> middle = LeaderRule.inTheMiddle(holder, peers, now);
        if (middle.isPresent()) {
          return middle;
        }
      }
    }
    return Optional.empty();
  }

  /** The end of the acting instance must not cost an election while its twin wants to adopt. */
  private Optional<BrainCommand> yieldLeadership(TwinSeat twins, long now) {
    Optional<SiteId> other =
        peers.values().stream().filter(PeerTrack::up).map(p -> p.site).findFirst();
    if (twins.role() != TwinSeat.Role.ACTING || !twins.votes() || !twins.twinReady(now)) {
      return Optional.empty();
    }
    other.ifPresent(o -> lastPreference = now);
    return other.map(BrainCommand.YieldLeadership::new);
  }

  /**
   * The earliest instant at which time alone makes it do something; before that, events without
   * news change nothing. With two instances that is every tick: a twin's silence, an end of a
   * hand-over and a suspension are known by the time alone.
   */
  public long dueAt() {
    if (!started || seat != null || lastBeat == LeaseClock.NEVER) {
      return LeaseClock.NEVER;
    }
    long due = lastBeat + config.timing().renew();
    for (ServiceBrain s : all) {
      due = Math.min(due, s.dueAt());
    }
    return wasCut ? due : Math.min(due, cutOffAt() + 1);
  }

  /** Whether nothing this site proposed has been committed for longer than a lease lasts. */
  private boolean cutOff(long now) {
    if (checkpoints.pair()) {
      return pair.map(PairPicture::cut).orElse(false);
    }
    return now > cutOffAt();
  }

  private long cutOffAt() {
    long since = freshSince == LeaseClock.NEVER ? startedAt : freshSince;
    return since + config.timing().duration();
  }

  // ---- pictures -----------------------------------------------------------------------------

  /** Proposal instant of the last own ledger command that was applied. */
  public long ledgerFreshAt() {
    return freshSince;
  }

  public PoolState pool(ServiceName service) {
    return acts() ? brain(service).pool() : passive(service).pool();
  }

  /** Whether this instance acts for the site; always where it is the only one. */
  public boolean acts() {
    return seat == null || !seat.passive();
  }

  /**
   * Whether this process may act on the lease now; at a passive instance, whether the one that acts
   * for the site may, by what this one knows itself.
   */
  public boolean holding(ServiceName service, long now) {
    LeaseClock lease = lease(service);
    if (acts()) {
      return lease.mayAct(now);
    }
    return lease.grant().holder().equals(Optional.of(config.self()))
        && lease.leaseEnd() != LeaseClock.NEVER
        && now < lease.leaseEnd() - config.timing().fenceBudget();
  }

  /** What this instance is beside its twin; empty where it is the only one. */
  public Optional<String> twinSentence(long now) {
    return Optional.ofNullable(seat).map(s -> s.sentence(s.ready(freshSince, now)));
  }

  /** Whether the site's other instance is in the group on the LAN. */
  public boolean twinUp() {
    return seat != null && seat.up();
  }

  /** The last word of the site's other instance, whatever its age. */
  public Optional<TwinState> twinHeard() {
    return Optional.ofNullable(seat).flatMap(TwinSeat::heard);
  }

  /** When that was heard, {@link LeaseClock#NEVER} before. */
  public long twinHeardAt() {
    return seat == null ? LeaseClock.NEVER : seat.heardAt();
  }

  /** What the site's other instance shall know; empty where there is none. */
  public Optional<TwinState> twinState(SiteView view, long now, long wallMillis) {
    TwinSeat s = seat;
    if (s == null) {
      return Optional.empty();
    }
    List<TwinState.Floor> floors = new ArrayList<>();
    for (ServiceBrain b : all) {
      for (PoolState.Node n : b.pool().nodes()) {
        if (n.floor() != Status.OK) {
          floors.add(new TwinState.Floor(b.service().name(), n.address(), n.floor()));
        }
      }
    }
    return Optional.of(
        new TwinState(
            view,
            s.term(),
            !s.passive(),
            s.ready(freshSince, now),
            s.role() == TwinSeat.Role.HANDING,
            sequence,
            wallMillis,
            all.stream()
                .filter(b -> !b.still(now))
                .map(b -> b.service().name())
                .collect(java.util.stream.Collectors.toSet()),
            floors));
  }

  public LeaseClock lease(ServiceName service) {
    LeaseClock l = leases.get(service);
    if (l == null) {
      throw new IllegalArgumentException("no service " + service);
    }
    return l;
  }

  /** What was decided last for the service, and why. */
  public String sentence(ServiceName service, long now) {
    ServiceBrain s = services.get(service);
    if (s != null) {
      return s.sentence(now);
    }
    LeaseClock l = lease(service);
    if (seat != null && passive.containsKey(service)) {
      return seat.sentence(seat.ready(freshSince, now));
    }
    return l.grant().holder().isEmpty()
        ? "nobody holds the lease (epoch %d)".formatted(l.grant().epoch())
        : "%s holds epoch %d".formatted(l.grant().holder().get(), l.grant().epoch());
  }

  private PoolVerdict verdict(ServiceBrain s, boolean cutOff) {
    if (standDown.isPresent()) {
      return standDown.get();
    }
    Optional<String> unfit = s.unfit().or(s::stripped);
    return unfit.isPresent()
        ? new PoolVerdict(false, unfit.get())
        : checkpoints.verdict(s.service(), s.pool(), cutOff);
  }

  /** Everything of {@link #verdict}, not only the first. */
  private List<Guard> obstacles(ServiceBrain s, long now) {
    List<Guard> all = new ArrayList<>();
    boolean cut = cutOff(now);
    standDown.map(ServiceGuards::stopping).ifPresent(all::add);
    s.unfit().map(ServiceGuards::unfit).ifPresent(all::add);
    s.stripped().map(ServiceGuards::stripped).ifPresent(all::add);
    PoolVerdict seen = checkpoints.verdict(s.service(), s.pool(), cut);
    if (!seen.ok()) {
      all.add(ServiceGuards.blind(seen));
    }
    if (cut) {
      all.add(ServiceGuards.cutOff(config.timing().duration()));
    }
    return all;
  }

  private List<SiteView.RoleView> roles(long now) {
    if (confirmed.isEmpty()) {
      return List.of();
    }
    confirmed.values().removeIf(at -> now - at > SHOW_ROLES);
    List<SiteView.RoleView> roles = new ArrayList<>(confirmed.size());
    for (ServiceName s : confirmed.keySet()) {
      LeaseClock lease = leases.get(s);
      if (lease != null && lease.grant().serving()) {
        roles.add(new SiteView.RoleView(s, lease.grant().epoch()));
      }
    }
    return roles;
  }

  /** What operators ordered about whole sites. */
  public Map<SiteId, SiteOrder> siteOrders() {
    return siteOrders.all();
  }

  private ServiceBrain brain(ServiceName service) {
    ServiceBrain s = services.get(service);
    if (s == null) {
      throw new IllegalArgumentException("no service " + service);
    }
    return s;
  }

  /** The last view heard of a peer, whatever its age. */
  public Optional<SiteView> peerView(SiteId peer) {
    return Optional.ofNullable(peers.get(peer)).flatMap(PeerTrack::view);
  }

  /** When the peer was last heard, {@link LeaseClock#NEVER} if it never was. */
  public long peerHeardAt(SiteId peer) {
    PeerTrack p = peers.get(peer);
    return p == null ? LeaseClock.NEVER : p.heardAt();
  }

  public boolean peerUp(SiteId peer) {
    PeerTrack p = peers.get(peer);
    return p != null && p.up();
  }

  /** Round-trip time of the last echo in microseconds, -1 when unknown. */
  public long peerRttMicros(SiteId peer) {
    PeerTrack p = peers.get(peer);
    return p == null ? -1 : p.rttMicros();
  }

  private List<SiteView.PoolView> poolViews(long now, Map<NodeAddress, Long> skipped) {
    List<SiteView.PoolView> views = new ArrayList<>(all.size());
    for (ServiceBrain s : all) {
      views.add(s.view(now, skipped));
    }
    return views;
  }

  private List<LinkView> links(long now) {
    List<LinkView> views = new ArrayList<>(peers.size());
    for (PeerTrack p : peers.values()) {
      long age = p.heardAt() == LeaseClock.NEVER ? -1 : (now - p.heardAt()) / 1_000_000;
      views.add(new LinkView(p.site, p.up(), p.rttMicros(), age, p.journal()));
    }
    return views;
  }

  /**
   * The view of this site for its peers and for operators.
   *
   * @param skipped skipped poll cycles by node
   */
  public SiteView view(long now, Map<NodeAddress, Long> skipped) {
    return new SiteView(
        config.self(),
        config.incarnation(),
        ++viewSequence,
        config.witness(),
        config.version(),
        config.configHash(),
        checkpoints.reach(),
        checkpoints.views(),
        acts()
            ? poolViews(now, skipped)
            : passive.values().stream().map(p -> passiveView(p, now, skipped)).toList(),
        links(now),
        roles(now),
        Optional.empty(),
        Optional.empty(),
        config.twin().map(BrainConfig.Twin::instance).orElse(""),
        !acts());
  }
}
