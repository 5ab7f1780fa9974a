package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.core.pool.RoleRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * One site's brain over several simulated servers and a ledger that another site claims as soon as
 * it may. Answers are late, lost and out of order, servers die, operators order anything. The
 * checker looks at the servers themselves, never at what the brain believes.
 */
final class LocalPool {
  static final ServiceName S = new ServiceName("mysql.example.com");
  static final SiteId A = new SiteId("site1");
  static final SiteId B = new SiteId("site2");
  static final long MS = 1_000_000;
  private static final GtidSet GTIDS = GtidSet.parse("0-1-10");

  /** A server: what is true of it, whatever anybody believes. */
  static final class Server {
    final NodeAddress address;
    boolean up = true;
    boolean readOnly = true;

    /** Whether its dead-man event is there and enabled. */
    boolean deadMan = true;

    long lockUntil = Long.MIN_VALUE;
    long deadManActsAt = Long.MAX_VALUE;

    Server(NodeAddress address) {
      this.address = address;
    }

    boolean writable() {
      return up && !readOnly;
    }
  }

  private record Due(long at, long order, Runnable what) {}

  final SplittableRandom random;
  final Map<NodeAddress, Server> servers = new LinkedHashMap<>();
  final List<String> violations = new ArrayList<>();
  final List<String> story = new ArrayList<>();
  final SiteBrain brain;
  private final RoleRule rule;
  private final LeaseTiming timing =
      new LeaseTiming(6000 * MS, 500 * MS, 1500 * MS, 0.001, 300 * MS, 4000 * MS);
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(
          (x, y) -> x.at != y.at ? Long.compare(x.at, y.at) : Long.compare(x.order, y.order));
  private LedgerState ledger = LedgerState.EMPTY;
  private long ledgerChangedAt;
  private long order;
  private long otherSequence;
  private boolean connected = true;
  boolean rough = true;
  boolean otherClaims = true;
  long now;

