package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.Move;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.State;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A planned switchover at the holder's site and at the target, step by step. */
final class SwitchoverTest extends HandPlay {
  private static final Origin FROM_B = new Origin(B, "b1", 100);
  private long views = 1;

  private void order() {
    event(
        new BrainEvent.OperatorSwitchover(
            S, "m1", B, 5_000 * MS, false, "ann", "rack maintenance"));
  }

  private String answer() {
    return take(BrainCommand.Answer.class).getLast().text();
  }

  /** A is ACTIVE and counts on B; everybody is heard. */
  private void steady() {
    becomeActive();
    long stated = ledger.grant(S).stated() + 1;
    apply(new LedgerCommand.InSync(new Origin(A, "a1", stated), S, 1, Set.of(A, B)));
    everybody();
    poll(facts(false, true, false));
  }

  private void everybody() {
    viewOfB(views++, true, "0-1-10");
    viewOfWitness(views++);
  }

  private List<LedgerCommand> proposed(Class<? extends LedgerCommand> kind) {
    return take(BrainCommand.Propose.class).stream()
        .map(BrainCommand.Propose::command)
        .filter(kind::isInstance)
        .toList();
  }

  private void fenceAtOnce() {
    order();
    commit();
    fenced(true);
  }

  @Test
  void theHolderFencesReadsItsPositionAndHandsOver() {
    steady();
    order();
    assertEquals("OK: moving mysql.eraser.test to b", answer());
    commit();
    assertEquals("m1", ledger.grant(S).move().orElseThrow().id());
    assertEquals("FENCE", phase());
    fenced(true);
    assertEquals(State.STANDBY, state());
    assertEquals("POSITION", phase());
    assertTrue(proposed(LedgerCommand.Handover.class).isEmpty(), "a poll from after the fence");
    now += MS;
    poll(facts("0-1-12", true, true, false));
    assertEquals("DRAIN", phase());
    assertTrue(proposed(LedgerCommand.Handover.class).isEmpty(), "b has executed 10 of 12");
    viewOfB(views++, true, "0-1-12");
    LedgerCommand.Handover h =
        (LedgerCommand.Handover) proposed(LedgerCommand.Handover.class).getFirst();
    assertEquals(GtidSet.parse("0-1-12"), h.position());
    apply(h);
    assertTrue(ledger.grant(S).holder().isEmpty());
    assertEquals("", phase());
    at(now / MS + 300);
    assertTrue(proposed(LedgerCommand.Claim.class).isEmpty(), "the role is meant for b");
    apply(new LedgerCommand.Claim(FROM_B, S, 1, ledger.grant(S).renewal()));
    apply(new LedgerCommand.Serve(FROM_B, S, 2));
    assertTrue(ledger.grant(S).directives().lastMove().orElseThrow().done());
    assertFalse(brain.lease(S).holds(now));
  }

  private String phase() {
    return brain.view(now, java.util.Map.of()).pools().getFirst().phase();
  }

  @Test
  void aTargetThatDoesNotCatchUpLeavesTheRoleAndEndsTheMove() {
    steady();
    fenceAtOnce();
    now += MS;
    poll(facts("0-1-12", true, true, false));
    assertEquals("DRAIN", phase());
    for (int i = 0; i < 7; i++) {
      at(now / MS + 500);
      commit();
      everybody();
    }
    assertFalse(ledger.grant(S).directives().lastMove().orElseThrow().done());
    assertTrue(
        ledger.grant(S).directives().lastMove().orElseThrow().reason().contains("did not show"),
        ledger.grant(S).directives().lastMove().toString());
    assertTrue(ledger.grant(S).heldBy(A, "a1"));
    assertEquals(1, ledger.grant(S).epoch());
    now += MS;
    poll(facts("0-1-12", true, true, false));
    BrainCommand.Prepare p = take(BrainCommand.Prepare.class).getLast();
    event(new BrainEvent.PrepareDone(S, NODE, p.commandId(), true, Optional.empty(), ""));
    commit();
    event(new BrainEvent.Tick());
    BrainCommand.MakeWritable w = take(BrainCommand.MakeWritable.class).getLast();
    event(new BrainEvent.WritableDone(S, NODE, w.commandId(), true, 1000, ""));
    assertEquals(State.ACTIVE, state());
  }

