package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.State;
import dev.mpp.core.pair.PairPicture;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pair mode as the brain sees it: what the ledger of the pair says of the peer. */
final class PairSeatTest extends HandPlay {
  private static final String WHY = "b is silent, and nothing proves that it is gone";

  private void peer(boolean heard, Map<ServiceName, String> held) {
    event(new BrainEvent.PairChanged(new PairPicture(heard, heard, !heard, held)));
  }

  private List<Guard> guards() {
    return brain.view(now, Map.of()).pool(S).orElseThrow().guards();
  }

  private String answer(BrainEvent order) {
    event(order);
    return take(BrainCommand.Answer.class).getFirst().text();
  }

  private String takeover() {
    return answer(new BrainEvent.OperatorTakeover(S, "alice", "b burnt down"));
  }

  private boolean claims() {
    return take(BrainCommand.Propose.class).stream()
        .anyMatch(p -> p.command() instanceof LedgerCommand.Claim);
  }

  @Test
  void aSilentPeerWithoutAProofKeepsTheRoleFromBeingClaimed() {
    standby(facts(true, true, false));
    peer(false, Map.of(S, WHY));
    at(4000);
    at(60_000);
    assertFalse(claims(), "claimed without a proof");
    Guard guard =
        guards().stream()
            .filter(g -> g.kind() == Guard.Kind.UNPROVEN)
            .findFirst()
            .orElseThrow(() -> new AssertionError(guards().toString()));
    assertEquals(
        WHY + "; a takeover would put at risk: none: no server was ACTIVE before", guard.what());
    assertTrue(guard.remedy().contains("mpp takeover --force"), guard.remedy());
    assertTrue(
        take(BrainCommand.Journal.class).stream()
            .anyMatch(j -> j.kind().equals("pair") && j.reason().contains(WHY)));

    peer(false, Map.of());
    now += MS;
    poll(facts(true, true, false));
    now += MS;
    event(new BrainEvent.Tick());
    assertTrue(claims(), "there is a proof now");
    assertTrue(
        guards().stream().noneMatch(g -> g.kind() == Guard.Kind.UNPROVEN), guards().toString());
  }

  @Test
  void takeoverIsRefusedWherePairModeIsNot() {
    standby(facts(true, true, false));
    assertTrue(takeover().startsWith("ERROR: takeover --force belongs to pair mode"));
    assertTrue(take(BrainCommand.ForceTakeover.class).isEmpty());
  }

  @Test
  void takeoverIsRefusedWhileThePeerIsHeard() {
    standby(facts(true, true, false));
    peer(true, Map.of());
    assertTrue(takeover().startsWith("ERROR: the other site is heard"));
    assertTrue(take(BrainCommand.ForceTakeover.class).isEmpty());
  }

  @Test
  void takeoverIsRefusedWhenThisSiteCannotServe() {
    standby(facts(true, false, false)); // no working dead-man
    peer(false, Map.of(S, WHY));
    String refused = takeover();
    assertTrue(refused.startsWith("ERROR: a cannot serve"), refused);
    assertTrue(refused.contains("dead-man"), refused);
    assertTrue(take(BrainCommand.ForceTakeover.class).isEmpty());
  }

  @Test
  void takeoverOfASilentPeersRoleIsOrderedAndKept() {
    standby(facts(true, true, false));
    peer(false, Map.of(S, WHY));
    take(BrainCommand.Journal.class);
    assertTrue(takeover().startsWith("OK: a claims"));
    BrainCommand.ForceTakeover order = take(BrainCommand.ForceTakeover.class).getFirst();
    assertEquals("alice", order.by());
    assertEquals("b burnt down", order.reason());
    BrainCommand.Journal kept = take(BrainCommand.Journal.class).getFirst();
    assertEquals("alice", kept.by());
    assertTrue(kept.reason().startsWith("b burnt down — OK"), kept.reason());
  }

