package dev.mpp.chaos.sim;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.SiteBrain;
import dev.mpp.core.pool.PoolState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One site's process around the production brain: what the shell does, on virtual time. The brain
 * sees the site's own clock only, and is woken when time alone makes it do something.
 */
final class SimSite {
  private static final long MS = SimWorld.MS;
  private static final long HEARTBEAT = 500 * MS;
  private static final long TICK = 50 * MS;

  /** One tick does nothing for services that are due so soon after another. */
  private static final long SWEEP = 5 * MS;

  private static final int MAILBOX = 16_384;

  final SiteId id;
  final int index;

  /** A voter that only votes: nothing it is told can matter, so it is told nothing. */
  final boolean inert;

  final List<SimPoller> pollers = new ArrayList<>();
  boolean running;
  boolean frozen;
  boolean delivering;

  /** Has a vote: not since its disk was lost and before it had everything again. */
  boolean caughtUp = true;

  /** Its host is gone, not only the process. */
  boolean hostLost;

  /** Somebody sees to it that it does not start. */
  boolean keptDown;

  int applied;

  /** How much later than others it applies. */
  long applyLag;

  long run;

  private final SimWorld world;
  private final boolean witness;
  private final LeaseTiming timing;
  private final List<BrainConfig.Service> services;
  private final List<ServiceName> observed;
  private final SimHands hands;
  private final ArrayDeque<Runnable> mailbox = new ArrayDeque<>();
  private SimClock clock;
  private @Nullable SiteBrain brain;
  private Map<ServiceName, PoolState> persisted = Map.of();
  private long wakeAt = Long.MAX_VALUE;

  /** When the one event comes that looks at {@link #wakeAt}; never later than that. */
  private long alarmAt = Long.MAX_VALUE;

  private final Runnable alarm = this::ring;
  private long viewAt;
  private boolean viewChanged;
  private long frozenAt;
  private final boolean[] linkTold;
  private @Nullable LedgerState fork;

  SimSite(
      SimWorld world,
      SiteId id,
      int index,
      boolean witness,
      LeaseTiming timing,
      List<BrainConfig.Service> services,
      List<ServiceName> observed) {
    this.world = world;
    this.id = id;
    this.index = index;
    this.witness = witness;
    this.timing = timing;
    this.services = services;
    this.observed = observed;
    this.inert = services.isEmpty() && observed.isEmpty();
    this.clock = world.clock();
    this.linkTold = new boolean[world.shape.members()];
    this.hands = new SimHands(world, this);
    for (BrainConfig.Service s : services) {
      s.pool().nodes().forEach(n -> pollers.add(new SimPoller(world, this, n.address(), s)));
    }
  }

  SimHands hands() {
    return hands;
  }

  SimClock clock() {
    return clock;
  }

  /** Its own clock. */
  long now() {
    return clock.local(world.time.now());
  }

  /** Of this run of the process. */
  String incarnation() {
    return world.broken.is(Break.NO_INCARNATION) ? "one" : "run" + run;
  }

  LeaseTiming timing() {
    return timing;
  }

  /** Those with a pool here. */
  Set<ServiceName> services() {
    Set<ServiceName> names = new HashSet<>();
    services.forEach(s -> names.add(s.name()));
    return names;
  }

  boolean alive() {
    return running && !frozen;
  }

  /** An empty disk has no vote until it has everything. */
  boolean voter() {
    return alive() && caughtUp;
  }

  // ---- the process --------------------------------------------------------------------------

  void boot(boolean first, boolean emptyDisk) {
    running = true;
    frozen = false;
    run++;
    mailbox.clear();
    delivering = false;
    fork = null;
    java.util.Arrays.fill(linkTold, false);
    wakeAt = Long.MAX_VALUE;
    hostLost = false;
    if (emptyDisk) {
      persisted = Map.of();
    }
    world.ledger.boot(this, emptyDisk);
    if (!inert) {
      start(first);
    }
    world.ledger.changed();
  }