  @Test
  void afterAProposedHandoverTheNodeStaysFencedUntilTheLedgerAnswers() {
    steady();
    fenceAtOnce();
    now += MS;
    poll(facts("0-1-10", true, true, false));
    assertEquals("HANDOVER", phase());
    List<LedgerCommand> first = proposed(LedgerCommand.Handover.class);
    assertEquals(1, first.size());
    for (int i = 0; i < 8; i++) {
      at(now / MS + 500);
      take(BrainCommand.Propose.class).stream()
          .map(BrainCommand.Propose::command)
          .filter(c -> c instanceof LedgerCommand.Renew)
          .forEach(this::apply);
      everybody();
      poll(facts("0-1-10", true, true, false));
    }
    assertTrue(take(BrainCommand.Prepare.class).isEmpty(), "it may have been committed");
    assertTrue(proposed(LedgerCommand.EndMove.class).isEmpty());
    apply(first.getFirst());
    assertTrue(ledger.grant(S).holder().isEmpty());
    assertTrue(take(BrainCommand.Prepare.class).isEmpty());
  }

  @Test
  void anEndThatTheLedgerHasBeforeTheHandoverTakesTheRoleBack() {
    steady();
    fenceAtOnce();
    now += MS;
    poll(facts("0-1-10", true, true, false));
    LedgerCommand handover = proposed(LedgerCommand.Handover.class).getFirst();
    apply(new LedgerCommand.EndMove(FROM_B, S, "m1", "ann: wrong site"));
    apply(handover);
    assertTrue(ledger.grant(S).heldBy(A, "a1"));
    now += MS;
    poll(facts("0-1-10", true, true, false));
    assertEquals(1, take(BrainCommand.Prepare.class).size());
  }

  @Test
  void theSourceTakesBackWhatItsTargetDoesNotClaim() {
    steady();
    fenceAtOnce();
    now += MS;
    poll(facts("0-1-10", true, true, false));
    commit();
    assertTrue(ledger.grant(S).holder().isEmpty());
    BrainCommand.StartReplication follow = take(BrainCommand.StartReplication.class).getLast();
    event(new BrainEvent.ChangeDone(S, NODE, follow.commandId(), false, "still connecting"));
    long handedOver = now;
    at(now / MS + 1_400);
    poll(facts("0-1-10", true, true, false));
    assertTrue(proposed(LedgerCommand.Claim.class).isEmpty());
    at(handedOver / MS + 2_200);
    poll(facts("0-1-10", true, true, false));
    at(handedOver / MS + 2_600);
    assertFalse(proposed(LedgerCommand.Claim.class).isEmpty(), brain.sentence(S, now));
  }

  @Test
  void aServerThatDiesInItsFenceGivesTheRoleUp() {
    steady();
    order();
    commit();
    fenced(true);
    for (int i = 0; i < 6; i++) {
      now += 200 * MS;
      event(new BrainEvent.NodeUnreachable(S, NODE, "refused", true, 0));
      commit();
      everybody();
    }
    assertTrue(ledger.grant(S).holder().isEmpty(), ledger.grant(S).toString());
    assertTrue(ledger.grant(S).move().isEmpty(), "a failover now");
  }

  @Test
  void theTargetClaimsAtOnceAndOpensOnlyWithEverything() {
    standby(facts(true, true, true));
    at(100);
    commit();
    apply(new LedgerCommand.Claim(FROM_B, S, 0, 0));
    apply(new LedgerCommand.Serve(FROM_B, S, 1));
    Move move = new Move("m2", A, 1, "ann", "", Optional.empty());
    apply(new LedgerCommand.BeginMove(FROM_B, S, 1, move));
    assertEquals("TAKE_OVER", phase());
    poll(facts("0-1-10", true, true, true));
    commands.clear();
    apply(
        new LedgerCommand.Handover(new Origin(B, "b1", 101), S, 1, "m2", GtidSet.parse("0-1-11")));
    LedgerCommand claim = proposed(LedgerCommand.Claim.class).getFirst();
    apply(claim);
    now += MS;
    poll(facts("0-1-10", true, true, true));
    BrainCommand.Prepare p = take(BrainCommand.Prepare.class).getFirst();
    event(
        new BrainEvent.PrepareDone(
            S, NODE, p.commandId(), true, Optional.of(GtidSet.parse("0-1-10")), ""));
    commit();
    event(new BrainEvent.Tick());
    assertTrue(take(BrainCommand.MakeWritable.class).isEmpty(), "transaction 11 is missing");
    fenced(true);
    commit();
    assertTrue(ledger.grant(S).holder().isEmpty(), "given back");
  }

