package dev.mpp.chaos.sim;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.pair.PairConfig;
import dev.mpp.core.pair.PairInput;
import dev.mpp.core.pair.PairLedger;
import dev.mpp.core.pair.PairMessage;
import dev.mpp.core.pair.PairOutput;
import dev.mpp.core.pair.PairStored;
import dev.mpp.core.pair.PairTiming;
import dev.mpp.core.pair.Target;
import dev.mpp.core.plan.BrainEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the shell of one site does around its half of the pair's ledger. */
final class SimPairSide {
  private static final long MS = SimWorld.MS;
  private static final long TICK = 50 * MS;
  private static final long LOOK = 1_000 * MS;
  private static final long FORCED = 60_000 * MS;

  private final SimWorld world;
  private final SimPair pair;
  private final int index;
  private final Map<Long, Long> proposedAt = new HashMap<>();
  private final Map<ServiceName, Long> forcedUntil = new HashMap<>();
  private final Map<Target, SimServer> servers = new HashMap<>();
  private List<Target> targets = List.of();
  private @Nullable PairLedger ledger;
  private PairStored disk = PairStored.EMPTY;
  private Map<ServiceName, Long> seen = Map.of();
  private boolean met;
  private long phase;
  private long tickAt = Long.MAX_VALUE;
  private long handledAt;
  private long inAt;
  private long outAt;

  SimPairSide(SimWorld world, SimPair pair, int index) {
    this.world = world;
    this.pair = pair;
    this.index = index;
  }

  private SimSite site() {
    return world.sites[index];
  }

  private SimSite peer() {
    return world.sites[1 - index];
  }

  LedgerState view() {
    PairLedger l = ledger;
    return l == null ? LedgerState.EMPTY : l.view();
  }

  // ---- the process --------------------------------------------------------------------------

  void boot(SimSite site, boolean emptyDisk) {
    if (emptyDisk) {
      disk = PairStored.EMPTY;
    }
    ledger = null;
    proposedAt.clear();
    forcedUntil.clear();
    met = false;
    tickAt = Long.MAX_VALUE;
    inAt = 0;
    outAt = 0;
    phase = world.chance.ms(0, 50);
    site.caughtUp = disk.met();
    start();
  }

  private void start() {
    targets = targets();
    Set<ServiceName> services = new HashSet<>();
    world.services.forEach(s -> services.add(s.name));
    boolean zero = world.shape.rpoZero() && !world.broken.is(Break.PAIR_DESERTS);
    long sight = pair.outlook.detection();
    long detection = world.broken.is(Break.PAIR_HASTY) ? 0 : sight;
    ledger =
        new PairLedger(
            new PairConfig(
                site().id,
                peer().id,
                site().incarnation(),
                pair.preferred(),
                services,
                zero ? services : Set.of(),
                targets,
                PairTiming.of(site().timing(), detection, sight, pair.outlook.glance())),
            disk,
            site().now());
  }

  void booted() {
    seen = Map.of();
    in(new PairInput.Reaches(Map.of()));
  }

  private List<Target> targets() {
    List<Target> all = new ArrayList<>();
    all.add(new Target(Target.Kind.MPP, Optional.empty(), "mpp"));
    all.add(new Target(Target.Kind.EDGE, Optional.empty(), "edge"));
    for (SimService s : world.services) {
      all.add(new Target(Target.Kind.SERVICE, Optional.of(s.name), "service" + s.index));
      for (SimServer server : s.servers) {
        if (server.site != index) {
          Target t = new Target(Target.Kind.MYSQL, Optional.of(s.name), server.address.toString());
          all.add(t);
          servers.put(t, server);
        }
      }
    }
    return all;
  }

  /** The tick that was left out because it changes nothing, except that the process lived then. */
  void freezing() {
    if (pair.outlook.sees(index)) {
      blinded();
    }
    PairLedger l = ledger;
    long last = turn(site().now()) - TICK;
    if (l != null && last > handledAt) {
      handledAt = last;
      l.on(new PairInput.Tick(), last).forEach(this::perform);
    }
  }

  void thawed() {
    tickAt = Long.MAX_VALUE;
    schedule();
  }

  // ---- inputs -------------------------------------------------------------------------------

  void propose(LedgerCommand command) {
    proposedAt.put(command.origin().sequence(), world.time.now());
    later(new PairInput.Propose(command));
  }

