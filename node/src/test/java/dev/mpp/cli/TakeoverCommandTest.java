package dev.mpp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.api.Pictures;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code mpp takeover --force} against a real server: nothing is ordered that was not typed. */
final class TakeoverCommandTest {
  private static final String SERVICE = Pictures.SERVICE.name();

  private OperatorBench bench;

  @BeforeEach
  void start() throws Exception {
    bench = new OperatorBench();
    bench.control.answer = CompletableFuture.completedFuture("OK: site1 claims it");
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private OperatorBench.Result takeover(String typed) {
    return bench.typing(
        typed, "takeover", SERVICE, "--force", "--reason", "site2 burnt down", "--user", "alice");
  }

  @Test
  void whatIsKnownIsShownAndTheNameIsTyped() {
    OperatorBench.Result r = takeover(SERVICE + "\n");
    assertEquals(0, r.exit(), r.err());
    assertTrue(r.out().contains("site1 would take " + SERVICE + " over"), r.out());
    assertTrue(r.out().contains("site2 was heard"), r.out());
    assertTrue(r.out().contains("acknowledged write"), r.out());
    assertTrue(r.out().contains("Type the service's name to go on:"), r.out());
    BrainEvent.OperatorTakeover order =
        (BrainEvent.OperatorTakeover) bench.control.orders.getFirst();
    assertEquals(
        new BrainEvent.OperatorTakeover(Pictures.SERVICE, "alice", "site2 burnt down"), order);
  }

  @Test
  void anythingElseThatIsTypedOrdersNothing() {
    for (String typed : List.of("", "\n", "yes\n", "y\n", SERVICE + "x\n", "mysql\n")) {
      OperatorBench.Result r = takeover(typed);
      assertEquals(1, r.exit(), typed);
      assertTrue(r.err().contains("not confirmed; nothing was done"), r.err());
    }
    assertEquals(List.of(), bench.control.orders);
  }

  @Test
  void withoutForceOrReasonItIsWrongUsage() {
    OperatorBench.Result r = bench.typing(SERVICE + "\n", "takeover", SERVICE, "--reason", "x");
    assertEquals(2, r.exit());
    assertTrue(r.err().contains("--force"), r.err());
    r = bench.typing(SERVICE + "\n", "takeover", SERVICE, "--force");
    assertEquals(2, r.exit());
    assertTrue(r.err().contains("--reason"), r.err());
    assertEquals(List.of(), bench.control.orders);
  }

  @Test
  void anUnknownServiceIsRefusedBeforeAnythingIsAsked() {
    OperatorBench.Result r =
        bench.typing("x\n", "takeover", "mysql.eraser.org", "--force", "--reason", "gone");
    assertEquals(1, r.exit());
    assertTrue(r.err().contains("mysql.eraser.org"), r.err());
    assertTrue(!r.out().contains("Type the"), r.out());
    assertEquals(List.of(), bench.control.orders);
  }

  @Test
  void theSitesRefusalIsTheAnswer() {
    bench.control.answer =
        CompletableFuture.completedFuture("ERROR: the other site is heard, so it is asked");
    OperatorBench.Result r = takeover(SERVICE + "\n");
    assertEquals(1, r.exit());
    assertTrue((r.out() + r.err()).contains("the other site is heard"), r.out() + r.err());
  }
}
