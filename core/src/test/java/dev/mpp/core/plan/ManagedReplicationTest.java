package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.State;
import dev.mpp.core.plan.BrainCommand.FollowSource;
import dev.mpp.core.pool.PoolState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The production brain of a site with two servers that MPP wires itself. */
final class ManagedReplicationTest extends HandPlay {
  private static final NodeAddress SECOND = NodeAddress.parse("10.0.0.2:3306");
  private static final String FORMER = "10.9.9.9:3306";
  private static final String KEY = "Duplicate entry '7' for key 'PRIMARY'";

  private long views;

  ManagedReplicationTest() {
    super(true, NODE, SECOND);
  }

  private static ServerFacts bare(String executed, boolean readOnly) {
    return new ServerFacts(
        "11.4",
        readOnly,
        GtidSet.parse(executed),
        Optional.empty(),
        ServerFacts.SemiSync.OFF,
        true);
  }

  private static ServerFacts replica(
      String executed, String source, boolean receives, boolean applies, String error) {
    GtidSet gtids = GtidSet.parse(executed);
    return new ServerFacts(
        "11.4",
        true,
        gtids,
        Optional.of(
            new ServerFacts.Replication(
                source, receives, receives, applies, error, OptionalLong.of(0), gtids)),
        ServerFacts.SemiSync.OFF,
        true);
  }

  private static ServerFacts connecting(String executed, NodeAddress source) {
    ServerFacts f = replica(executed, source.toString(), true, true, "connection refused");
    ServerFacts.Replication r = f.replication().orElseThrow();
    return new ServerFacts(
        f.version(),
        true,
        f.executed(),
        Optional.of(
            new ServerFacts.Replication(
                r.source(), true, false, true, r.error(), r.lagSeconds(), r.received())),
        f.semiSync(),
        true);
  }

  private static ServerFacts follows(String executed, NodeAddress source) {
    return replica(executed, source.toString(), true, true, "");
  }

  /** Time passes while every renewal is committed. */
  private void renewed(long millis) {
    for (long end = now + millis * MS; now < end; ) {
      at(now / MS + 100);
      commit();
    }
  }

  private void done(FollowSource f, boolean ok, String detail) {
    event(new BrainEvent.ChangeDone(S, f.node(), f.commandId(), ok, detail));
  }

  private List<FollowSource> orders() {
    return take(FollowSource.class);
  }

  private PoolState.Node node(NodeAddress address) {
    return brain.pool(S).node(address).orElseThrow();
  }

  /** The other site has the role from here on, and shows its server. */
  private void otherSiteIsActive() {
    event(new BrainEvent.LedgerRestored(LedgerState.EMPTY));
    fenced(true);
    apply(new LedgerCommand.Claim(new Origin(B, "b1", 1), S, 0, 0));
    apply(new LedgerCommand.Serve(new Origin(B, "b1", 2), S, ledger.grant(S).epoch()));
    view("0-9-50");
  }

  private void view(String executed) {
    viewOfB(++views, false, bare(executed, false), State.ACTIVE);
  }

  @Test
  void inTheSiteOfTheActiveTheOthersAreGivenItAsTheirSource() {
    becomeActive();
    poll(NODE, bare("0-1-10", false));
    poll(SECOND, bare("0-1-10", true));
    FollowSource order = orders().getFirst();
    assertEquals(SECOND, order.node());
    assertEquals(NODE, order.source());
    event(new BrainEvent.Tick());
    assertEquals(List.of(), orders(), "one command at a time");
    done(order, true, "");
    poll(SECOND, follows("0-1-10", NODE));
    renewed(3_000);
    assertEquals(List.of(), orders());
    assertEquals(State.STANDBY, node(SECOND).state());
  }

  @Test
  void anotherSitesActiveIsFollowedByOneAndThatOneByTheOther() {
    otherSiteIsActive();
    poll(NODE, bare("0-9-40", true));
    poll(SECOND, bare("0-9-40", true));
    List<FollowSource> orders = orders();
    assertEquals(
        List.of(OTHER, NODE),
        orders.stream().map(FollowSource::source).toList(),
        () -> "%s %s".formatted(brain.pool(S), brain.sentence(S, now)));
    assertEquals(List.of(NODE, SECOND), orders.stream().map(FollowSource::node).toList());
  }

  @Test
  void whenTheActingOneFailsTheNextTakesTheStream() {
    otherSiteIsActive();
    for (int i = 0; i < 3; i++) {
      poll(NODE, follows("0-9-40", OTHER));
      poll(SECOND, follows("0-9-40", NODE));
    }
    assertEquals(List.of(), orders());
    poll(SECOND, connecting("0-9-40", NODE));
    for (int i = 0; i < 4; i++) {
      assertEquals(List.of(), orders(), "it may come back");
      event(new BrainEvent.NodeUnreachable(S, NODE, "no answer", false, 0));
    }
    assertEquals(State.FAILED_OFFLINE, node(NODE).state());
    FollowSource order = orders().getLast();
    assertEquals(SECOND, order.node());
    assertEquals(OTHER, order.source());
  }

