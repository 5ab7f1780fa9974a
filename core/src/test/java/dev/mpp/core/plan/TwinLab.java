package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pool.PoolConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Two instances of one site over the same simulated servers, and a ledger that another site claims
 * as soon as it may. Instances are killed, frozen, restarted and cut off from each other, from the
 * ledger and from the servers; the checker looks at the servers themselves.
 */
final class TwinLab {
  static final ServiceName S = new ServiceName("mysql.example.com");
  static final SiteId A = new SiteId("site1");
  static final SiteId B = new SiteId("site2");
  static final long MS = 1_000_000;
  private static final long LOCK_TIMEOUT = 2000 * MS;
  private static final GtidSet GTIDS = GtidSet.parse("0-1-10");

  /** A server: what is true of it, whatever anybody believes. */
  static final class Server {
    final NodeAddress address;
    boolean up = true;
    boolean readOnly = true;
    @Nullable Instance lockedBy;
    long lockSeenAt;
    long freeSince;
    long deadManAfter;

    Server(NodeAddress address) {
      this.address = address;
    }

    boolean writable() {
      return up && !readOnly;
    }
  }

  /** One instance: its brain, what waits for it, and what it may reach. */
  final class Instance {
    final String name;
    String incarnation = "";
    SiteBrain brain;
    boolean alive;
    boolean frozen;
    boolean ledgerUp = true;
    boolean linkTold;
    final Map<NodeAddress, Long> permits = new LinkedHashMap<>();
    final Deque<BrainEvent> inbox = new ArrayDeque<>();
    private int runs;

    Instance(String name) {
      this.name = name;
      this.brain = start();
    }

    SiteBrain start() {
      incarnation = name + ++runs;
      inbox.clear();
      permits.clear();
      alive = true;
      frozen = false;
      linkTold = false;
      boolean first = name.equals("a");
      brain =
          new SiteBrain(
              config(incarnation, new BrainConfig.Twin(name, first ? "b" : "a", first)),
              new CheckpointBoard(List.of(), true),
              Map.of(),
              now);
      event(new BrainEvent.LedgerRestored(ledger));
      return brain;
    }

    void kill() {
      alive = false;
      servers.values().stream().filter(s -> s.lockedBy == this).forEach(s -> free(s));
    }

    boolean acts() {
      return alive && brain.acts();
    }

    void event(BrainEvent e) {
      if (!alive) {
        return;
      }
      if (frozen) {
        inbox.add(e);
        return;
      }
      brain.on(e, now).forEach(c -> perform(this, c));
    }

    void thaw() {
      frozen = false;
      // The loop finds the time first, then what waited for it.
      event(new BrainEvent.Tick());
      List<BrainEvent> all = List.copyOf(inbox);
      inbox.clear();
      all.forEach(this::event);
    }
  }

  private record Due(long at, long order, Runnable what) {}

  final SplittableRandom random;
  final Map<NodeAddress, Server> servers = new LinkedHashMap<>();
  final List<String> violations = new ArrayList<>();
  final List<String> story = new ArrayList<>();
  final Instance a;
  final Instance b;
  private final LeaseTiming timing =
      new LeaseTiming(6000 * MS, 500 * MS, 1500 * MS, 0.001, 300 * MS, 4000 * MS);
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(
          (x, y) -> x.at != y.at ? Long.compare(x.at, y.at) : Long.compare(x.order, y.order));
  private final Map<String, List<BrainEvent>> missed = new LinkedHashMap<>();
  LedgerState ledger = LedgerState.EMPTY;
  private long ledgerChangedAt;
  private long order;
  private long otherSequence;
  boolean rough;

  /**
   * The second server waits for acknowledgements; to switch that off takes so many milliseconds.
   */
  long semiSyncMillis;

  boolean otherClaims;
  boolean lan = true;
  long now;

  /** Milliseconds in which no server was writable, since it was last set to 0. */
  long unwritable;

  TwinLab(long seed, int nodes) {
    this.random = new SplittableRandom(seed);
    for (int i = 0; i < nodes; i++) {
      NodeAddress address = new NodeAddress("10.0.0." + (i + 1), 3306);
      servers.put(address, new Server(address));
    }
    a = new Instance("a");
    b = new Instance("b");
  }

