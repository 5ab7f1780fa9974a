package dev.mpp.node.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.api.Pictures;
import dev.mpp.node.balancer.LoadBalancerCheck.Answer;
import dev.mpp.node.balancer.LoadBalancerCheck.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** BEHAVIOUR section 7, every pair of state and status. */
final class CheckTableTest {
  private static final Duration LEASE = Duration.ofSeconds(6);
  private static final LoadBalancerCheck CHECK = new LoadBalancerCheck(true, LEASE);

  /** Rows: state; columns: OK OK_INFO OK_WARN OK_CRITICAL FAIL; U up, - down. */
  private static final String RW =
      """
      UNKNOWN         - - - - -
      STANDBY         - - - - -
      ACTIVE          U U U U -
      FAILED_ONLINE   - - - - -
      FAILED_OFFLINE  - - - - -
      """;

  private static final String RO_ALONE =
      """
      UNKNOWN         - - - - -
      STANDBY         U - - - -
      ACTIVE          U U U U -
      FAILED_ONLINE   - - - - -
      FAILED_OFFLINE  - - - - -
      """;

  private static final String RO_BESIDE_A_GOOD_STANDBY =
      """
      UNKNOWN         - - - - -
      STANDBY         U - - - -
      ACTIVE          - - - - -
      FAILED_ONLINE   - - - - -
      FAILED_OFFLINE  - - - - -
      """;

  private static final String LOCAL =
      """
      UNKNOWN         U U U U -
      STANDBY         U U U U -
      ACTIVE          U U U U -
      FAILED_ONLINE   - - - - -
      FAILED_OFFLINE  - - - - -
      """;

  private static final String NOTHING = RW.replace(" U", " -");

  private static NodeView p1(State state, Status status) {
    return Pictures.node(Pictures.P1, NodeType.PRIMARY, 0, status, state, "");
  }

  private static NodeView s1(State state, Status status) {
    return Pictures.node(Pictures.S1, NodeType.SECONDARY, 0, status, state, "");
  }

  private static Answer judge(LoadBalancerCheck check, Kind kind, NodeSnapshot s) {
    return check.judge(kind, Pictures.P1, Optional.empty(), s, Pictures.NOW).answer();
  }

  private interface World {
    NodeSnapshot with(NodeView node);
  }

  private static String table(LoadBalancerCheck check, Kind kind, World world) {
    StringBuilder table = new StringBuilder();
    for (State state : State.values()) {
      table.append(String.format("%-15s", state));
      for (Status status : Status.values()) {
        Answer answer = judge(check, kind, world.with(p1(state, status)));
        table.append(answer == Answer.UP ? " U" : " -");
      }
      table.append('\n');
    }
    return table.toString();
  }

  private static NodeSnapshot alone(NodeView node) {
    return Pictures.picture(List.of(node, s1(State.STANDBY, Status.OK_INFO)), true);
  }

  @Test
  void tables() {
    assertEquals(RW, table(CHECK, Kind.RW, CheckTableTest::alone));
    assertEquals(RO_ALONE, table(CHECK, Kind.RO, CheckTableTest::alone));
    assertEquals(
        RO_BESIDE_A_GOOD_STANDBY,
        table(
            CHECK, Kind.RO, n -> Pictures.picture(List.of(n, s1(State.STANDBY, Status.OK)), true)));
    assertEquals(LOCAL, table(CHECK, Kind.LOCAL, CheckTableTest::alone));
  }

  @Test
  void criticalIsAMatterOfConfiguration() {
    var strict = new LoadBalancerCheck(false, LEASE);
    assertEquals(
        RW.replace("ACTIVE          U U U U -", "ACTIVE          U U U - -"),
        table(strict, Kind.RW, CheckTableTest::alone));
  }

  @Test
  void withoutTheLeaseNothingIsWritable() {
    World noLease = n -> Pictures.picture(List.of(n), false);
    assertEquals(NOTHING, table(CHECK, Kind.RW, noLease));
    NodeSnapshot holding = alone(p1(State.ACTIVE, Status.OK));
    long end = holding.services().getFirst().validUntil();
    // The loop is alive but the lease ended before its next picture.
    var patient = new LoadBalancerCheck(true, Duration.ofSeconds(60));
    assertEquals(
        Answer.UP,
        patient.judge(Kind.RW, Pictures.P1, Optional.empty(), holding, end - 1).answer());
    assertEquals(
        Answer.DOWN, patient.judge(Kind.RW, Pictures.P1, Optional.empty(), holding, end).answer());
  }

  @Test
  void aStuckLoopAFailedPoolAndAnUnpolledNodeAreDown() {
    for (Kind kind : Kind.values()) {
      assertEquals(
          NOTHING,
          table(
              CHECK,
              kind,
              n ->
                  Pictures.picture(
                      List.of(n), true, Status.OK, Pictures.NOW - LEASE.toNanos() - 1)),
          "stuck loop, " + kind);
      assertEquals(
          NOTHING,
          table(CHECK, kind, n -> Pictures.picture(List.of(n), true, Status.FAIL, Pictures.NOW)),
          "failed pool, " + kind);
      assertEquals(
          NOTHING,
          table(
              CHECK,
              kind,
              n ->
                  alone(
                      Pictures.node(Pictures.P1, NodeType.PRIMARY, -1, n.status(), n.state(), ""))),
          "not polled, " + kind);
    }
  }

  @Test
  void strangersAreNoSuchNode() {
    NodeSnapshot s = alone(p1(State.ACTIVE, Status.OK));
    var nobody = new NodeAddress("10.9.9.9", 3306);
    var verdict = CHECK.judge(Kind.RW, nobody, Optional.empty(), s, Pictures.NOW);
    assertEquals(Answer.NO_SUCH_NODE, verdict.answer());
    var otherService = Optional.of(new ServiceName("other.eraser.com"));
    assertEquals(
        Answer.NO_SUCH_NODE,
        CHECK.judge(Kind.RW, Pictures.P1, otherService, s, Pictures.NOW).answer());
    var ours = CHECK.judge(Kind.RW, Pictures.P1, Optional.of(Pictures.SERVICE), s, Pictures.NOW);
    assertEquals("UP 10.1.0.1:3306 ACTIVE/OK, epoch 7", ours.line());
    assertTrue(verdict.line().contains("not a node of site1"));
  }
}
