package dev.mpp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.Main;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.api.FakeControl;
import dev.mpp.node.api.OperatorServer;
import dev.mpp.node.api.Pictures;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.tls.PeerRule;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator sees of twins and says to them, against a real server on loopback. */
final class TwinCommandsTest {
  private final FakeControl control = new FakeControl();
  private OperatorServer server;

  private record Result(int exit, String out, String err) {}

  @BeforeEach
  void start() throws Exception {
    control.picture = Pictures.twin(true, true);
    server =
        new OperatorServer(
            GrpcTransport.plaintext()
                .server(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    "operator",
                    PeerRule.anyOperator("test")),
            control,
            () -> Pictures.NOW,
            () -> Pictures.WALL);
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Result mpp(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("--node", "127.0.0.1:" + server.port()));
    all.addAll(List.of(args));
    int exit =
        Main.commandLine(
                new Terminal(
                    new PrintWriter(out, true),
                    new PrintWriter(err, true),
                    false,
                    ZoneId.of("UTC")))
            .execute(all.toArray(String[]::new));
    return new Result(exit, out.toString(), err.toString());
  }

  @Test
  void statusSaysWhichInstanceThisIsAndWhoActs() {
    Result passive = mpp("status");
    assertEquals(0, passive.exit(), passive.err());
    assertTrue(passive.out().startsWith("MPP 0.1.0 at site1 instance b, "), passive.out());
    assertTrue(passive.out().contains("\nTWIN " + Pictures.TWIN + "\n"), passive.out());
    assertTrue(
        passive.out().contains("\n     a: acts, version 0.1.0, heard 0.2 s ago\n"), passive.out());
    assertFalse(passive.out().contains("nobody of this site takes over"), passive.out());
    control.picture = Pictures.twin(false, false);
    String alone = mpp("status").out();
    assertTrue(
        alone.contains("the other instance is not there: nobody of this site takes over"), alone);
  }

  @Test
  void statusAsJsonHasBoth() throws Exception {
    JsonNode twin = new ObjectMapper().readTree(mpp("status", "--json").out()).path("twin");
    assertEquals("b", twin.path("instance").asText());
    assertTrue(twin.path("passive").asBoolean(false));
    assertTrue(twin.path("up").asBoolean(false));
    assertEquals(210, twin.path("heard_age_ms").asLong());
    assertFalse(twin.path("other_passive").asBoolean(true));
    control.picture = Pictures.standard();
    assertTrue(
        new ObjectMapper().readTree(mpp("status", "--json").out()).path("twin").isMissingNode());
  }

  @Test
  void aHandoverGoesThroughAsWritten() {
    Result wrong = mpp("twin", "handover", "b");
    assertEquals(2, wrong.exit(), wrong.out());
    assertEquals(List.of(), control.orders);

    control.answer = CompletableFuture.completedFuture("OK: b takes over from a");
    Result done = mpp("twin", "handover", "--user", "ann", "--reason", "kernel\nof lvs1");
    assertEquals(new Result(0, "OK: b takes over from a\n", ""), done);
    assertEquals(
        List.<BrainEvent>of(new BrainEvent.OperatorTwin("ann", "kernel of lvs1")), control.orders);

    control.answer = CompletableFuture.completedFuture("ERROR: b is passive: ask a, which acts");
    Result refused = mpp("twin", "handover", "--user", "ann", "--reason", "x");
    assertEquals(1, refused.exit(), refused.out());
    assertTrue((refused.out() + refused.err()).contains("ask a, which acts"), refused.toString());
  }

  @Test
  void theCommandsAreExplained() {
    assertTrue(mpp("twin", "--help").out().contains("handover"));
    assertTrue(mpp("twin", "handover", "--help").out().contains("3 unreachable"));
  }

  @Test
  void aSiteWithOneInstanceSaysNothingOfTwins() {
    NodeSnapshot one = Pictures.standard();
    control.picture = one;
    assertFalse(mpp("status").out().contains("TWIN"));
  }
}