  @Test
  void aServerWithTransactionsOfItsOwnGetsNoSource() {
    becomeActive();
    for (int i = 0; i < 30; i++) {
      poll(NODE, bare("0-1-1000", false));
      poll(SECOND, replica("0-1-10,0-7-3", FORMER, false, false, ""));
      renewed(500);
    }
    assertEquals(List.of(), orders());
    assertEquals(State.FAILED_ONLINE, node(SECOND).state());
    assertTrue(node(SECOND).message().contains("0-7-1..3"), node(SECOND).message());
    poll(NODE, bare("0-1-1000,0-7-3", false));
    poll(SECOND, replica("0-1-10,0-7-3", FORMER, false, false, ""));
    event(new BrainEvent.Tick());
    assertEquals(NODE, orders().getFirst().source(), "the ACTIVE has them now");
  }

  @Test
  void oneThatFollowsAStrangerIsStoppedComparedAndMoved() {
    becomeActive();
    poll(NODE, bare("0-1-1000", false));
    poll(SECOND, replica("0-1-10", FORMER, true, true, ""));
    BrainCommand.StopReplication stop = take(BrainCommand.StopReplication.class).getFirst();
    assertEquals(SECOND, stop.node());
    assertEquals(List.of(), orders());
    event(new BrainEvent.ChangeDone(S, SECOND, stop.commandId(), true, ""));
    poll(SECOND, replica("0-1-12", FORMER, false, false, ""));
    assertEquals(NODE, orders().getFirst().source());
  }

  @Test
  void aBrokenApplierIsTriedFiveTimesAndThenShownUntilAnOperatorSaysAgain() {
    becomeActive();
    int tries = 0;
    for (int i = 0; i < 600; i++) {
      poll(NODE, bare("0-1-1000", false));
      poll(SECOND, new Broken().facts());
      for (BrainCommand.StartReplication s : take(BrainCommand.StartReplication.class)) {
        tries++;
        event(new BrainEvent.ChangeDone(S, SECOND, s.commandId(), false, KEY));
      }
      renewed(500);
    }
    assertEquals(ChannelRule.ATTEMPTS, tries);
    String message = node(SECOND).message();
    assertTrue(message.contains(KEY) && message.contains("mpp recover"), message);
    event(new BrainEvent.OperatorRecover(S, Optional.of(SECOND), "ann", "row deleted"));
    poll(SECOND, new Broken().facts());
    event(new BrainEvent.Tick());
    assertFalse(take(BrainCommand.StartReplication.class).isEmpty());
  }

  /** Receives from its right source, and its applier has stopped. */
  private record Broken() {
    ServerFacts facts() {
      return replica("0-1-10", NODE.toString(), true, false, KEY);
    }
  }

  @Test
  void aReceiverOnTheActiveIsStopped() {
    becomeActive();
    poll(NODE, bare("0-1-10", false));
    GtidSet gtids = GtidSet.parse("0-1-11");
    for (int i = 0; i < 2; i++) {
      poll(
          NODE,
          new ServerFacts(
              "11.4",
              false,
              gtids,
              follows("0-1-11", OTHER).replication(),
              ServerFacts.SemiSync.OFF,
              true));
      event(new BrainEvent.Tick());
    }
    List<BrainCommand.StopReplication> stops = take(BrainCommand.StopReplication.class);
    assertEquals(List.of(NODE), stops.stream().map(BrainCommand.StopReplication::node).toList());
  }

  @Test
  void nothingIsChangedWhileNobodyIsActiveOrTheServiceIsPaused() {
    event(new BrainEvent.LedgerRestored(LedgerState.EMPTY));
    fenced(true);
    poll(NODE, bare("0-9-40", true));
    poll(SECOND, replica("0-9-40", FORMER, true, true, ""));
    renewedWithoutRole();
    assertEquals(List.of(), orders());
    assertTrue(take(BrainCommand.StopReplication.class).isEmpty());
  }

  private void renewedWithoutRole() {
    for (int i = 0; i < 10; i++) {
      at(now / MS + 100);
    }
  }

  @Test
  void aNodeThatAnOperatorHoldsFailedIsStartedAndNotMoved() {
    becomeActive();
    event(
        new BrainEvent.OperatorOverride(
            S, SECOND, NodeOverride.parse("state", "FAILED_ONLINE"), 0, 0, "ann", "CLONE"));
    poll(NODE, bare("0-1-1000", false));
    poll(SECOND, replica("0-1-10", FORMER, true, true, ""));
    event(new BrainEvent.Tick());
    assertTrue(take(BrainCommand.StopReplication.class).isEmpty());
    poll(SECOND, replica("0-1-10", FORMER, false, false, ""));
    event(new BrainEvent.Tick());
    assertEquals(List.of(), orders());
    assertEquals(SECOND, take(BrainCommand.StartReplication.class).getFirst().node());
  }
}
