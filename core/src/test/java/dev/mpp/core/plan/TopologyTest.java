package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.State;
import dev.mpp.core.plan.Topology.Member;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Who follows whom. */
final class TopologyTest {
  private static final SiteId HERE = new SiteId("site1");
  private static final SiteId THERE = new SiteId("site2");
  private static final NodeAddress ACTIVE = NodeAddress.parse("10.2.0.1:3306");
  private static final NodeAddress A = NodeAddress.parse("10.1.0.1:3306");
  private static final NodeAddress B = NodeAddress.parse("10.1.0.2:3306");
  private static final NodeAddress C = NodeAddress.parse("10.1.0.3:3306");

  private static Member is(NodeAddress node, State state) {
    return new Member(node, state, true, true);
  }

  private static Topology of(Member... members) {
    return Topology.of(HERE, THERE, ACTIVE, List.of(members));
  }

  @Test
  void oneNodeHoldsTheStreamFromTheOtherSiteAndTheOthersFollowIt() {
    Topology t = of(is(A, State.STANDBY), is(B, State.STANDBY), is(C, State.STANDBY));
    assertEquals(Optional.of(A), t.acting());
    assertEquals(Map.of(A, ACTIVE, B, A, C, A), t.sources());
  }

  @Test
  void aFailedOneIsReplacedByTheNextAndFollowsLikeTheOthers() {
    assertEquals(
        Map.of(A, B, B, ACTIVE, C, B),
        of(is(A, State.FAILED_ONLINE), is(B, State.STANDBY), is(C, State.STANDBY)).sources());
    assertEquals(
        Map.of(A, C, B, C, C, ACTIVE),
        of(is(A, State.FAILED_OFFLINE), is(B, State.FAILED_ONLINE), is(C, State.STANDBY))
            .sources());
  }

  @Test
  void oneThatMayHaveDivergedIsNotFollowed() {
    Topology t = of(new Member(A, State.STANDBY, false, true), is(B, State.STANDBY));
    assertEquals(Optional.of(B), t.acting());
  }

  @Test
  void oneThatIsStillJudgedIsWaitedFor() {
    assertEquals(Map.of(), of(is(A, State.UNKNOWN), is(B, State.STANDBY)).sources());
    assertEquals(
        Map.of(), of(new Member(A, State.STANDBY, true, false), is(B, State.STANDBY)).sources());
    // Below the acting one it may be judged as long as it takes.
    assertEquals(Map.of(A, ACTIVE, B, A), of(is(A, State.STANDBY), is(B, State.UNKNOWN)).sources());
  }

  @Test
  void withoutOneThatStandsByEachGoesToTheActive() {
    Topology t = of(is(A, State.FAILED_ONLINE), is(B, State.FAILED_ONLINE));
    assertEquals(Optional.empty(), t.acting());
    assertEquals(Map.of(A, ACTIVE, B, ACTIVE), t.sources());
  }

  @Test
  void inTheSiteOfTheActiveEveryoneFollowsIt() {
    Topology t =
        Topology.of(
            HERE,
            HERE,
            B,
            List.of(is(A, State.UNKNOWN), is(B, State.ACTIVE), is(C, State.FAILED_ONLINE)));
    assertEquals(Map.of(A, B, C, B), t.sources());
    assertEquals(Optional.empty(), t.source(B));
  }

  /** Whatever the states are: no circle, and at most one stream between the sites with a leader. */
  @Test
  void everyChainEndsAtTheActive() {
    SplittableRandom random = new SplittableRandom(11);
    for (int run = 0; run < 20_000; run++) {
      boolean local = random.nextInt(3) == 0;
      List<Member> members = new ArrayList<>();
      List<NodeAddress> nodes = List.of(A, B, C);
      int active = random.nextInt(3);
      for (int i = 0; i < 3; i++) {
        State state = State.values()[random.nextInt(State.values().length)];
        State other = state == State.ACTIVE ? State.STANDBY : state;
        members.add(
            new Member(
                nodes.get(i),
                local && i == active ? State.ACTIVE : other,
                random.nextBoolean(),
                random.nextInt(4) > 0));
      }
      NodeAddress at = local ? nodes.get(active) : ACTIVE;
      Topology t = Topology.of(HERE, local ? HERE : THERE, at, members);
      for (NodeAddress node : t.sources().keySet()) {
        Set<NodeAddress> seen = new HashSet<>();
        NodeAddress here = node;
        while (!here.equals(at)) {
          assertTrue(seen.add(here), "a circle: " + t);
          here = t.source(here).orElseThrow();
        }
      }
      if (t.acting().isPresent()) {
        assertEquals(1, t.sources().values().stream().filter(at::equals).count(), t.toString());
      }
    }
  }
}