  @Test
  void theSourceFollowsAsSoonAsTheRoleIsHandedOverAndOnlyOnce() {
    steady();
    fenceAtOnce();
    now += MS;
    poll(waiting(facts("0-1-10", true, true, false), 0));
    assertTrue(take(BrainCommand.StartReplication.class).isEmpty(), "it may still go back");
    commit();
    assertTrue(ledger.grant(S).holder().isEmpty());
    assertFalse(take(BrainCommand.SemiSync.class).getLast().on());
    BrainCommand.StartReplication start = take(BrainCommand.StartReplication.class).getFirst();
    event(new BrainEvent.ChangeDone(S, NODE, start.commandId(), false, "the server was busy"));
    poll(facts("0-1-10", true, true, false));
    apply(new LedgerCommand.Claim(FROM_B, S, 1, ledger.grant(S).renewal()));
    apply(new LedgerCommand.InSync(new Origin(B, "b1", 101), S, 2, Set.of(A, B)));
    at(now / MS + 3_000);
    poll(facts("0-1-10", true, true, false));
    assertTrue(
        take(BrainCommand.StartReplication.class).isEmpty(),
        "its relay log may hold what b's clients were told");
  }

  private static ServerFacts waiting(ServerFacts f, int clients) {
    return waiting(f, clients, 0);
  }

  private static ServerFacts waiting(ServerFacts f, int clients, int givenUp) {
    return new ServerFacts(
        f.version(),
        f.readOnly(),
        f.executed(),
        f.replication(),
        new ServerFacts.SemiSync(true, clients, 0, true, true, givenUp),
        f.deadMan());
  }

  /** B held the role and hands it over to A, which has prepared its server. */
  private void takenOver() {
    standby(facts(true, true, true));
    at(100);
    commit();
    apply(new LedgerCommand.Claim(FROM_B, S, 0, 0));
    apply(new LedgerCommand.Serve(FROM_B, S, 1));
    apply(new LedgerCommand.InSync(FROM_B, S, 1, Set.of(A, B)));
    Move move = new Move("m2", A, 1, "ann", "", Optional.empty());
    apply(new LedgerCommand.BeginMove(FROM_B, S, 1, move));
    viewOfB(views++, true, "0-1-10");
    poll(facts(true, true, true));
    commands.clear();
    apply(
        new LedgerCommand.Handover(new Origin(B, "b1", 101), S, 1, "m2", GtidSet.parse("0-1-10")));
    apply(proposed(LedgerCommand.Claim.class).getFirst());
    now += MS;
    poll(facts(true, true, true));
    BrainCommand.Prepare p = take(BrainCommand.Prepare.class).getFirst();
    Optional<GtidSet> executed = Optional.of(GtidSet.parse("0-1-10"));
    assertTrue(
        take(BrainCommand.FenceRemote.class).isEmpty(),
        "the former ACTIVE stated that it is fenced");
    event(new BrainEvent.PrepareDone(S, NODE, p.commandId(), true, executed, ""));
  }

  private void change(boolean on) {
    BrainCommand.SemiSync c = take(BrainCommand.SemiSync.class).getLast();
    assertEquals(on, c.on());
    event(new BrainEvent.ChangeDone(S, NODE, c.commandId(), true, ""));
  }

  private void makeWritable(boolean ok) {
    BrainCommand.MakeWritable w = take(BrainCommand.MakeWritable.class).getLast();
    event(new BrainEvent.WritableDone(S, NODE, w.commandId(), ok, 1000, ok ? "" : "no commit"));
  }

  @Test
  void theFormerActiveThatFollowsStaysInSync() {
    takenOver();
    change(true);
    assertTrue(proposed(LedgerCommand.InSync.class).isEmpty(), "nobody follows yet");
    now += 20 * MS;
    poll(waiting(facts(true, true, false), 1));
    commit();
    assertEquals(Set.of(A, B), ledger.grant(S).inSync());
    event(new BrainEvent.Tick());
    assertTrue(take(BrainCommand.SemiSync.class).isEmpty(), "it goes on waiting");
    makeWritable(true);
    commit();
    assertEquals(State.ACTIVE, state());
    poll(waiting(facts(false, true, false), 1));
    commit();
    assertEquals(Set.of(A, B), ledger.grant(S).inSync());
    poll(waiting(facts(false, true, false), 0));
    commit();
    assertEquals(Set.of(A), ledger.grant(S).inSync(), "as soon as it does not follow any more");
  }