  private BrainConfig config(String incarnation, BrainConfig.Twin twin) {
    List<PoolConfig.Member> members = new ArrayList<>();
    for (NodeAddress n : servers.keySet()) {
      members.add(
          new PoolConfig.Member(n, members.isEmpty() ? NodeType.PRIMARY : NodeType.SECONDARY));
    }
    BrainConfig.Service service =
        new BrainConfig.Service(
            S,
            false,
            false,
            PoolConfig.failover("p", members),
            Map.of(A, List.copyOf(servers.keySet()), B, List.of(new NodeAddress("10.9.0.1", 3306))),
            Reach.GLOBAL,
            false,
            30,
            3000 * MS,
            1000 * MS,
            200 * MS);
    return new BrainConfig(
        A,
        incarnation,
        false,
        "test",
        "hash",
        timing,
        2500 * MS,
        Map.of(A, new BrainConfig.Member(false, 100), B, new BrainConfig.Member(false, 50)),
        List.of(service),
        List.of(),
        Optional.of(twin));
  }

  List<Instance> both() {
    return List.of(a, b);
  }

  void run(long millis) {
    long end = now + millis * MS;
    while (now < end) {
      long step = rough ? 1 + random.nextInt(100) : 10;
      now += step * MS;
      while (!queue.isEmpty() && queue.peek().at <= now) {
        queue.poll().what.run();
        check();
      }
      locks();
      other();
      twins();
      for (Instance i : both()) {
        for (Server s : servers.values()) {
          if (random.nextInt(rough ? 4 : 20) == 0) {
            poll(i, s);
          }
        }
        i.event(new BrainEvent.Tick());
      }
      check();
      if (servers.values().stream().noneMatch(Server::writable)) {
        unwritable += step;
      }
    }
  }

  private void check() {
    long writable = servers.values().stream().filter(Server::writable).count();
    Grant g = ledger.grant(S);
    if (writable > 1) {
      violations.add(now / MS + " ms: " + writable + " servers are writable");
    }
    if (writable > 0 && g.holder().filter(B::equals).isPresent()) {
      violations.add(now / MS + " ms: writable here while the other site holds the role");
    }
  }

  private void later(long least, long most, Runnable what) {
    long delay = rough ? least + random.nextLong(most - least + 1) : least;
    queue.add(new Due(now + delay * MS, order++, what));
  }

  private boolean lost(int oneIn) {
    return rough && random.nextInt(oneIn) == 0;
  }

  // ---- servers ------------------------------------------------------------------------------

  private void poll(Instance i, Server s) {
    if (!s.up || lost(30)) {
      i.event(new BrainEvent.NodeUnreachable(S, s.address, "no answer", false, 0));
      return;
    }
    boolean broken = lost(40);
    ServerFacts facts =
        new ServerFacts(
            "11.4",
            s.readOnly,
            GTIDS,
            Optional.of(
                new ServerFacts.Replication(
                    "10.9.0.1:3306", !broken, !broken, true, "", OptionalLong.of(0), GTIDS)),
            semiSyncMillis > 0 && s != servers.values().iterator().next()
                ? new ServerFacts.SemiSync(true, 0, 0, true, true)
                : ServerFacts.SemiSync.OFF,
            true);
    later(1, 60, () -> i.event(new BrainEvent.NodeAnswered(S, s.address, facts, 0)));
  }

  private void free(Server s) {
    s.lockedBy = null;
    s.freeSince = now;
    s.deadManAfter = (250 + random.nextLong(1000)) * MS;
  }

  /** Refreshes what may be refreshed, frees what lapsed, and lets the dead-men act. */
  private void locks() {
    for (Server s : servers.values()) {
      Instance i = s.lockedBy;
      if (i != null) {
        if (i.alive && !i.frozen && i.permits.getOrDefault(s.address, 0L) > now) {
          s.lockSeenAt = now;
        } else if (now - s.lockSeenAt >= LOCK_TIMEOUT) {
          free(s);
        }
      } else if (now - s.freeSince >= s.deadManAfter) {
        s.readOnly = true;
      }
    }
  }

  private void hold(Instance i, NodeAddress node, long until) {
    i.permits.put(node, until);
    later(
        2,
        40,
        () -> {
          Server s = server(node);
          boolean permitted = i.permits.getOrDefault(node, 0L) > now;
          if (s.up && i.alive && !i.frozen && permitted && s.lockedBy == null) {
            s.lockedBy = i;
            s.lockSeenAt = now;
          }
        });
  }

  private void take(Instance i, NodeAddress node, long until) {
    i.permits.put(node, until);
    later(
        5,
        100,
        () -> {
          Server s = server(node);
          if (s.up && i.alive && !i.frozen && i.permits.getOrDefault(node, 0L) > now) {
            s.lockedBy = i;
            s.lockSeenAt = now;
          }
        });
  }

