package dev.mpp.chaos.sim;

import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.State;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.CheckpointBoard;
import dev.mpp.core.plan.SiteBrain;
import dev.mpp.core.pool.PoolState;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One site's process around the production brain: what the shell does, on virtual time. */
final class SimSite {
  private static final long MS = SimWorld.MS;

  final SiteId id;
  final Set<SiteId> cut = new HashSet<>();
  boolean network = true;
  boolean running;
  boolean frozen;
  boolean deliveryScheduled;
  int appliedTo;
  long run;
  LedgerState ledger = LedgerState.EMPTY;

  private final SimWorld world;
  private final boolean witness;
  private final LeaseTiming timing;
  private final Map<SiteId, BrainConfig.Member> members;
  private final List<BrainConfig.Service> services;
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private @Nullable SiteBrain brain;
  private Map<ServiceName, PoolState> persisted = Map.of();
  private long holdUntil = Long.MIN_VALUE;
  private long pollDueAt = Long.MAX_VALUE;

  SimSite(
      SimWorld world,
      SiteId id,
      boolean witness,
      LeaseTiming timing,
      Map<SiteId, BrainConfig.Member> members,
      List<BrainConfig.Service> services) {
    this.world = world;
    this.id = id;
    this.witness = witness;
    this.timing = timing;
    this.members = members;
    this.services = services;
  }

  void boot(boolean first) {
    running = true;
    frozen = false;
    run++;
    long thisRun = run;
    holdUntil = Long.MIN_VALUE;
    held.clear();
    deliveryScheduled = false;
    brain =
        new SiteBrain(
            new BrainConfig(
                id,
                "run" + run,
                witness,
                "sim",
                "",
                timing,
                2500 * MS,
                members,
                services,
                List.of()),
            new CheckpointBoard(java.util.List.of(), true),
            first ? Map.of() : persisted,
            world.time.now());
    // The log is replayed from the disk.
    event(new BrainEvent.LedgerRestored(ledger));
    every(50 * MS, thisRun, () -> event(new BrainEvent.Tick()));
    every(100 * MS, thisRun, this::publish);
    every(400 * MS, thisRun, this::refreshLock);
    every(20 * MS, thisRun, this::pollIfDue);
    world.heal();
  }

  private void every(long period, long thisRun, Runnable action) {
    world.time.after(
        period,
        () -> {
          if (running && run == thisRun) {
            whenAwake(action);
            every(period, thisRun, action);
          }
        });
  }

  /** A frozen process does nothing; what arrived meanwhile happens when it wakes. */
  private void whenAwake(Runnable action) {
    if (frozen) {
      if (held.size() < 200) {
        held.add(action);
      }
    } else {
      action.run();
    }
  }

  void kill() {
    if (brain != null && !services.isEmpty()) {
      persisted = Map.of(SimWorld.SERVICE, reloaded(brain.pool(SimWorld.SERVICE)));
    }
    running = false;
    run++;
    // The kernel closes the lock's session.
    myServer().ifPresent(s -> s.lockRefreshedAt = Long.MIN_VALUE);
  }

  private static PoolState reloaded(PoolState pool) {
    return PoolState.restarted(pool.config(), pool.nodes());
  }

  void thaw() {
    frozen = false;
    while (!held.isEmpty() && !frozen) {
      held.poll().run();
    }
    world.heal();
  }

  void event(BrainEvent event) {
    long thisRun = run;
    whenAwake(
        () -> {
          if (running && run == thisRun && brain != null) {
            brain.on(event, world.time.now()).forEach(this::execute);
          }
        });
  }

  Optional<SimServer> myServer() {
    return services.isEmpty()
        ? Optional.empty()
        : Optional.of(world.server(services.getFirst().pool().nodes().getFirst().address()));
  }

  boolean active() {
    return running
        && brain != null
        && !services.isEmpty()
        && brain.pool(SimWorld.SERVICE).active().filter(n -> n.state() == State.ACTIVE).isPresent();
  }

  /** The decider of the present run. */
  SiteBrain brain() {
    return java.util.Objects.requireNonNull(brain, "never started");
  }

  String sentence() {
    return brain == null || services.isEmpty()
        ? ""
        : brain.sentence(SimWorld.SERVICE, world.time.now());
  }

  private void publish() {
    if (brain == null) {
      return;
    }
    SiteView view = brain.view(world.time.now(), Map.of());
    for (SimSite peer : world.sites.values()) {
      if (!peer.id.equals(id) && peer.running && world.linked(id, peer.id)) {
        world.time.after(
            world.jitter(1, 30),
            () -> {
              peer.event(new BrainEvent.PeerLink(id, true, 1000));
              peer.event(new BrainEvent.PeerHeard(view));
            });
      }
    }
  }

  private void refreshLock() {
    myServer()
        .filter(s -> s.up && !s.frozen && world.time.now() < holdUntil)
        .ifPresent(s -> s.lockRefreshedAt = world.time.now());
  }

  private void pollIfDue() {
    if (world.time.now() < pollDueAt) {
      return;
    }
    pollDueAt = Long.MAX_VALUE;
    SimServer s = myServer().orElseThrow();
    long thisRun = run;
    Runnable answer;
    long delay;
    if (!s.up) {
      delay = world.jitter(0, 3);
      answer = () -> unreachable(s, "Connection refused", true);
    } else if (s.frozen) {
      delay = 700 * MS;
      answer = () -> unreachable(s, "no answer in 700 ms", false);
    } else {
      delay = world.latency();
      var facts = s.facts();
      answer = () -> event(new BrainEvent.NodeAnswered(SimWorld.SERVICE, s.address, facts, 0));
    }
    world.time.after(delay, () -> ifStill(thisRun, answer));
  }