  private void start(boolean first) {
    brain =
        new SiteBrain(
            new BrainConfig(
                id,
                incarnation(),
                witness,
                "sim",
                "",
                timing,
                2500 * MS,
                world.members(),
                services,
                observed),
            world.checkpoints(),
            first ? Map.of() : persisted,
            now());
    viewAt = now() + world.chance.ms(0, 500);
    pollers.forEach(SimPoller::restarted);
    event(new BrainEvent.LedgerRestored(world.ledger.view(this)));
    world.ledger.booted(this);
    if (world.pair != null) {
      event(new BrainEvent.Tick()); // tells the ledger how far it reaches
    }
    if (!world.skipping) {
      idle(run);
    }
  }

  /**
   * @param silently its host is gone with it
   */
  void kill(boolean silently) {
    if (!running) {
      return;
    }
    if (brain != null) {
      Map<ServiceName, PoolState> kept = new TreeMap<>();
      for (BrainConfig.Service s : services) {
        PoolState p = brain.pool(s.name());
        kept.put(s.name(), PoolState.restarted(p.config(), p.nodes()));
      }
      persisted = new LinkedHashMap<>(kept);
    }
    hands.killed(silently);
    hostLost = silently;
    running = false;
    frozen = false;
    run++;
    world.ledger.changed();
  }

  void freeze() {
    if (alive()) {
      world.ledger.freezing(this);
      frozen = true;
      frozenAt = world.time.now();
      hands.frozen();
      world.ledger.changed();
    }
  }

  void thaw() {
    if (!frozen) {
      return;
    }
    if (world.broken.is(Break.CLOCK_STOPS)) {
      clock = clock.stoodStill(world.time.now() - frozenAt);
    }
    frozen = false;
    hands.thawed();
    world.ledger.thawed(this);
    while (!mailbox.isEmpty() && !frozen) {
      mailbox.poll().run();
    }
    pollers.forEach(p -> p.within(0));
    wake();
    world.ledger.changed();
  }

  // ---- events -------------------------------------------------------------------------------

  void event(BrainEvent event) {
    if (!running || brain == null) {
      return;
    }
    whenAwake(() -> handle(event));
  }

  /** Now, or once it was resumed. */
  void whenAwake(Runnable action) {
    if (!frozen) {
      action.run();
    } else if (mailbox.size() < MAILBOX) {
      mailbox.add(action);
    }
  }

  private void handle(BrainEvent event) {
    SiteBrain b = brain;
    if (b == null || !running) {
      return;
    }
    for (BrainCommand c : b.on(event, now())) {
      viewChanged |= hands.perform(c);
    }
    if (viewChanged || now() >= viewAt - TICK) {
      publish(b);
    }
    schedule(b);
  }

  /** The node's loop ticks every 50 ms: what is due by the time alone waits for the next tick. */
  private void schedule(SiteBrain b) {
    long due = Math.min(b.dueAt(), viewAt);
    long at = clock.when(Math.max(due, now()));
    if (at < wakeAt) {
      wakeAt = at + (long) (world.chance.unit() * TICK);
      alarm();
    }
  }

  private void alarm() {
    if (wakeAt < alarmAt) {
      alarmAt = wakeAt;
      world.time.at(alarmAt, alarm);
    }
  }

  /** It was put off, or brought forward: each event would need its own wake-up otherwise. */
  private void ring() {
    long now = world.time.now();
    if (now != alarmAt) {
      return;
    }
    alarmAt = Long.MAX_VALUE;
    if (now == wakeAt) {
      wake();
    } else {
      alarm();
    }
  }

  /** A tick of those that are left out; it must change nothing. */
  private void idle(long its) {
    if (run == its) {
      SiteBrain b = brain;
      if (b != null && alive() && now() < b.dueAt() - SWEEP) {
        b.on(new BrainEvent.Tick(), now()).forEach(hands::perform);
      }
      world.time.after(TICK, () -> idle(its));
    }
  }

  private void wake() {
    wakeAt = Long.MAX_VALUE;
    SiteBrain b = brain;
    if (b == null || !alive()) {
      return;
    }
    if (now() >= b.dueAt()) {
      handle(new BrainEvent.Tick());
    } else {
      if (now() >= viewAt) {
        publish(b);
      }
      schedule(b);
    }
  }

  /** Peers hear of changes at once and of everything else with the heartbeat. */
  void viewChanged() {
    viewChanged = true;
  }

