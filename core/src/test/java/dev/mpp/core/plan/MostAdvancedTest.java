package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.State;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** {@code replication: managed}: of a site's servers the one that has most is promoted. */
final class MostAdvancedTest extends HandPlay {
  private static final NodeAddress SECOND = NodeAddress.parse("10.0.0.2:3306");
  private static final NodeAddress THIRD = NodeAddress.parse("10.0.0.3:3306");

  MostAdvancedTest() {
    super(true, NODE, SECOND, THIRD);
  }

  private static ServerFacts replica(String executed, String received, NodeAddress source) {
    return new ServerFacts(
        "11.4",
        true,
        GtidSet.parse(executed),
        Optional.of(
            new ServerFacts.Replication(
                source.toString(),
                true,
                true,
                true,
                "",
                OptionalLong.of(0),
                GtidSet.parse(received))),
        ServerFacts.SemiSync.OFF,
        true);
  }

  private void active(String executed) {
    poll(
        NODE,
        new ServerFacts(
            "11.4",
            false,
            GtidSet.parse(executed),
            Optional.empty(),
            ServerFacts.SemiSync.OFF,
            true));
  }

  private static ServerFacts replica(String executed) {
    return replica(executed, executed, NODE);
  }

  /** All three are there, and the first one is ACTIVE. */
  private void serving() {
    becomeActive();
    for (int i = 0; i < 3; i++) {
      active("0-1-20");
      poll(SECOND, replica("0-1-20"));
      poll(THIRD, replica("0-1-20"));
    }
    assertEquals(State.STANDBY, brain.pool(S).node(SECOND).orElseThrow().state());
    assertEquals(State.STANDBY, brain.pool(S).node(THIRD).orElseThrow().state());
    commands.clear();
  }

  private void silent() {
    event(new BrainEvent.NodeUnreachable(S, NODE, "connection refused", false, 0));
    now += MS;
  }

  /** Who is told to apply what it received, after these answers. */
  private NodeAddress successor(ServerFacts second, ServerFacts third) {
    silent();
    List<NodeAddress> asked =
        take(BrainCommand.PollWithin.class).stream()
            .filter(p -> p.delay() == 0)
            .map(BrainCommand.PollWithin::node)
            .toList();
    assertTrue(asked.containsAll(List.of(SECOND, THIRD)), "asked at once: " + asked);
    poll(SECOND, second);
    poll(THIRD, third);
    return promoted();
  }

  private NodeAddress promoted() {
    for (int i = 0; i < 4; i++) {
      silent();
    }
    fenced(true);
    event(new BrainEvent.Tick());
    List<BrainCommand.Prepare> prepared = take(BrainCommand.Prepare.class);
    assertFalse(prepared.isEmpty(), () -> brain.sentence(S, now) + "\n" + brain.pool(S));
    return prepared.getLast().node();
  }

  @Test
  void theOneThatHasMostIsPromotedBeforeItsTurn() {
    serving();
    assertEquals(THIRD, successor(replica("0-1-18"), replica("0-1-20")));
    BrainCommand.Journal why =
        take(BrainCommand.Journal.class).stream()
            .filter(j -> j.kind().equals("position"))
            .findFirst()
            .orElseThrow();
    assertEquals(THIRD.toString(), why.subject());
    assertTrue(why.reason().contains(SECOND.toString()), why.reason());
  }

  @Test
  void whatWasReceivedAndNotAppliedCounts() {
    serving();
    assertEquals(THIRD, successor(replica("0-1-19"), replica("0-1-10", "0-1-20", NODE)));
  }

  @Test
  void theOrderBreaksATie() {
    serving();
    assertEquals(SECOND, successor(replica("0-1-20"), replica("0-1-20")));
  }

  /** Neither has all that the other has: no choice loses nothing. */
  @Test
  void theOrderDecidesBetweenTwoThatDiverged() {
    serving();
    ServerFacts second = replica("0-1-20,0-2-1");
    ServerFacts third = replica("0-1-21");
    poll(SECOND, second);
    poll(THIRD, third);
    assertEquals(SECOND, successor(second, third));
  }

  /** The second's poll is of a time when the source still sent. */
  @Test
  void whatWasReadBeforeTheActiveWasLostSaysNothing() {
    serving();
    poll(SECOND, replica("0-1-18"));
    now += MS;
    silent();
    poll(THIRD, replica("0-1-20"));
    assertEquals(SECOND, promoted());
  }

  /** It has nothing that the one it receives from lacks; it was only polled later. */
  @Test
  void oneThatReceivesFromTheOtherIsNotAheadOfIt() {
    serving();
    assertEquals(SECOND, successor(replica("0-1-18"), replica("0-1-20", "0-1-20", SECOND)));
  }
}