  @Test
  void takeoverByTheHolderIsRefused() {
    becomeActive();
    peer(false, Map.of());
    assertTrue(takeover().startsWith("ERROR: a holds the role already"));
  }

  @Test
  void theyMeetAgainAndTheWindowIsInTheJournal() {
    standby(facts(true, true, false));
    event(new BrainEvent.PairOverlap(S, 4, 7, "12:00:00 to 12:00:09", "alice: b burnt down"));
    BrainCommand.Journal entry =
        take(BrainCommand.Journal.class).stream()
            .filter(j -> j.kind().equals("overlap"))
            .findFirst()
            .orElseThrow();
    assertEquals("4", entry.from());
    assertEquals("7", entry.to());
    assertTrue(entry.reason().contains("forced by alice: b burnt down"), entry.reason());
    assertTrue(entry.reason().contains("12:00:00 to 12:00:09"), entry.reason());
  }

  /**
   * A server that was down for a lease's time may have been the other site's proof: it is not
   * opened again in the epoch of that time.
   */
  @Test
  void aServerThatWasAwayForLongWhileAloneIsNotOpenedInTheSameEpoch() {
    becomeActive();
    poll(facts(false, true, false));
    long epoch = ledger.grant(S).epoch();
    peer(false, Map.of());
    boolean released = false;
    for (int i = 0; i < 300 && !released; i++) {
      now += 100 * MS;
      if (i % 10 == 0) {
        event(new BrainEvent.NodeUnreachable(S, NODE, "connection refused", true, 0));
      } else {
        event(new BrainEvent.Tick());
      }
      fenced(true);
      for (BrainCommand.Propose p : take(BrainCommand.Propose.class)) {
        released |= p.command() instanceof LedgerCommand.Release;
        apply(p.command());
      }
    }
    assertTrue(released, brain.sentence(S, now));
    peer(false, Map.of(S, WHY));
    for (int i = 0; i < 300; i++) {
      now += 100 * MS;
      poll(facts(true, true, false));
      fenced(true);
      for (BrainCommand.Propose p : take(BrainCommand.Propose.class)) {
        assertFalse(p.command() instanceof LedgerCommand.Claim, "claimed without a proof");
        apply(p.command());
      }
      assertTrue(take(BrainCommand.MakeWritable.class).isEmpty(), "opened again");
    }
    assertEquals(epoch, ledger.grant(S).epoch());
  }

  /** The peer may have fenced it in order to take over: nothing opens before it was heard. */
  @Test
  void aServerStrippedWhileThePeerIsSilentGivesTheRoleUpUntilItIsHeard() {
    becomeActive();
    peer(false, Map.of());
    for (int i = 0; i < 3; i++) {
      now += MS;
      poll(facts(true, true, false));
    }
    boolean released = false;
    for (int i = 0; i < 20; i++) {
      now += 50 * MS;
      poll(facts(true, true, false));
      fenced(true);
      for (BrainCommand.Propose p : take(BrainCommand.Propose.class)) {
        released |= p.command() instanceof LedgerCommand.Release;
        apply(p.command());
      }
    }
    assertTrue(released, brain.sentence(S, now));
    assertEquals(State.STANDBY, state());
    peer(false, Map.of(S, WHY));
    for (int i = 0; i < 100; i++) {
      now += 100 * MS;
      poll(facts(true, true, false));
      assertFalse(claims(), "it claims although the other site may have taken the role");
    }
    assertTrue(
        guards().stream().anyMatch(g -> g.kind() == Guard.Kind.UNPROVEN), guards().toString());
    peer(true, Map.of());
    boolean claimed = false;
    for (int i = 0; i < 400 && !claimed; i++) {
      now += 100 * MS;
      poll(facts(true, true, false));
      claimed = claims();
    }
    assertTrue(claimed, "the other site was heard and holds nothing");
    assertEquals(LedgerState.EMPTY.grant(S).holder(), ledger.grant(S).holder());
  }
}
