package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.State;
import org.junit.jupiter.api.Test;

/** The role stays in the site while one of its nodes is only busy. */
final class InSiteChangeTest extends HandPlay {
  private static final NodeAddress SECOND = NodeAddress.parse("10.0.0.2:3306");

  InSiteChangeTest() {
    super(NODE, SECOND);
  }

  /** Time passes while every renewal is committed. */
  private void renewed(long millis) {
    for (long end = now + millis * MS; now < end; ) {
      at(now / MS + 100);
      commit();
    }
  }

  /** The ACTIVE node is found read-only and silent, while the second is told to follow it. */
  private BrainCommand.StartReplication lostWhileTheSecondIsBusy() {
    becomeActive();
    renewed(3_000);
    poll(NODE, facts(false, true, false));
    poll(SECOND, facts(true, true, false));
    poll(SECOND, facts(true, true, false));
    assertEquals(State.STANDBY, brain.pool(S).node(SECOND).orElseThrow().state());
    BrainCommand.StartReplication start = take(BrainCommand.StartReplication.class).getLast();
    assertEquals(SECOND, start.node());
    poll(NODE, facts(true, true, false));
    event(new BrainEvent.NodeUnreachable(S, NODE, "no answer", false, 0));
    fenced(true);
    assertTrue(brain.pool(S).active().isEmpty());
    return start;
  }

  @Test
  void aNodeThatIsAboutToFollowIsWaitedFor() {
    BrainCommand.StartReplication start = lostWhileTheSecondIsBusy();
    renewed(1_000);
    assertTrue(ledger.grant(S).heldBy(A, "a1"), "it stays: " + brain.sentence(S, now));
    event(new BrainEvent.ChangeDone(S, SECOND, start.commandId(), true, ""));
    now += MS;
    poll(SECOND, facts(true, true, true));
    event(new BrainEvent.Tick());
    assertEquals(SECOND, take(BrainCommand.Prepare.class).getLast().node());
    assertTrue(ledger.grant(S).heldBy(A, "a1"));
  }

  @Test
  void aNodeThatNeverAnswersIsNotWaitedForForEver() {
    BrainCommand.StartReplication unused = lostWhileTheSecondIsBusy();
    renewed(4_500);
    assertTrue(ledger.grant(S).holder().isEmpty(), "given up: " + brain.sentence(S, now));
  }

  /** Its source has not refused it: both threads run, and nothing arrives. */
  @Test
  void aReplicaWithTransactionsOfItsOwnIsStoppedAndStaysSo() {
    becomeActive();
    renewed(3_000);
    for (int i = 0; i < 40; i++) {
      poll(NODE, facts(false, true, false));
      poll(SECOND, facts("0-1-10,0-7-3", true, true, true));
      renewed(500);
    }
    assertEquals(State.FAILED_ONLINE, brain.pool(S).node(SECOND).orElseThrow().state());
    BrainCommand.StopReplication stop = take(BrainCommand.StopReplication.class).getFirst();
    assertEquals(SECOND, stop.node());
    event(new BrainEvent.ChangeDone(S, SECOND, stop.commandId(), true, ""));
    var unused = take(BrainCommand.StartReplication.class);
    for (int i = 0; i < 20; i++) {
      poll(NODE, facts("0-1-99", false, true, false));
      poll(SECOND, facts("0-1-10,0-7-3", true, true, false));
      renewed(500);
    }
    assertTrue(take(BrainCommand.StartReplication.class).isEmpty(), "nothing is merged");
    poll(NODE, facts("0-1-99,0-7-3", false, true, false));
    poll(SECOND, facts("0-1-10,0-7-3", true, true, false));
    renewed(500);
    assertEquals(SECOND, take(BrainCommand.StartReplication.class).getFirst().node());
  }
}
