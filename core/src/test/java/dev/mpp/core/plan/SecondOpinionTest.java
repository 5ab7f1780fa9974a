package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PoolState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** An ACTIVE server that its own site cannot poll, and what the other site's replica receives. */
final class SecondOpinionTest extends HandPlay {
  /** The poll interval of a peer, and what its view takes to get here. */
  private static final long SETTLED = 1600;

  private long views;
  private long received = 10;
  private boolean receives = true;
  private boolean heard = true;

  /** Plays so many milliseconds: the lease is renewed, the other site heard, a poll fails. */
  private void fail(PollTrouble trouble, long millis, long every, boolean grows) {
    long until = now / MS + millis;
    long pollAt = now / MS;
    while (now / MS < until) {
      at(now / MS + 100);
      commit();
      if (heard) {
        received += grows ? 1 : 0;
        viewOfB(++views, true, replica());
        viewOfWitness(views);
      }
      if (now / MS >= pollAt + every) {
        pollAt = now / MS;
        event(
            new BrainEvent.NodeUnreachable(
                S, NODE, trouble, trouble.text("said the test"), now / MS));
      }
    }
  }

  /** ACTIVE, and well for a poll. */
  private void serve() {
    becomeActive();
    poll(facts(false, true, false));
    commands.clear();
  }

  private ServerFacts replica() {
    GtidSet executed = GtidSet.parse("0-1-" + received);
    return new ServerFacts(
        "11.4",
        true,
        executed,
        Optional.of(
            new ServerFacts.Replication(
                NODE.toString(), true, receives, true, "", OptionalLong.of(0), executed)),
        ServerFacts.SemiSync.OFF,
        true);
  }

  private PoolState.Node node() {
    return brain.pool(S).nodes().getFirst();
  }

  private void keeps() {
    assertEquals(State.ACTIVE, node().state(), node()::message);
    assertTrue(take(BrainCommand.FenceNode.class).isEmpty(), "it is not fenced");
  }

  private void fails() {
    assertEquals(State.FAILED_OFFLINE, node().state(), node()::message);
    assertEquals(1, take(BrainCommand.FenceNode.class).size());
  }

  @Test
  void keepsAServerThatLocksItsMppOutForAsLongAsAReplicaReceives() {
    serve();
    fail(PollTrouble.AUTHENTICATION, 10_000, 200, true);
    keeps();
    assertEquals(Status.OK_CRITICAL, node().status());
    assertTrue(
        node().message().endsWith("kept ACTIVE: the replica " + OTHER + " still receives from it"),
        node().message());
    fail(PollTrouble.AUTHENTICATION, 2_500, 200, false);
    keeps();
    fail(PollTrouble.AUTHENTICATION, 1_000, 200, false);
    fails();
  }

  @Test
  void aServerThatRefusesItsMppAndFeedsNobodyFailsOnceThatIsKnown() {
    serve();
    fail(PollTrouble.TOO_MANY_CONNECTIONS, SETTLED + 2_500, 200, false);
    keeps();
    assertTrue(node().message().contains("waiting for what its replicas receive"));
    fail(PollTrouble.TOO_MANY_CONNECTIONS, 1_000, 200, false);
    fails();
  }

  @Test
  void nobodyIsAskedAboutAServerThatIsGone() {
    serve();
    fail(PollTrouble.REFUSED, 1_000, 200, true);
    fails();
  }

  /** What arrives in the first moments was received before. */
  @Test
  void silenceFailsAtTheEndOfTheLadderWhateverArrivedBefore() {
    serve();
    fail(PollTrouble.NO_ANSWER, 900, 200, true);
    fails();
  }

  @Test
  void aPathThatIsBrokenBetweenMppAndItsServerOnlyIsNoFailure() {
    serve();
    fail(PollTrouble.CONNECT_TIMEOUT, 8_000, 900, true);
    keeps();
    assertEquals(8, node().req());
  }

  @Test
  void silenceIsNotExcusedByAReceiverThatOnlyRuns() {
    serve();
    fail(PollTrouble.NO_GREETING, 4_000, 900, false);
    fails();
  }

  @Test
  void aReceiverThatIsReconnectingSaysNothing() {
    serve();
    receives = false;
    fail(PollTrouble.AUTHENTICATION, 1_000, 200, true);
    fails();
  }

  @Test
  void aSiteThatHearsNobodyDecidesAlone() {
    serve();
    heard = false;
    fail(PollTrouble.AUTHENTICATION, 1_000, 200, true);
    assertFalse(node().state() == State.ACTIVE, node()::message);
  }

  @Test
  void theJournalSaysWhatThePollsMetAndWhenItWasOver() {
    serve();
    fail(PollTrouble.NO_ANSWER, 200, 200, false);
    fail(PollTrouble.NO_GREETING, 400, 200, false);
    poll(facts(false, true, false));
    poll(facts(false, true, false));
    List<String> said =
        take(BrainCommand.Journal.class).stream()
            .filter(j -> j.kind().equals("poll"))
            .map(j -> j.from() + ">" + j.to())
            .toList();
    assertEquals(List.of(">no-answer", "no-answer>no-greeting", "no-greeting>answered"), said);
  }
}
