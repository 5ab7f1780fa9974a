package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PoolConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** One site's brain, event by event; the other site is played by hand. */
abstract class HandPlay {
  static final long MS = 1_000_000L;
  static final ServiceName S = new ServiceName("mysql.eraser.test");

  /** Of other sites; this one only hears of it. */
  static final ServiceName OBSERVED = new ServiceName("other.eraser.test");

  static final SiteId A = new SiteId("a");
  static final SiteId B = new SiteId("b");
  static final SiteId W = new SiteId("w");
  static final NodeAddress NODE = NodeAddress.parse("10.0.0.1:3306");
  static final NodeAddress OTHER = NodeAddress.parse("10.0.1.1:3306");
  static final LeaseTiming TIMING =
      new LeaseTiming(6000 * MS, 500 * MS, 1500 * MS, 0.001, 300 * MS, 4000 * MS);

  final SiteBrain brain;
  final List<BrainCommand> commands = new ArrayList<>();
  LedgerState ledger = LedgerState.EMPTY;
  long now;

  HandPlay() {
    this(NODE);
  }

  /**
   * @param local the nodes of A, the PRIMARY first
   */
  HandPlay(NodeAddress... local) {
    this(false, local);
  }

  /**
   * @param managed MPP decides who follows whom; without semi-sync then, and under rpo availability
   * @param local the nodes of A, the PRIMARY first
   */
  HandPlay(boolean managed, NodeAddress... local) {
    this(!managed, Optional.empty(), HookPolicy.NONE, managed, local);
  }

  HandPlay(boolean rpoZero, Optional<RpoBound> bound, HookPolicy hooks, NodeAddress... local) {
    this(rpoZero, bound, hooks, false, local);
  }

  private HandPlay(
      boolean rpoZero,
      Optional<RpoBound> bound,
      HookPolicy hooks,
      boolean managed,
      NodeAddress... local) {
    List<PoolConfig.Member> members = new ArrayList<>();
    for (NodeAddress n : local) {
      members.add(
          new PoolConfig.Member(n, members.isEmpty() ? NodeType.PRIMARY : NodeType.SECONDARY));
    }
    brain =
        new SiteBrain(
            new BrainConfig(
                A,
                "a1",
                false,
                "test",
                "",
                TIMING,
                2500 * MS,
                Map.of(
                    A,
                    new BrainConfig.Member(false, 100),
                    B,
                    new BrainConfig.Member(false, 50),
                    W,
                    new BrainConfig.Member(true, 0)),
                List.of(
                    new BrainConfig.Service(
                        S,
                        rpoZero,
                        !managed,
                        PoolConfig.failover("p", members),
                        Map.of(A, List.of(local), B, List.of(OTHER)),
                        Reach.GLOBAL,
                        false,
                        30,
                        5000 * MS,
                        1000 * MS,
                        200 * MS,
                        false,
                        false,
                        bound,
                        hooks,
                        managed)),
                List.of(OBSERVED)),
            new CheckpointBoard(List.of(), true),
            Map.of(),
            0);
  }

  void event(BrainEvent e) {
    commands.addAll(brain.on(e, now));
  }

  void at(long millis) {
    now = millis * MS;
    event(new BrainEvent.Tick());
  }

  <T extends BrainCommand> List<T> take(Class<T> kind) {
    List<T> found = commands.stream().filter(kind::isInstance).map(kind::cast).toList();
    commands.removeAll(found);
    return found;
  }

  /** Commits everything proposed so far and applies it here. */
  void commit() {
    for (BrainCommand.Propose p : take(BrainCommand.Propose.class)) {
      apply(p.command());
    }
  }

  void apply(LedgerCommand c) {
    LedgerState.Applied a = ledger.apply(c);
    ledger = a.state();
    event(new BrainEvent.LedgerApplied(c, a.outcome(), ledger));
  }

  static ServerFacts facts(boolean readOnly, boolean deadMan, boolean receiver) {
    return facts("0-1-10", readOnly, deadMan, receiver);
  }