  private void activeWithBInSync() {
    takenOver();
    change(true);
    now += 20 * MS;
    poll(waiting(facts(true, true, false), 1));
    commit();
    event(new BrainEvent.Tick());
    makeWritable(true);
    commit();
    poll(oneCommitWaits());
    commit();
    assertEquals(State.ACTIVE, state());
    assertEquals(Set.of(A, B), ledger.grant(S).inSync());
  }

  private static ServerFacts oneCommitWaits() {
    ServerFacts f = facts(false, true, false);
    return new ServerFacts(
        f.version(),
        f.readOnly(),
        f.executed(),
        f.replication(),
        new ServerFacts.SemiSync(true, 1, 1, true, true, 0),
        f.deadMan());
  }

  /** Three seconds, in which everybody goes on as before; renewals are committed. */
  private void threeSeconds() {
    for (int i = 0; i < 15; i++) {
      now += 200 * MS;
      viewOfB(views++, true, "0-1-10");
      viewOfWitness(views++);
      event(new BrainEvent.Tick());
      commit();
    }
  }

  @Test
  void aStallThatIsSeenTakesThePeerOutOfSync() {
    activeWithBInSync();
    for (int i = 0; i < 3; i++) {
      threeSeconds();
      poll(oneCommitWaits());
      commit();
    }
    assertEquals(Set.of(A), ledger.grant(S).inSync());
  }

  /** The server is out of reach, and B may have to take over: it has what was acknowledged. */
  @Test
  void aCommitThatWaitedInTheLastAnswerIsNoStall() {
    activeWithBInSync();
    for (int i = 0; i < 3; i++) {
      threeSeconds();
      event(new BrainEvent.NodeUnreachable(S, NODE, "no answer", false, 0));
      commit();
    }
    assertEquals(State.ACTIVE, state());
    assertEquals(Set.of(A, B), ledger.grant(S).inSync());
  }

  /** It waits again by the time of the poll: what it confirmed in between is nowhere else. */
  @Test
  void aServerThatGaveUpWaitingInBetweenIsTakenOutOfSyncFirst() {
    takenOver();
    change(true);
    now += 20 * MS;
    poll(waiting(facts(true, true, false), 1, 4));
    commit();
    event(new BrainEvent.Tick());
    makeWritable(true);
    commit();
    poll(waiting(facts(false, true, false), 1, 4));
    poll(waiting(facts(false, true, false), 1, 4));
    commit();
    assertEquals(Set.of(A, B), ledger.grant(S).inSync());
    commands.clear();
    poll(waiting(facts(false, true, false), 1, 5));
    BrainCommand.Journal said =
        take(BrainCommand.Journal.class).stream()
            .filter(j -> j.kind().equals("in-sync"))
            .findFirst()
            .orElseThrow();
    assertTrue(said.reason().contains("stopped waiting for acknowledgements by itself, 5 times"));
    assertTrue(take(BrainCommand.SemiSync.class).isEmpty(), "first the ledger");
    commit();
    assertEquals(Set.of(A), ledger.grant(S).inSync());
    poll(waiting(facts(false, true, false), 1, 5));
    change(false);
    viewOfB(views++, true, "0-1-10");
    poll(facts(false, true, false));
    poll(facts(false, true, false));
    poll(facts(false, true, false));
    change(true);
    for (int i = 0; i < 6; i++) {
      now += 200 * MS;
      viewOfB(views++, true, "0-1-10");
      poll(waiting(facts(false, true, false), 1, 6));
      commit();
    }
    assertEquals(Set.of(A, B), ledger.grant(S).inSync(), "the peer has everything again");
  }

  /** A proposal that meets a change of the ledger's leader may never be committed. */
  @Test
  void aListingThatIsLostIsProposedAgain() {
    becomeActive();
    everybody();
    poll(facts(false, true, false));
    change(true);
    for (int i = 0; i < 4; i++) {
      pollWaiting(50);
    }
    assertEquals(1, proposed(LedgerCommand.InSync.class).size(), "this one is lost");
    pollWaiting(500);
    assertTrue(proposed(LedgerCommand.InSync.class).isEmpty(), "not yet");
    pollWaiting(600);
    apply(proposed(LedgerCommand.InSync.class).getFirst());
    assertEquals(Set.of(A, B), ledger.grant(S).inSync());
    pollWaiting(2_000);
    assertTrue(proposed(LedgerCommand.InSync.class).isEmpty(), "it is committed");
  }

