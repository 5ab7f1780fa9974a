package dev.mpp.node.exchange;

import static dev.mpp.node.exchange.ExchangeSite.await;
import static dev.mpp.node.exchange.ExchangeSite.loopback;
import static dev.mpp.node.exchange.ExchangeSite.peer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.SiteId;
import dev.mpp.node.FreePorts;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Real sockets on loopback. */
final class ExchangePeersTest {
  private static final long DETECTION_LIMIT = 2_500;

  private static ExchangeSite site(String name, int port, String peerName, int peerPort)
      throws Exception {
    return new ExchangeSite(name, "test", port, List.of(peer(peerName, loopback(peerPort))));
  }

  @Test
  void viewsTravelBothWaysAndTheNewestWins() throws Exception {
    int a = FreePorts.next();
    int b = FreePorts.next();
    try (ExchangeSite one = site("one", a, "two", b);
        ExchangeSite two = site("two", b, "one", a)) {
      one.say("early");
      await("link", 5_000, () -> one.sees("two") && two.sees("one"));
      two.say("from two");
      await("both views", 2_000, () -> two.hears("one", "early") && one.hears("two", "from two"));
      for (int i = 0; i < 10_000; i++) {
        one.say("view " + i);
      }
      await("the last view", 5_000, () -> two.hears("one", "view 9999"));
      long last = 0;
      for (var view : two.received) {
        assertTrue(view.sequence() > last, "views out of order or twice");
        last = view.sequence();
      }
      await("rtt", 2_000, () -> one.exchange.links().getFirst().rttMicros() >= 0);
      assertTrue(one.exchange.links().getFirst().up());
    }
  }

  @Test
  void oneDirectionIsEnough() throws Exception {
    int a = FreePorts.next();
    int nobody = FreePorts.next();
    try (ExchangeSite one = site("one", a, "two", nobody);
        ExchangeSite two = site("two", 0, "one", a)) {
      one.say("hello from one");
      two.say("hello from two");
      await(
          "views through the one stream",
          5_000,
          () -> one.hears("two", "hello from two") && two.hears("one", "hello from one"));
      assertTrue(one.sees("two"));
    }
  }

  @Test
  void aStoppedPeerIsDownAndAfterARestartUpAgain() throws Exception {
    int a = FreePorts.next();
    int b = FreePorts.next();
    try (ExchangeSite one = site("one", a, "two", b)) {
      ExchangeSite first = site("two", b, "one", a);
      await("link", 5_000, () -> one.sees("two"));
      first.say("first run");
      await("view of the first run", 2_000, () -> one.hears("two", "first run"));
      first.close();
      await("link down", DETECTION_LIMIT, () -> !one.sees("two"));
      try (ExchangeSite second = site("two", b, "one", a)) {
        second.say("second run");
        await("link up again", DETECTION_LIMIT, () -> one.sees("two"));
        await("view of the second run", 2_000, () -> one.hears("two", "second run"));
      }
    }
  }

  @Test
  void aBlackHoleIsNoticedAndLeftThroughAFreshConnection() throws Exception {
    int b = FreePorts.next();
    try (ExchangeSite two = new ExchangeSite("two", "test", b, List.of(peer("one", loopback(1))));
        StallingProxy proxy = new StallingProxy(b);
        ExchangeSite one =
            new ExchangeSite("one", "test", 0, List.of(peer("two", proxy.address())))) {
      await("link", 5_000, () -> one.sees("two") && two.sees("one"));
      proxy.stall();
      long took = await("silence noticed", DETECTION_LIMIT, () -> !one.sees("two"));
      await("silence noticed there", DETECTION_LIMIT, () -> !two.sees("one"));
      System.out.println("black hole detected after " + took + " ms");
      int before = proxy.accepted();
      proxy.heal();
      two.say("through a fresh connection");
      await("link healed", 3_500, () -> one.hears("two", "through a fresh connection"));
      assertTrue(proxy.accepted() > before);
      assertEquals(List.of("two up", "two down", "two up"), distinctRuns(one.changes));
    }
  }

  private static List<String> distinctRuns(List<String> changes) {
    var runs = new java.util.ArrayList<String>();
    for (String change : changes) {
      if (runs.isEmpty() || !runs.getLast().equals(change)) {
        runs.add(change);
      }
    }
    return runs;
  }

  @Test
  void theSecondAddressIsTriedWhenTheFirstIsDead() throws Exception {
    int b = FreePorts.next();
    var addresses = List.of(loopback(1), InetSocketAddress.createUnresolved("localhost", b));
    try (ExchangeSite two = new ExchangeSite("two", "test", b, List.of(peer("one", loopback(1))));
        ExchangeSite one =
            new ExchangeSite(
                "one", "test", 0, List.of(new ExchangeConfig.Peer(new SiteId("two"), addresses)))) {
      two.say("found");
      await("view", 5_000, () -> one.hears("two", "found"));
    }
  }

  @Test
  void strangersAreRefused() throws Exception {
    int b = FreePorts.next();
    try (ExchangeSite two = new ExchangeSite("two", "test", b, List.of(peer("one", loopback(1))));
        ExchangeSite foreign =
            new ExchangeSite("one", "staging", 0, List.of(peer("two", loopback(b))));
        ExchangeSite unknown =
            new ExchangeSite("three", "test", 0, List.of(peer("two", loopback(b))));
        ExchangeSite wrongName =
            new ExchangeSite("one", "test", 0, List.of(peer("four", loopback(b))));
        ExchangeSite good = new ExchangeSite("one", "test", 0, List.of(peer("two", loopback(b))))) {
      foreign.say("foreign");
      unknown.say("unknown");
      wrongName.say("wrong name");
      good.say("good");
      await("the good one", 5_000, () -> two.hears("one", "good"));
      assertEquals(1, two.received.stream().map(v -> v.version()).distinct().count());
      assertFalse(foreign.sees("two"));
      assertFalse(unknown.sees("two"));
      assertFalse(wrongName.sees("four"));
    }
  }

  @Test
  void unsafeConfigurationsAreRefused() {
    var self = new SiteId("one");
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ExchangeConfig(
                self,
                "r",
                "d",
                "h",
                ExchangeSite.ledger("one"),
                loopback(0),
                List.of(peer("one", loopback(1)))));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new ExchangeConfig(
                self,
                "",
                "r",
                "d",
                "h",
                ExchangeSite.ledger("one"),
                loopback(0),
                List.of(),
                Duration.ofMillis(500),
                Duration.ofMillis(600)));
  }
}