  void reaches(Map<ServiceName, Long> seenAt) {
    seen = seenAt;
    inAt = Math.max(inAt, world.time.now() + world.chance.ms(0, 2));
    long run = site().run;
    world.time.at(inAt, () -> in(new PairInput.Reaches(fresh(seenAt)), run));
  }

  /** Probes that say nothing new are not played: while the world is seen the last is recent. */
  private Map<ServiceName, Long> fresh(Map<ServiceName, Long> seenAt) {
    boolean blind = world.broken.is(Break.PAIR_NO_REACH);
    if (!blind && (site().frozen || !pair.outlook.sees(index))) {
      return seenAt;
    }
    Map<ServiceName, Long> fresh = new HashMap<>();
    (blind ? site().services() : seenAt.keySet())
        .forEach(s -> fresh.put(s, PairInput.Reaches.ALWAYS));
    return fresh;
  }

  /** The world is lost, or the process is about to be suspended: when the last probe began. */
  void blinded() {
    if (world.broken.is(Break.PAIR_NO_REACH)) {
      return;
    }
    long last = site().now() - (long) (world.chance.unit() * world.shape.probeEvery());
    Map<ServiceName, Long> at = new HashMap<>();
    seen.keySet().forEach(s -> at.put(s, last));
    seen = at;
    in(new PairInput.Reaches(at));
  }

  void force(ServiceName service, String by, String reason) {
    forcedUntil.put(service, site().now() + FORCED);
    later(new PairInput.Force(service, by, reason));
  }

  boolean forces(ServiceName service) {
    return site().now() < forcedUntil.getOrDefault(service, Long.MIN_VALUE);
  }

  void heard() {
    in(new PairInput.Heard());
  }

  /** From the brain's thread to the ledger's: in order. */
  private void later(PairInput input) {
    inAt = Math.max(inAt, world.time.now() + world.chance.ms(0, 2));
    long run = site().run;
    world.time.at(inAt, () -> in(input, run));
  }

  private void in(PairInput input) {
    in(input, site().run);
  }

  private void in(PairInput input, long run) {
    if (site().running && site().run == run) {
      site().whenAwake(() -> handle(input));
    }
  }

  private void handle(PairInput input) {
    handle(input, site().now());
  }

  private void handle(PairInput input, long now) {
    PairLedger l = ledger;
    if (l == null) {
      return;
    }
    handledAt = now;
    l.on(input, handledAt).forEach(this::perform);
    schedule();
  }

  // ---- ticks --------------------------------------------------------------------------------

  /** The first tick at that instant of the site's clock or after it. */
  private long turn(long from) {
    return phase + (Math.floorDiv(from - 1 - phase, TICK) + 1) * TICK;
  }

  private void schedule() {
    PairLedger l = ledger;
    if (l == null) {
      return;
    }
    long now = site().now();
    long due = world.skipping ? Math.max(l.dueAt(now), now + 1) : now + 1;
    long next = turn(due);
    if (next < tickAt || tickAt <= now) {
      tickAt = next;
      long run = site().run;
      world.time.at(site().clock().when(next), () -> tick(next, run));
    }
  }

  private void tick(long mine, long run) {
    PairLedger l = ledger;
    if (l == null || site().run != run || tickAt != mine || site().frozen) {
      return;
    }
    tickAt = Long.MAX_VALUE;
    if (!world.skipping || mine >= l.dueAt(mine)) {
      handle(new PairInput.Tick(), mine);
    } else {
      schedule();
    }
  }

  // ---- outputs ------------------------------------------------------------------------------

  private void perform(PairOutput output) {
    switch (output) {
      case PairOutput.Send s ->
          send(world.broken.is(Break.PAIR_OVERLAPS) ? s.message().holding(Set.of()) : s.message());
      case PairOutput.Persist p -> persist(p);
      case PairOutput.Applied a -> applied(a);
      case PairOutput.Settled s -> proposedAt.remove(s.sequence());
      case PairOutput.GivenUp g -> {}
      case PairOutput.Look l -> look(l.fence());
      case PairOutput.Overlap o ->
          tell(
              new BrainEvent.PairOverlap(
                  o.service(), o.ownEpoch(), o.peerEpoch(), "", o.forced().isEmpty() ? "" : "ann"));
      case PairOutput.Picture p -> tell(new BrainEvent.PairChanged(p.picture()));
    }
  }