  private void drop(Instance i, NodeAddress node) {
    i.permits.remove(node);
    Server s = server(node);
    if (s.lockedBy == i) {
      free(s);
    }
  }

  private Server server(NodeAddress node) {
    return Objects.requireNonNull(servers.get(node));
  }

  // ---- the group on the LAN -----------------------------------------------------------------

  private long lanSince;
  private long toldAt;

  /** Membership is told a second late; states twice a second and after every change. */
  private void twins() {
    boolean bothUp = a.alive && b.alive && !a.frozen && !b.frozen && lan;
    if (!bothUp) {
      lanSince = now;
    }
    for (Instance i : both()) {
      Instance o = i == a ? b : a;
      boolean told = i.linkTold;
      if (bothUp && !told && now - lanSince >= 300 * MS) {
        i.linkTold = true;
        i.event(new BrainEvent.TwinLink(true));
      } else if (!bothUp && told) {
        i.linkTold = false;
        boolean reset = lan && !o.alive;
        later(reset ? 50 : 1000, reset ? 300 : 1500, () -> linkDown(i));
      }
    }
    if (bothUp && now - toldAt >= 100 * MS) {
      toldAt = now;
      tell(a, b);
      tell(b, a);
    }
  }

  private void linkDown(Instance i) {
    if (!i.linkTold) {
      i.event(new BrainEvent.TwinLink(false));
    }
  }

  private void tell(Instance from, Instance to) {
    TwinState state =
        from.brain.twinState(from.brain.view(now, Map.of()), now, now / MS).orElseThrow();
    String run = to.incarnation;
    later(
        1,
        200,
        () -> {
          if (to.incarnation.equals(run) && lan && to.alive) {
            to.event(new BrainEvent.TwinHeard(state));
          }
        });
  }

  // ---- the ledger ---------------------------------------------------------------------------

  /** The other site: claims as soon as the rules let it, holds for a while, then gives up. */
  private void other() {
    Grant g = ledger.grant(S);
    if (g.holder().filter(B::equals).isPresent()) {
      if (random.nextInt(60) == 0 || !otherClaims) {
        apply(new LedgerCommand.Release(otherOrigin(), S, g.epoch()));
      } else if (random.nextInt(4) == 0) {
        apply(
            new LedgerCommand.Renew(otherOrigin(), List.of(new LedgerCommand.Held(S, g.epoch()))));
      }
      return;
    }
    boolean lapsed = g.holder().isPresent() && now - ledgerChangedAt >= timing.claimAfter();
    if (otherClaims && (lapsed || (g.holder().isEmpty() && random.nextInt(200) == 0))) {
      apply(new LedgerCommand.Claim(otherOrigin(), S, g.epoch(), g.renewal()));
    }
  }

  private Origin otherOrigin() {
    return new Origin(B, "other", ++otherSequence);
  }

  private void apply(LedgerCommand c) {
    LedgerState.Applied applied = ledger.apply(c);
    if (!applied.state().grant(S).equals(ledger.grant(S))) {
      ledgerChangedAt = now;
    }
    ledger = applied.state();
    BrainEvent e = new BrainEvent.LedgerApplied(c, applied.outcome(), ledger);
    for (Instance i : both()) {
      if (i.ledgerUp) {
        i.event(e);
      } else {
        missed.computeIfAbsent(i.incarnation, k -> new ArrayList<>()).add(e);
      }
    }
  }

  void ledger(Instance i, boolean up) {
    i.ledgerUp = up;
    if (up) {
      List<BrainEvent> late = missed.remove(i.incarnation);
      if (late != null) {
        late.forEach(i::event);
      }
    }
  }