  private void unreachable(SimServer s, String error, boolean refused) {
    event(new BrainEvent.NodeUnreachable(SimWorld.SERVICE, s.address, error, refused, 0));
  }

  private void ifStill(long thisRun, Runnable action) {
    if (running && run == thisRun) {
      action.run();
    }
  }

  private void execute(BrainCommand command) {
    switch (command) {
      case BrainCommand.Propose p -> world.propose(id, p.command());
      case BrainCommand.FenceNode f -> fence(f.node(), f.commandId(), f.budget());
      case BrainCommand.FenceRemote f -> {
        if (world.linked(id, f.site())) {
          fence(f.node(), f.commandId(), f.budget());
        } else {
          later(f.budget(), () -> fenceDone(f.node(), f.commandId(), false, "no answer"));
        }
      }
      case BrainCommand.Prepare p ->
          onServer(
              p.node(),
              p.budget(),
              s -> {
                s.receiverStarted = false;
                s.receiverConnected = false;
                if (world.failingPrepares && world.random.nextInt(3) == 0) {
                  event(
                      new BrainEvent.PrepareDone(
                          p.service(), p.node(), p.commandId(), false, Optional.empty(), "slow"));
                  return;
                }
                s.executed.addAll(s.relay);
                s.relay.clear();
                Optional<GtidSet> executed = Optional.of(s.facts().executed());
                event(
                    new BrainEvent.PrepareDone(
                        p.service(), p.node(), p.commandId(), true, executed, ""));
              },
              () ->
                  event(
                      new BrainEvent.PrepareDone(
                          p.service(), p.node(), p.commandId(), false, Optional.empty(), "down")));
      case BrainCommand.MakeWritable w ->
          onServer(
              w.node(),
              w.budget(),
              s -> {
                boolean ok = s.lockHeld(world.time.now()) && world.time.now() < holdUntil;
                if (ok) {
                  s.readOnly = false;
                  s.receiverStarted = false;
                  s.applierRunning = false;
                  world.tell("server " + s.id + " writable in epoch " + w.epoch());
                  world.changed();
                }
                event(
                    new BrainEvent.WritableDone(
                        w.service(), w.node(), w.commandId(), ok, 0, ok ? "" : "no lock"));
              },
              () ->
                  event(
                      new BrainEvent.WritableDone(
                          w.service(), w.node(), w.commandId(), false, 0, "down")));
      case BrainCommand.StartReplication r ->
          onServer(
              r.node(),
              500 * MS,
              s -> {
                s.receiverStarted = true;
                s.applierRunning = true;
                s.relay.clear(); // MariaDB throws it away when both threads were stopped
                changeDone(r.node(), r.commandId(), true);
              },
              () -> changeDone(r.node(), r.commandId(), false));
      case BrainCommand.SemiSync c ->
          onServer(
              c.node(),
              500 * MS,
              s -> {
                s.semiSync = c.on();
                if (!c.on()) {
                  world.releaseWaiters(s);
                }
                changeDone(c.node(), c.commandId(), true);
              },
              () -> changeDone(c.node(), c.commandId(), false));
      case BrainCommand.HoldDeadMan h -> {
        holdUntil = h.until();
        refreshLock();
      }
      case BrainCommand.TakeDeadMan t -> {
        holdUntil = t.until();
        refreshLock();
      }
      case BrainCommand.DropDeadMan d -> {
        holdUntil = Long.MIN_VALUE;
        SimServer s = world.server(d.node());
        s.lockRefreshedAt = Long.MIN_VALUE;
      }
      case BrainCommand.PollWithin p ->
          pollDueAt = Math.min(pollDueAt, world.time.now() + p.delay());
      case BrainCommand.PreferLeadership p -> {}
      case BrainCommand.YieldLeadership y -> {}
      case BrainCommand.Journal j ->
          world.tell(
              id
                  + " "
                  + j.kind()
                  + " "
                  + j.subject()
                  + " "
                  + j.from()
                  + " "
                  + j.to()
                  + " "
                  + j.reason());
      case BrainCommand.KeepOverride k -> {}
      case BrainCommand.Show s -> publish();
      case BrainCommand.Answer a -> {}
    }
  }

  private void later(long delay, Runnable action) {
    long thisRun = run;
    world.time.after(delay, () -> ifStill(thisRun, action));
  }

  /** A statement reaches the server after a while; a frozen one executes it when it wakes. */
  private void onServer(NodeAddress node, long budget, Consumer<SimServer> effect, Runnable fail) {
    SimServer s = world.server(node);
    long boot = s.incarnation;
    world.time.after(
        world.latency(),
        () -> {
          if (!s.up || s.frozen || s.incarnation != boot || !running) {
            later(s.frozen ? budget : MS, fail);
          } else {
            effect.accept(s);
          }
        });
  }

  private void fence(NodeAddress node, long commandId, long budget) {
    SimServer s = world.server(node);
    world.time.after(
        world.latency() + world.jitter(0, 150),
        () -> {
          if (!s.up) {
            ifStill(run, () -> fenceDone(node, commandId, true, "DOWN"));
          } else if (s.frozen) {
            later(budget, () -> fenceDone(node, commandId, false, "FAILED"));
          } else {
            world.fence(s);
            fenceDone(node, commandId, true, "FENCED");
          }
        });
  }

  private void fenceDone(NodeAddress node, long commandId, boolean safe, String outcome) {
    event(new BrainEvent.FenceDone(SimWorld.SERVICE, node, commandId, safe, outcome, 1000, "sim"));
  }

  private void changeDone(NodeAddress node, long commandId, boolean ok) {
    event(new BrainEvent.ChangeDone(SimWorld.SERVICE, node, commandId, ok, ok ? "" : "down"));
  }
}