  LocalPool(long seed, int nodes, RoleRule rule) {
    this.random = new SplittableRandom(seed);
    this.rule = rule;
    List<PoolConfig.Member> members = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      NodeAddress address = new NodeAddress("10.0.0." + (i + 1), 3306);
      members.add(new PoolConfig.Member(address, i == 0 ? NodeType.PRIMARY : NodeType.SECONDARY));
      servers.put(address, new Server(address));
    }
    BrainConfig.Service service =
        new BrainConfig.Service(
            S,
            false,
            false,
            PoolConfig.failover("p", members).with(rule),
            Map.of(A, List.copyOf(servers.keySet()), B, List.of(new NodeAddress("10.9.0.1", 3306))),
            Reach.GLOBAL,
            false,
            30,
            3000 * MS,
            1000 * MS,
            200 * MS);
    BrainConfig config =
        new BrainConfig(
            A,
            "a1",
            false,
            "test",
            "hash",
            timing,
            2500 * MS,
            Map.of(A, new BrainConfig.Member(false, 100), B, new BrainConfig.Member(false, 50)),
            List.of(service),
            List.of());
    brain = new SiteBrain(config, new CheckpointBoard(List.of(), true), Map.of(), now);
    event(new BrainEvent.LedgerRestored(ledger));
  }

  void run(long millis) {
    long end = now + millis * MS;
    while (now < end) {
      now += (1 + random.nextInt(120)) * MS;
      while (!queue.isEmpty() && queue.peek().at <= now) {
        queue.poll().what.run();
        check();
      }
      deadMen();
      other();
      for (Server s : servers.values()) {
        if (random.nextInt(4) == 0) {
          poll(s);
        }
      }
      event(new BrainEvent.Tick());
      check();
    }
  }

  private void check() {
    long writable = servers.values().stream().filter(Server::writable).count();
    int allowed = rule instanceof RoleRule.Cluster c ? c.max() : 1;
    Grant g = ledger.grant(S);
    if (writable > allowed) {
      violations.add(now / MS + " ms: " + writable + " servers are writable");
    }
    if (writable > 0 && g.holder().filter(B::equals).isPresent()) {
      violations.add(now / MS + " ms: writable here while the other site holds the role");
    }
  }

  void event(BrainEvent e) {
    brain.on(e, now).forEach(this::perform);
  }

  private void later(int least, int most, Runnable what) {
    long delay = rough ? least + random.nextInt(most - least + 1) : least;
    queue.add(new Due(now + delay * MS, order++, what));
  }

  private boolean lost(int oneIn) {
    return rough && random.nextInt(oneIn) == 0;
  }

  private void poll(Server s) {
    if (!s.up || lost(30)) {
      event(new BrainEvent.NodeUnreachable(S, s.address, "no answer", false, 0));
      return;
    }
    boolean broken = lost(40);
    ServerFacts.Replication replication =
        new ServerFacts.Replication(
            "10.9.0.1:3306", !broken, !broken, true, "", OptionalLong.of(0), GTIDS);
    ServerFacts facts =
        new ServerFacts(
            "11.4",
            s.readOnly,
            GTIDS,
            Optional.of(replication),
            ServerFacts.SemiSync.OFF,
            s.deadMan);
    later(0, 60, () -> event(new BrainEvent.NodeAnswered(S, s.address, facts, 0)));
  }

  private void deadMen() {
    for (Server s : servers.values()) {
      if (s.lockUntil > now) {
        s.deadManActsAt = Long.MAX_VALUE;
      } else if (s.deadManActsAt == Long.MAX_VALUE) {
        s.deadManActsAt = s.lockUntil + random.nextLong(timing.deadMan());
      }
      if (s.deadManActsAt <= now) {
        s.readOnly = true;
      }
    }
  }

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
    if (otherClaims && (lapsed || (g.holder().isEmpty() && random.nextInt(40) == 0))) {
      apply(new LedgerCommand.Claim(otherOrigin(), S, g.epoch(), g.renewal()));
    }
  }

  private Origin otherOrigin() {
    return new Origin(B, "b1", ++otherSequence);
  }

  private void apply(LedgerCommand c) {
    LedgerState.Applied a = ledger.apply(c);
    if (!a.state().equals(ledger)) {
      ledgerChangedAt = now;
    }
    ledger = a.state();
    LedgerState after = ledger;
    if (connected) {
      event(new BrainEvent.LedgerApplied(c, a.outcome(), after));
    } else {
      missed.add(new BrainEvent.LedgerApplied(c, a.outcome(), after));
    }
  }

  private final List<BrainEvent> missed = new ArrayList<>();

  void connect(boolean on) {
    connected = on;
    if (on) {
      List<BrainEvent> all = List.copyOf(missed);
      missed.clear();
      all.forEach(this::event);
    }
  }

  private void perform(BrainCommand command) {
    switch (command) {
      case BrainCommand.Propose p -> {
        if (connected && !lost(20)) {
          later(1, lost(10) ? 4000 : 80, () -> commit(p.command()));
        }
      }
      case BrainCommand.FenceNode f -> fence(f);
      case BrainCommand.FenceRemote f ->
          later(
              5,
              200,
              () ->
                  event(
                      new BrainEvent.FenceDone(
                          S, f.node(), f.commandId(), false, "FAILED", 1, "far away")));
      case BrainCommand.Prepare p ->
          later(
              5,
              400,
              () ->
                  event(
                      new BrainEvent.PrepareDone(
                          S, p.node(), p.commandId(), !lost(15), Optional.of(GTIDS), "")));
      case BrainCommand.MakeWritable w -> makeWritable(w);
      case BrainCommand.StartReplication r -> changed(r.node(), r.commandId());
      case BrainCommand.StopReplication r -> changed(r.node(), r.commandId());
      case BrainCommand.FollowSource r -> changed(r.node(), r.commandId());
      case BrainCommand.SemiSync c -> changed(c.node(), c.commandId());
      case BrainCommand.HoldDeadMan h -> server(h.node()).lockUntil = h.until();
      case BrainCommand.TakeDeadMan t -> server(t.node()).lockUntil = t.until();
      case BrainCommand.DropDeadMan d ->
          server(d.node()).lockUntil = Math.min(now, server(d.node()).lockUntil);
      case BrainCommand.Journal j ->
          story.add(
              now / MS
                  + " "
                  + j.kind()
                  + " "
                  + j.subject()
                  + " "
                  + j.from()
                  + " > "
                  + j.to()
                  + " "
                  + j.reason());
      case BrainCommand.PollWithin p -> {}
      case BrainCommand.PreferLeadership p -> {}
      case BrainCommand.YieldLeadership y -> {}
      case BrainCommand.Reaches r -> {}
      case BrainCommand.ForceTakeover f -> {}
      case BrainCommand.KeepOverride k -> {}
      case BrainCommand.Show s -> {}
      case BrainCommand.FenceHook h -> {}
      case BrainCommand.Answer a -> {}
    }
  }

  private void commit(LedgerCommand command) {
    if (connected) {
      apply(command);
    }
  }

  private Server server(NodeAddress node) {
    return java.util.Objects.requireNonNull(servers.get(node));
  }

  private void changed(NodeAddress node, long id) {
    later(5, 100, () -> event(new BrainEvent.ChangeDone(S, node, id, !lost(20), "")));
  }

  private void fence(BrainCommand.FenceNode f) {
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
                    event(
                        new BrainEvent.FenceDone(
                            S, f.node(), f.commandId(), done, done ? "FENCED" : "FAILED", 1, "")));
          }
        });
  }

  private void makeWritable(BrainCommand.MakeWritable w) {
    Server s = server(w.node());
    long before = now + w.budget();
    later(
        2,
        1200,
        () -> {
          // The statement is conditional on the lock, and its time-out is its budget.
          boolean done = s.up && s.lockUntil > now && now < before && !lost(10);
          if (done) {
            s.readOnly = false;
          }
          later(
              1,
              300,
              () ->
                  event(
                      new BrainEvent.WritableDone(
                          S, w.node(), w.commandId(), done && !lost(20), 1, "")));
        });
  }

  // ---- what goes wrong, and what operators do -----------------------------------------------

  void disturb() {
    Server s = List.copyOf(servers.values()).get(random.nextInt(servers.size()));
    switch (random.nextInt(12)) {
      case 0 -> s.up = false;
      case 1, 2, 3 -> {
        if (!s.up) {
          s.up = true;
          s.readOnly = true;
        }
      }
      case 4 -> connect(!connected);
      case 5 -> connect(true);
      case 6 -> event(new BrainEvent.OperatorLift(S, s.address, "ann", "done"));
      case 7 -> event(new BrainEvent.OperatorPause(S, random.nextBoolean(), "ann", "work"));
      case 8 -> event(new BrainEvent.OperatorActivate(S, "ann", "now"));
      case 9 ->
          event(
              new BrainEvent.OperatorRecover(
                  S, random.nextBoolean() ? Optional.of(s.address) : Optional.empty(), "ann", ""));
      default -> {
        String[] orders = {
          "state=ACTIVE",
          "state=ACTIVE",
          "state=STANDBY",
          "state=FAILED_ONLINE",
          "state=FAILED_OFFLINE",
          "status=OK",
          "status=FAIL",
          "type=PRIMARY",
          "type=SECONDARY",
          "weight=0",
          "weight=900"
        };
        String[] word = orders[random.nextInt(orders.length)].split("=", -1);
        long lasts = random.nextBoolean() ? 0 : random.nextLong(8000) * MS;
        event(
            new BrainEvent.OperatorOverride(
                S, s.address, NodeOverride.parse(word[0], word[1]), lasts, 0, "ann", "test"));
      }
    }
    check();
  }

  /** Everything works from here on, and no operator's order is in force. */
  void heal() {
    rough = false;
    otherClaims = false;
    connect(true);
    for (Server s : servers.values()) {
      if (!s.up) {
        s.up = true;
        s.readOnly = true;
      }
      event(new BrainEvent.OperatorLift(S, s.address, "ann", "over"));
    }
    event(new BrainEvent.OperatorPause(S, false, "ann", "over"));
  }
}