  static ServerFacts facts(String executed, boolean readOnly, boolean deadMan, boolean receiver) {
    GtidSet gtids = GtidSet.parse(executed);
    return new ServerFacts(
        "11.4",
        readOnly,
        gtids,
        Optional.of(
            new ServerFacts.Replication(
                OTHER.toString(), receiver, receiver, receiver, "", OptionalLong.of(0), gtids)),
        ServerFacts.SemiSync.OFF,
        deadMan);
  }

  /** A replica that acknowledges what it receives. */
  private static ServerFacts acknowledging(ServerFacts f) {
    return new ServerFacts(
        f.version(),
        f.readOnly(),
        f.executed(),
        f.replication(),
        new ServerFacts.SemiSync(false, 0, 0, false, true),
        f.deadMan());
  }

  void poll(ServerFacts facts) {
    poll(NODE, facts);
  }

  void poll(NodeAddress node, ServerFacts facts) {
    event(new BrainEvent.NodeAnswered(S, node, facts, 0));
  }

  void fenced(boolean safe) {
    for (BrainCommand.FenceNode f : take(BrainCommand.FenceNode.class)) {
      event(
          new BrainEvent.FenceDone(
              S, f.node(), f.commandId(), safe, safe ? "FENCED" : "FAILED", 1000, "test"));
    }
  }

  void standby(ServerFacts facts) {
    event(new BrainEvent.LedgerRestored(LedgerState.EMPTY));
    fenced(true);
    poll(facts);
    poll(facts);
    commit();
  }

  void becomeActive() {
    standby(facts(true, true, false));
    at(4000); // the other site was not heard within the grace
    claimed();
    BrainCommand.Prepare p = take(BrainCommand.Prepare.class).getFirst();
    event(new BrainEvent.PrepareDone(S, NODE, p.commandId(), true, Optional.empty(), ""));
    commit();
    event(new BrainEvent.Tick());
    BrainCommand.MakeWritable w = take(BrainCommand.MakeWritable.class).getFirst();
    event(new BrainEvent.WritableDone(S, NODE, w.commandId(), true, 1000, ""));
    commit();
    assertEquals(State.ACTIVE, state());
    assertTrue(ledger.grant(S).serving());
    commands.clear();
  }

  /** The claim is committed, and the poll it asks for is answered. */
  void claimed() {
    at(4001);
    commit();
    now += MS;
    poll(facts(true, true, false));
  }

  State state() {
    return brain.pool(S).nodes().getFirst().state();
  }

  /** B's view: eligible or not, its server's executed transactions. */
  void viewOfB(long sequence, boolean eligible, String executed) {
    viewOfB(sequence, eligible, acknowledging(facts(executed, true, true, true)));
  }

  void viewOfB(long sequence, boolean eligible, ServerFacts f) {
    viewOfB(sequence, eligible, f, State.STANDBY);
  }

  void viewOfB(long sequence, boolean eligible, ServerFacts f, State shown) {
    SiteView.NodeView node =
        new SiteView.NodeView(
            OTHER,
            NodeType.PRIMARY,
            0,
            Status.OK,
            Status.OK,
            shown,
            "",
            sequence,
            0,
            Optional.of(f),
            Optional.empty());
    event(new BrainEvent.PeerLink(B, true, 1000));
    event(
        new BrainEvent.PeerHeard(
            new SiteView(
                B,
                "b1",
                sequence,
                false,
                "test",
                "",
                Reach.GLOBAL,
                List.of(),
                List.of(
                    new SiteView.PoolView(
                        S,
                        "p",
                        Status.OK,
                        eligible,
                        eligible ? "ready to take over" : "its disk is full",
                        Optional.of(f.executed()),
                        f.executed().advance(),
                        List.of(node))),
                List.of())));
  }

  void viewOfWitness(long sequence) {
    viewOfWitness(sequence, List.of());
  }

  void viewOfWitness(long sequence, List<SiteView.LinkView> links) {
    event(
        new BrainEvent.PeerHeard(
            new SiteView(
                W, "w1", sequence, true, "test", "", Reach.GLOBAL, List.of(), List.of(), links)));
  }
}