  private void publish(SiteBrain b) {
    viewChanged = false;
    viewAt = now() + HEARTBEAT;
    b.leader(world.ledger.leaderFor(index), now()).ifPresent(hands::perform);
    SiteView view = null;
    for (SimSite peer : world.sites) {
      if (peer != this && !peer.inert) {
        if (peer.running && world.net.link(index, peer.index)) {
          view = view == null ? b.view(now(), Map.of()) : view;
          send(peer, view);
        } else {
          peer.linkTold[index] = false;
        }
      }
    }
  }

  private void send(SimSite peer, SiteView view) {
    if (world.net.loses(index, peer.index)) {
      return;
    }
    long its = peer.run;
    BrainEvent heard = new BrainEvent.PeerHeard(view);
    world.time.after(world.net.delay(index, peer.index), () -> peer.heard(this, its, heard));
    if (world.chance.oneIn(200)) {
      world.time.after(world.chance.ms(0, 3000), () -> peer.heard(this, its, heard));
    }
  }

  private void heard(SimSite from, long itsRun, BrainEvent view) {
    if (run != itsRun) {
      return;
    }
    if (!linkTold[from.index]) {
      linkTold[from.index] = true;
      event(new BrainEvent.PeerLink(from.id, true, 1000));
    }
    event(view);
    world.heard(this);
  }

  // ---- the ledger ---------------------------------------------------------------------------

  /** What it committed alone, if it did, is gone. */
  void beforeApplying() {
    if (fork != null) {
      fork = null;
      event(new BrainEvent.LedgerRestored(world.ledger.view(this)));
    }
  }

  void apply(SimLedger.Entry e) {
    if (!(e.command() instanceof LedgerCommand.Beat) || e.proposer() == index) {
      event(world.bugs.seen(this, e));
      answers();
    }
  }

  /** With a forked ledger: whether this member would commit alone. */
  boolean forked(SimLedger ledger) {
    return fork != null || !ledger.leads(index) && !world.net.both(index, ledger.leader());
  }

  void commitAlone(LedgerCommand command) {
    LedgerState before = fork == null ? world.ledger.view(this) : fork;
    LedgerState.Applied done = before.apply(command);
    fork = done.state();
    long mine = run;
    world.time.after(
        world.chance.ms(2, 20),
        () -> {
          if (run == mine && fork != null) {
            event(new BrainEvent.LedgerApplied(command, done.outcome(), done.state()));
          }
        });
  }

  /** With the role released early: before anything is fenced. */
  void releaseNow(ServiceName service) {
    SiteBrain b = brain;
    if (b != null) {
      Grant g = b.lease(service).grant();
      Origin origin = new Origin(id, g.incarnation(), 0);
      world.ledger.propose(this, new LedgerCommand.Release(origin, service, g.epoch()));
    }
  }

  /** What this site's name server answers from here on: the rule of DNS.md, section "liveness". */
  void answers() {
    SiteBrain b = brain;
    if (b == null || frozen || b.ledgerFreshAt() == LeaseClock.NEVER) {
      return;
    }
    for (SimService s : world.services) {
      LeaseClock lease = b.lease(s.name);
      Grant g = lease.grant();
      Optional<SiteId> site = g.servedBy();
      boolean agreed = g.serving() && lease.leaseEnd() != LeaseClock.NEVER && site.isPresent();
      if (agreed && (!site.get().equals(id) || lease.mayAct(now()))) {
        long end = Math.min(lease.leaseEnd(), b.ledgerFreshAt() + timing.duration());
        long ttl = world.broken.is(Break.LONG_TTL) ? now() + 60_000 * MS : end;
        world.checker.answered(
            index, s, g.epoch(), world.index(site.get()), clock.when(ttl), world.time.now());
      }
    }
  }

  // ---- pictures -----------------------------------------------------------------------------

  @Nullable SiteBrain brain() {
    return brain;
  }

  boolean active(SimService s) {
    SiteBrain b = brain;
    return running && b != null && holds(s.name) && b.pool(s.name).active().isPresent();
  }

  private boolean holds(ServiceName name) {
    for (BrainConfig.Service s : services) {
      if (s.name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether its process holds the lease now. */
  boolean holdsRole(ServiceName name) {
    SiteBrain b = brain;
    return b != null && running && b.lease(name).holds(now());
  }

  boolean has(SimService s) {
    return holds(s.name);
  }

  String sentence(SimService s) {
    SiteBrain b = brain;
    return b == null ? "" : b.sentence(s.name, now());
  }
}