  /** Over every way. */
  private void send(PairMessage message) {
    for (int way = 0; way < world.net.ways(); way++) {
      int mine = way;
      if (world.net.link(way, index, 1 - index) && !world.net.loses(index, 1 - index)) {
        world.time.after(
            world.net.delay(index, 1 - index),
            () -> {
              if (world.net.link(mine, index, 1 - index)) {
                pair.other(this).received(message);
              }
            });
      }
    }
  }

  private void received(PairMessage message) {
    if (site().running) {
      met |= message.to().equals(site().incarnation());
      in(new PairInput.Received(message));
    }
  }

  /** Whether this run has met the other site. */
  boolean met() {
    return met;
  }

  /** On disk a moment before the process knows. */
  private void persist(PairOutput.Persist p) {
    long takes = world.chance.oneIn(20) && !world.calm ? world.chance.ms(30, 600) : 5 * MS;
    long run = site().run;
    boolean forgotten = world.broken.is(Break.PAIR_OLD_DISK) && world.chance.oneIn(2);
    world.time.after(
        takes + world.chance.ms(0, 10),
        () -> {
          if (site().run == run) {
            if (!forgotten) {
              disk = p.stored();
            }
            site().caughtUp = p.stored().met();
            world.time.after(
                world.chance.ms(0, 5), () -> in(new PairInput.Persisted(p.generation()), run));
          }
        });
  }

  private void applied(PairOutput.Applied a) {
    LedgerCommand c = a.command();
    boolean own =
        c.origin().site().equals(site().id)
            && c.origin().incarnation().equals(site().incarnation());
    pair.applied(this, a, own ? proposedAt.get(c.origin().sequence()) : null);
    tell(new BrainEvent.LedgerApplied(c, a.outcome(), a.after()));
  }

  /** To the brain: in order, and late when the site is slow. */
  private void tell(BrainEvent event) {
    long at = Math.max(outAt, world.time.now() + site().applyLag);
    long run = site().run;
    outAt = at;
    world.time.at(
        at,
        () -> {
          if (site().run == run) {
            site().event(event);
            site().whenAwake(site()::answers);
          }
        });
  }

  // ---- looks --------------------------------------------------------------------------------

  private void look(boolean fence) {
    long run = site().run;
    long startedAt = site().now();
    world.time.after(
        world.chance.ms(1, 60),
        () -> {
          if (site().run == run) {
            Map<Target, Target.Answer> answers = new HashMap<>();
            boolean silent = false;
            for (Target t : targets) {
              if (fence || t.kind() != Target.Kind.MYSQL) {
                Target.Answer a = look(t, fence);
                answers.put(t, a);
                silent |= a == Target.Answer.SILENT;
              }
            }
            world.time.after(
                silent ? LOOK : world.chance.ms(0, 60),
                () -> in(new PairInput.Looked(startedAt, answers), run));
          }
        });
  }

  private Target.Answer look(Target t, boolean fence) {
    if (fence && world.broken.is(Break.PAIR_NO_EVIDENCE)) {
      return Target.Answer.SILENT;
    }
    return switch (t.kind()) {
      case EDGE -> answer(pair.outlook.edge(index, 1 - index), true);
      case MPP -> answer(pair.outlook.inside(index, 1 - index) && !peer().hostLost, peer().running);
      case SERVICE -> answer(pair.outlook.edge(index, 1 - index), anyServer(t));
      case MYSQL -> server(Objects.requireNonNull(servers.get(t)));
    };
  }

  private static Target.Answer answer(boolean reached, boolean listening) {
    return !reached
        ? Target.Answer.SILENT
        : listening ? Target.Answer.ANSWERED : Target.Answer.REFUSED;
  }

  private boolean anyServer(Target t) {
    SimService service = world.service(t.service().orElseThrow());
    return service.servers.stream().anyMatch(s -> s.site != index && s.up);
  }

  private Target.Answer server(SimServer s) {
    if (!pair.outlook.inside(index, 1 - index)) {
      return Target.Answer.SILENT;
    }
    if (!s.up) {
      return Target.Answer.REFUSED;
    }
    if (s.frozen) {
      return Target.Answer.ANSWERED;
    }
    if (!s.readOnly) {
      return Target.Answer.WRITABLE;
    }
    s.fence();
    return Target.Answer.FENCED;
  }
}
