package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Chains that lead to the ACTIVE, and those that do not. */
final class SourceWarningsTest {
  private static final ServiceName S = new ServiceName("orders.example.com");

  private static NodeView node(String address, State state, String source) {
    Optional<ServerFacts.Replication> replication =
        source.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new ServerFacts.Replication(
                    source, true, true, true, "", OptionalLong.of(0), GtidSet.parse("")));
    return new NodeView(
        NodeAddress.parse(address),
        NodeType.PRIMARY,
        0,
        Status.OK,
        Status.OK,
        state,
        "",
        0,
        0,
        Optional.of(
            new ServerFacts(
                "11.4",
                state != State.ACTIVE,
                GtidSet.parse(""),
                replication,
                ServerFacts.SemiSync.OFF,
                true)),
        Optional.empty());
  }

  @Test
  void aChainOrARingThatLeadsToTheActiveIsWell() {
    assertEquals(
        List.of(),
        SourceWarnings.of(
            S,
            List.of(
                node("10.1.0.1:3306", State.ACTIVE, "10.3.0.1:3306"),
                node("10.2.0.1:3306", State.STANDBY, "10.1.0.1:3306"),
                node("10.3.0.1:3306", State.STANDBY, "10.2.0.1:3306"),
                node("10.3.0.2:3306", State.FAILED_ONLINE, ""))));
  }

  @Test
  void aStrangerAndACircleAreTold() {
    assertEquals(
        List.of(
            "orders.example.com: 10.2.0.1:3306 follows db7:3306, which is no server of mpp.yml:"
                + " whether that leads to ACTIVE 10.1.0.1:3306 is not known",
            "orders.example.com: 10.3.0.1:3306 (through 10.2.0.1:3306) follows db7:3306, which is"
                + " no server of mpp.yml: whether that leads to ACTIVE 10.1.0.1:3306 is not known",
            "orders.example.com: 10.4.0.1:3306 follows 10.4.0.2:3306, not ACTIVE 10.1.0.1:3306",
            "orders.example.com: 10.4.0.2:3306 follows 10.4.0.1:3306, not ACTIVE 10.1.0.1:3306"),
        SourceWarnings.of(
            S,
            List.of(
                node("10.1.0.1:3306", State.ACTIVE, ""),
                node("10.2.0.1:3306", State.STANDBY, "db7:3306"),
                node("10.3.0.1:3306", State.STANDBY, "10.2.0.1:3306"),
                node("10.4.0.1:3306", State.STANDBY, "10.4.0.2:3306"),
                node("10.4.0.2:3306", State.STANDBY, "10.4.0.1:3306"))));
  }

  @Test
  void nothingIsSaidWhileNobodyIsActive() {
    assertEquals(
        List.of(), SourceWarnings.of(S, List.of(node("10.2.0.1:3306", State.STANDBY, "db7:3306"))));
  }
}
