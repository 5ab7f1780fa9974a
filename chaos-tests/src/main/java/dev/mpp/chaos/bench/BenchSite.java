package dev.mpp.chaos.bench;

import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.State;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.CheckpointBoard;
import dev.mpp.core.plan.SiteBrain;
import dev.mpp.core.pool.PoolConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The production brain of one site with many services of three nodes each, on virtual time: every
 * command succeeds at once and the ledger has one proposer. {@link #settle} brings it to where it
 * spends its life: every service held, its PRIMARY ACTIVE, two STANDBYs.
 */
final class BenchSite {
  private static final long MS = 1_000_000L;
  private static final SiteId SELF = new SiteId("site1");
  private static final SiteId PEER = new SiteId("site2");
  private static final int NODES = 3;

  private final SiteBrain brain;
  private final List<BrainConfig.Service> services = new ArrayList<>();
  private final Set<NodeAddress> writable = new HashSet<>();
  private final ArrayDeque<BrainEvent> answers = new ArrayDeque<>();
  private final List<BrainEvent> polls = new ArrayList<>();
  private LedgerState ledger = LedgerState.EMPTY;
  private long now = 1_000 * MS;
  private int next;

  BenchSite(int count) {
    for (int i = 0; i < count; i++) {
      services.add(service(i));
    }
    Map<SiteId, BrainConfig.Member> members =
        Map.of(
            SELF,
            new BrainConfig.Member(false, 2),
            PEER,
            new BrainConfig.Member(false, 1),
            new SiteId("witness"),
            new BrainConfig.Member(true, 0));
    LeaseTiming timing =
        new LeaseTiming(6_000 * MS, 500 * MS, 1_500 * MS, 0.001, 100 * MS, 4_000 * MS);
    List<CheckpointBoard.Spec> checkpoints =
        List.of(
            new CheckpointBoard.Spec(
                "edge:simple:192.0.2.1:179", CheckpointClass.EDGE, Ladder.DEFAULT),
            new CheckpointBoard.Spec(
                "external:simple:192.0.2.2:443", CheckpointClass.EXTERNAL, Ladder.DEFAULT));
    brain =
        new SiteBrain(
            new BrainConfig(
                SELF, "1", false, "bench", "", timing, 2_500 * MS, members, services, List.of()),
            new CheckpointBoard(checkpoints, true),
            Map.of(),
            now);
    on(new BrainEvent.LedgerRestored(ledger));
  }

  private static BrainConfig.Service service(int i) {
    List<PoolConfig.Member> nodes = new ArrayList<>();
    for (int n = 0; n < NODES; n++) {
      nodes.add(
          new PoolConfig.Member(
              new NodeAddress("10.%d.%d.%d".formatted(i >> 8, i & 255, n + 1), 3306),
              n == 0 ? NodeType.PRIMARY : NodeType.SECONDARY));
    }
    PoolConfig pool = PoolConfig.failover("pool" + i, nodes);
    return new BrainConfig.Service(
        new ServiceName("service" + i + ".example.com"),
        false,
        false,
        pool,
        Map.of(SELF, nodes.stream().map(PoolConfig.Member::address).toList(), PEER, List.of()),
        Reach.GLOBAL,
        false,
        30,
        60_000 * MS,
        1_000 * MS,
        250 * MS);
  }

  /** Virtual time passes until every service has its ACTIVE node and no command is open. */
  BenchSite settle() {
    for (int round = 0; round < 12; round++) {
      boolean settled = services.stream().allMatch(s -> active(s.name()));
      for (BrainConfig.Service s : services) {
        s.pool().nodes().forEach(m -> on(poll(s, m)));
      }
      if (settled) {
        for (BrainConfig.Service s : services) {
          s.pool().nodes().forEach(m -> polls.add(poll(s, m)));
        }
        return this;
      }
      for (int tick = 0; tick < 4; tick++) {
        pass(250 * MS);
        tick();
      }
    }
    throw new IllegalStateException(
        "not settled: " + brain.sentence(services.getFirst().name(), now));
  }

  private boolean active(ServiceName service) {
    return brain.pool(service).active().filter(n -> n.state() == State.ACTIVE).isPresent();
  }

  SiteBrain brain() {
    return brain;
  }

  long now() {
    return now;
  }

  void pass(long nanos) {
    now += nanos;
  }

  /** The next node's poll, in turn; the same answer as last time. */
  BrainEvent nextPoll() {
    BrainEvent e = polls.get(next);
    next = (next + 1) % polls.size();
    return e;
  }

  void tick() {
    on(new BrainEvent.Tick());
  }

  /** One event, its commands, and everything that follows at the same instant. */
  void on(BrainEvent event) {
    answers.add(event);
    while (!answers.isEmpty()) {
      brain.on(answers.remove(), now).forEach(this::perform);
    }
  }

  private BrainEvent poll(BrainConfig.Service s, PoolConfig.Member m) {
    boolean primary = m.type() == NodeType.PRIMARY;
    GtidSet executed = GtidSet.parse("0-11-500000,0-12-480000,0-21-470000");
    ServerFacts facts =
        new ServerFacts(
            "11.4.5-MariaDB-log",
            !writable.contains(m.address()),
            executed,
            primary
                ? Optional.empty()
                : Optional.of(
                    new ServerFacts.Replication(
                        s.pool().nodes().getFirst().address().toString(),
                        true,
                        true,
                        true,
                        "",
                        OptionalLong.of(0),
                        executed)),
            ServerFacts.SemiSync.OFF,
            true);
    return new BrainEvent.NodeAnswered(s.name(), m.address(), facts, now / MS);
  }

  /** Every command succeeds at once. */
  private void perform(BrainCommand command) {
    switch (command) {
      case BrainCommand.Propose p -> {
        LedgerState.Applied applied = ledger.apply(p.command());
        ledger = applied.state();
        answers.add(new BrainEvent.LedgerApplied(p.command(), applied.outcome(), ledger));
      }
      case BrainCommand.FenceNode f -> {
        writable.remove(f.node());
        answers.add(
            new BrainEvent.FenceDone(f.service(), f.node(), f.commandId(), true, "FENCED", 1, ""));
      }
      case BrainCommand.FenceRemote f ->
          answers.add(
              new BrainEvent.FenceDone(
                  f.service(), f.node(), f.commandId(), true, "FENCED", 1, ""));
      case BrainCommand.Prepare p ->
          answers.add(
              new BrainEvent.PrepareDone(
                  p.service(), p.node(), p.commandId(), true, Optional.empty(), ""));
      case BrainCommand.MakeWritable w -> {
        writable.add(w.node());
        answers.add(new BrainEvent.WritableDone(w.service(), w.node(), w.commandId(), true, 1, ""));
      }
      case BrainCommand.StartReplication r -> changed(r.service(), r.node(), r.commandId());
      case BrainCommand.StopReplication r -> changed(r.service(), r.node(), r.commandId());
      case BrainCommand.FollowSource r -> changed(r.service(), r.node(), r.commandId());
      case BrainCommand.SemiSync c -> changed(c.service(), c.node(), c.commandId());
      case BrainCommand.HoldDeadMan h -> {}
      case BrainCommand.TakeDeadMan t -> {}
      case BrainCommand.DropDeadMan d -> {}
      case BrainCommand.PollWithin p -> {}
      case BrainCommand.PreferLeadership p -> {}
      case BrainCommand.YieldLeadership y -> {}
      case BrainCommand.Reaches r -> {}
      case BrainCommand.ForceTakeover f -> {}
      case BrainCommand.KeepOverride k -> {}
      case BrainCommand.Journal j -> {}
      case BrainCommand.Show s -> {}
      case BrainCommand.FenceHook h -> {}
      case BrainCommand.Answer a -> {}
    }
  }

  private void changed(ServiceName service, NodeAddress node, long commandId) {
    answers.add(new BrainEvent.ChangeDone(service, node, commandId, true, ""));
  }
}