  /** Somebody switched waiting off and on: what B has from before says nothing any more. */
  @Test
  void aListingThatIsLostIsNotRepeatedForWhatWasCommittedWithoutWaiting() {
    becomeActive();
    everybody();
    poll(facts(false, true, false));
    change(true);
    for (int i = 0; i < 4; i++) {
      pollWaiting(50);
    }
    assertEquals(1, proposed(LedgerCommand.InSync.class).size(), "this one is lost");
    now += 1_100 * MS;
    poll(facts("0-1-20", false, true, false));
    everybody();
    assertTrue(
        proposed(LedgerCommand.InSync.class).stream()
            .allMatch(c -> ((LedgerCommand.InSync) c).sites().equals(Set.of(A))),
        "that B is not in sync");
    for (int i = 0; i < 4; i++) {
      now += 600 * MS;
      everybody();
      poll(waiting(facts("0-1-20", false, true, false), 1));
    }
    assertTrue(proposed(LedgerCommand.InSync.class).isEmpty(), "B has 10 of 20");
  }

  private void pollWaiting(long millis) {
    now += millis * MS;
    everybody();
    poll(waiting(facts(false, true, false), 1));
  }

  @Test
  void aFormerActiveThatDoesNotFollowIsLeftOut() {
    takenOver();
    change(true);
    at(now / MS + 490);
    assertTrue(proposed(LedgerCommand.InSync.class).isEmpty());
    at(now / MS + 30);
    commit();
    assertEquals(Set.of(A), ledger.grant(S).inSync());
    event(new BrainEvent.Tick());
    assertTrue(take(BrainCommand.MakeWritable.class).isEmpty(), "first it stops waiting");
    change(false);
    event(new BrainEvent.Tick());
    makeWritable(true);
    assertEquals(State.ACTIVE, state());
  }

  @Test
  void aFirstCommitWithoutAnswerLeavesItOutAndTriesAgain() {
    takenOver();
    change(true);
    now += 20 * MS;
    poll(waiting(facts(true, true, false), 1));
    commit();
    event(new BrainEvent.Tick());
    now += 1_000 * MS;
    makeWritable(false);
    assertTrue(take(BrainCommand.FenceNode.class).isEmpty());
    commit();
    assertEquals(Set.of(A), ledger.grant(S).inSync());
    event(new BrainEvent.Tick());
    change(false);
    event(new BrainEvent.Tick());
    makeWritable(false);
    assertEquals(1, take(BrainCommand.FenceNode.class).size(), "once, not for ever");
  }

  @Test
  void theGateNamesEverythingThatIsMissing() {
    becomeActive();
    viewOfB(views++, false, "0-1-10");
    order();
    String text = answer();
    assertTrue(text.startsWith("ERROR: "), text);
    assertTrue(text.contains("[w] is not heard"), text);
    assertTrue(text.contains("b: its disk is full"), text);
    everybody();
    event(new BrainEvent.OperatorPause(S, true, "bob", "firmware"));
    commit();
    order();
    assertTrue(take(BrainCommand.Answer.class).getLast().text().contains("paused by bob"));
    assertTrue(ledger.grant(S).move().isEmpty());
  }

  @Test
  void aSilentMemberCanBeLeftOutButNotTheTarget() {
    becomeActive();
    viewOfB(views++, true, "0-1-10");
    event(new BrainEvent.OperatorSwitchover(S, "m1", B, MS, true, "ann", "w is down"));
    assertTrue(answer().startsWith("OK"));
    at(now / MS + 3_000);
    event(new BrainEvent.OperatorSwitchover(S, "m2", B, MS, true, "ann", "w is down"));
    assertTrue(take(BrainCommand.Answer.class).getLast().text().contains("are not heard"));
  }

  @Test
  void aDrainedHolderMovesItsRoleAway() {
    steady();
    SiteOrder drain = new SiteOrder(SiteOrder.Mode.DRAIN, "ann", "power");
    apply(new LedgerCommand.OrderSite(FROM_B, A, Optional.of(drain), "ann", "power"));
    for (int i = 0; i < 12 && ledger.grant(S).move().isEmpty(); i++) {
      at(now / MS + 500);
      commit();
      everybody();
      poll(facts(false, true, false));
    }
    assertEquals(B, ledger.grant(S).move().orElseThrow().target());
    assertTrue(ledger.grant(S).move().get().reason().contains("drained by ann: power"));
    assertFalse(brain.view(now, java.util.Map.of()).pools().getFirst().eligible());
  }
}
