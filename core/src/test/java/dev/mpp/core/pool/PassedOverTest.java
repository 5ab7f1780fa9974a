package dev.mpp.core.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Candidates whose data lack what another candidate has are passed over, and nobody else is. */
final class PassedOverTest {
  private static final NodeAddress FIRST = NodeAddress.parse("10.0.0.1:3306");
  private static final NodeAddress SECOND = NodeAddress.parse("10.0.0.2:3306");
  private static final NodeAddress THIRD = NodeAddress.parse("10.0.0.3:3306");

  private final FailoverPool logic = new FailoverPool();
  private PoolState state =
      PoolState.initial(
          PoolConfig.failover(
              "p",
              List.of(
                  new PoolConfig.Member(FIRST, NodeType.PRIMARY),
                  new PoolConfig.Member(SECOND, NodeType.SECONDARY),
                  new PoolConfig.Member(THIRD, NodeType.SECONDARY))));

  private List<PoolCommand> step(PoolEvent event) {
    PoolStep step = logic.step(state, event);
    state = step.state();
    return step.commands();
  }

  private void healthy(NodeAddress... nodes) {
    for (NodeAddress n : nodes) {
      assertEquals(List.of(), step(new PoolEvent.Polled(Map.of(n, PollResult.HEALTHY))));
    }
  }

  private List<NodeAddress> permitted(NodeAddress... behind) {
    state = state.withBehind(Set.of(behind));
    return step(new PoolEvent.Permission(true, "lease")).stream().map(PoolCommand::node).toList();
  }

  @Test
  void theFirstThatIsNotBehind() {
    healthy(FIRST, SECOND, THIRD);
    assertEquals(List.of(SECOND), permitted(FIRST, THIRD));
  }

  @Test
  void thePrimaryIsPassedOverToo() {
    healthy(FIRST, SECOND, THIRD);
    assertEquals(List.of(THIRD), permitted(FIRST, SECOND));
  }

  @Test
  void theOrderWithoutAnybodyBehind() {
    healthy(FIRST, SECOND, THIRD);
    assertEquals(List.of(FIRST), permitted());
  }

  @Test
  void oneThatIsBehindNobodyWhoCouldBePromotedIsPromoted() {
    healthy(FIRST);
    assertEquals(List.of(FIRST), permitted(FIRST));
  }

  /** It is judged within a few polls, and may have more than all of them. */
  @Test
  void oneAboveThatIsStillJudgedIsWaitedFor() {
    healthy(SECOND, THIRD);
    assertEquals(List.of(), permitted(SECOND));
    healthy(FIRST);
    assertEquals(
        List.of(FIRST),
        step(new PoolEvent.Polled(Map.of(FIRST, PollResult.HEALTHY))).stream()
            .map(PoolCommand::node)
            .toList());
  }
}