  private void perform(Instance i, BrainCommand command) {
    switch (command) {
      case BrainCommand.Propose p -> {
        if (i.ledgerUp && !lost(20)) {
          later(5, lost(10) ? 4000 : 80, () -> commit(i, p.command()));
        }
      }
      case BrainCommand.FenceNode f -> fence(i, f);
      case BrainCommand.FenceRemote f ->
          later(
              5,
              200,
              () ->
                  i.event(
                      new BrainEvent.FenceDone(
                          S, f.node(), f.commandId(), false, "FAILED", 1, "far away")));
      case BrainCommand.Prepare p ->
          later(
              5,
              400,
              () ->
                  i.event(
                      new BrainEvent.PrepareDone(
                          S, p.node(), p.commandId(), !lost(15), Optional.of(GTIDS), "")));
      case BrainCommand.MakeWritable w -> makeWritable(i, w);
      case BrainCommand.StartReplication r -> changed(i, r.node(), r.commandId());
      case BrainCommand.StopReplication r -> changed(i, r.node(), r.commandId());
      case BrainCommand.FollowSource r -> changed(i, r.node(), r.commandId());
      case BrainCommand.SemiSync c ->
          later(semiSyncMillis, semiSyncMillis, () -> changed(i, c.node(), c.commandId()));
      case BrainCommand.HoldDeadMan h -> hold(i, h.node(), h.until());
      case BrainCommand.TakeDeadMan t -> take(i, t.node(), t.until());
      case BrainCommand.DropDeadMan d -> drop(i, d.node());
      case BrainCommand.Reaches r -> {}
      case BrainCommand.ForceTakeover f -> {}
      case BrainCommand.Journal j ->
          story.add(
              "%d %s %s %s %s > %s: %s"
                  .formatted(
                      now / MS, i.name, j.kind(), j.subject(), j.from(), j.to(), j.reason()));
      case BrainCommand.PollWithin p -> {}
      case BrainCommand.PreferLeadership p -> {}
      case BrainCommand.YieldLeadership p -> {}
      case BrainCommand.Show s -> {}
      case BrainCommand.FenceHook h -> {}
      case BrainCommand.KeepOverride k -> {}
      case BrainCommand.Answer answer -> story.add(now / MS + " " + i.name + " " + answer.text());
    }
  }

  /** What was sent may be committed though its sender is frozen, dead or cut off by now. */
  private void commit(Instance i, LedgerCommand command) {
    if (i.ledgerUp || lost(2)) {
      apply(command);
    }
  }

  private void changed(Instance i, NodeAddress node, long id) {
    later(5, 100, () -> i.event(new BrainEvent.ChangeDone(S, node, id, !lost(20), "")));
  }

  private void fence(Instance i, BrainCommand.FenceNode f) {
    Server s = server(f.node());
    later(
        2,
        300,
        () -> {
          boolean done = s.up && !lost(6);
          if (done) {
            s.readOnly = true;
          }
          if (!lost(12)) {
            later(
                1,
                200,
                () ->
                    i.event(
                        new BrainEvent.FenceDone(
                            S, f.node(), f.commandId(), done, done ? "FENCED" : "FAILED", 1, "")));
          }
        });
  }

  private void makeWritable(Instance i, BrainCommand.MakeWritable w) {
    Server s = server(w.node());
    long before = now + w.budget();
    later(
        5,
        1200,
        () -> {
          // The statement is conditional on the lock, and its time-out is its budget.
          boolean done =
              s.up
                  && i.alive
                  && s.lockedBy == i
                  && i.permits.getOrDefault(s.address, 0L) > now
                  && now < before
                  && !lost(10);
          if (done) {
            s.readOnly = false;
          }
          later(
              1,
              300,
              () ->
                  i.event(
                      new BrainEvent.WritableDone(
                          S, w.node(), w.commandId(), done && !lost(20), 1, "")));
        });
  }

  // ---- what goes wrong ----------------------------------------------------------------------

  void disturb() {
    Server s = List.copyOf(servers.values()).get(random.nextInt(servers.size()));
    Instance i = random.nextBoolean() ? a : b;
    switch (random.nextInt(14)) {
      case 0 -> {
        s.up = false;
        free(s);
      }
      case 1, 2 -> boot(s);
      case 3 -> ledger(i, !i.ledgerUp);
      case 4 -> ledger(i, true);
      case 5 -> lan = !lan;
      case 6 -> i.kill();
      case 7, 8 -> restart(i);
      case 9 -> i.frozen = i.alive;
      case 10, 11 -> {
        if (i.frozen) {
          i.thaw();
        }
      }
      case 12 -> i.event(new BrainEvent.OperatorTwin("ann", "test"));
      default -> i.event(new BrainEvent.StandDown("test"));
    }
    check();
  }

  private static void boot(Server s) {
    if (!s.up) {
      s.up = true;
      s.readOnly = true;
    }
  }

  void restart(Instance i) {
    if (!i.alive) {
      missed.remove(i.incarnation);
      i.start();
    }
  }

  /** Everything works from here on. */
  void heal() {
    rough = false;
    otherClaims = false;
    lan = true;
    servers.values().forEach(TwinLab::boot);
    for (Instance i : both()) {
      ledger(i, true);
      if (i.frozen) {
        i.thaw();
      }
      i.kill();
      restart(i);
    }
  }
}
