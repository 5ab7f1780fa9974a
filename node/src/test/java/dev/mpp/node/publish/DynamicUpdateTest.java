package dev.mpp.node.publish;

import static dev.mpp.node.publish.Pictures.NOW;
import static dev.mpp.node.publish.Pictures.S;
import static dev.mpp.node.publish.Pictures.SERVICE;
import static dev.mpp.node.publish.Pictures.SITE1;
import static dev.mpp.node.publish.Pictures.SITE2;
import static dev.mpp.node.publish.Pictures.active;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.plan.BrainCommand;
import dev.mpp.node.NodeSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/** Updates of real servers, skipped where they are not installed. */
class DynamicUpdateTest {
  private static final String ZONE = "provider.test";
  private static final String NAME = "mysql.provider.test";
  private static final String MARK = "_mpp." + NAME;
  private static final TSIG KEY = new TSIG(TSIG.HMAC_SHA256, "test.key.", RealServer.SECRET);
  private static final long TTL = 5;

  /** Nothing here depends on how fast the machine is. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  enum Program {
    KNOT,
    BIND;

    RealServer start(Path dir) throws Exception {
      return switch (this) {
        case KNOT -> RealServer.knotPrimary(dir, ZONE);
        case BIND -> RealServer.bindPrimary(dir, ZONE);
      };
    }
  }

  @TempDir private Path dir;
  private final AtomicReference<NodeSnapshot> picture = new AtomicReference<>();
  private final List<BrainCommand.Journal> journal = new CopyOnWriteArrayList<>();

  private static DynamicUpdate target(RealServer server, String name) {
    return new DynamicUpdate(
        server.address,
        Name.fromConstantString(ZONE + "."),
        Name.fromConstantString(name + "."),
        TTL,
        PATIENCE);
  }

  private PushWorker worker(RealServer server, String name, boolean withdraw, TSIG key) {
    return new PushWorker(
        new PushRule(SERVICE, 6 * S, withdraw),
        target(server, name),
        () -> key,
        picture::get,
        () -> NOW,
        new Signal(),
        journal::add);
  }

  /** Steps until the server has confirmed it; a machine may be slow, so steps may fail. */
  private static void settle(PushWorker worker) throws InterruptedException {
    long before = worker.count(PushWorker.Result.CONFIRMED);
    for (int i = 0; i < 50 && worker.count(PushWorker.Result.CONFIRMED) == before; i++) {
      worker.step();
    }
    assertTrue(worker.count(PushWorker.Result.CONFIRMED) > before, worker.line());
  }

  @ParameterizedTest
  @EnumSource
  void theActiveSiteIsPushedAndConfirmed(Program program) throws Exception {
    try (RealServer server = program.start(dir)) {
      picture.set(active(SITE1, 7).picture());
      PushWorker one = worker(server, NAME, false, KEY);
      settle(one);
      assertEquals("5 198.51.100.1", server.says(NAME, Type.A));
      assertEquals("5 \"mpp epoch=7 change=1 site=site1\"", server.says(MARK, Type.TXT));
      assertTrue(one.line().contains("epoch 7, 198.51.100.1, confirmed 0 s ago"), one.line());
      assertEquals(1, journal.size());

      picture.set(active(SITE2, 8).picture());
      settle(worker(server, NAME, false, KEY));
      assertEquals("5 203.0.113.2", server.says(NAME, Type.A));
      assertEquals("5 2001:db8:0:0:0:0:0:2", server.says(NAME, Type.AAAA));
      assertEquals("5 \"mpp epoch=8 change=1 site=site2\"", server.says(MARK, Type.TXT));

      // The former holder, which has not noticed: it reads, and leaves it alone.
      picture.set(active(SITE1, 7).picture());
      PushWorker former = worker(server, NAME, false, KEY);
      former.step();
      assertEquals(1, former.count(PushWorker.Result.BLOCKED));
      assertTrue(former.line().contains("newer than this site's 7"), former.line());
      assertEquals("5 203.0.113.2", server.says(NAME, Type.A));
    }
  }

  /** The packet of a former holder, made and signed before the new one wrote, arrives after it. */
  @ParameterizedTest
  @EnumSource
  void aDelayedPacketOfAFormerHolderIsRefused(Program program) throws Exception {
    try (RealServer server = program.start(dir)) {
      picture.set(active(SITE1, 7).picture());
      settle(worker(server, NAME, false, KEY));
      DynamicUpdate target = target(server, NAME);
      // It wants to move its own name, and another one where nobody wrote before.
      PushPlan.Update stale =
          new PushPlan.Update(
              Optional.of(new EpochMark(7, 1, "site1")), new EpochMark(7, 2, "site1"));
      Update delayed = target.message(stale, Set.of("198.51.100.66"));
      PushPlan.Update first = new PushPlan.Update(Optional.empty(), new EpochMark(7, 1, "site1"));
      Update delayedFirst = target.message(first, Set.of("198.51.100.66"));

      picture.set(active(SITE2, 8).picture());
      settle(worker(server, NAME, false, KEY));

      for (Update late : List.of(delayed, delayedFirst)) {
        Message answer =
            new SignedDns(server.address, PATIENCE, Optional.of(KEY)).exchange(late, true);
        int expected = late == delayed ? Rcode.NXRRSET : Rcode.YXRRSET;
        assertEquals(Rcode.string(expected), Rcode.string(answer.getRcode()));
      }
      assertEquals("5 203.0.113.2", server.says(NAME, Type.A));
      assertEquals("5 \"mpp epoch=8 change=1 site=site2\"", server.says(MARK, Type.TXT));
    }
  }

  /** Nothing leaves this process once the lease has run out, whatever was wanted before. */
  @ParameterizedTest
  @EnumSource
  void aSiteThatFencesIsSilentOrWithdraws(Program program) throws Exception {
    try (RealServer server = program.start(dir)) {
      picture.set(active(SITE1, 7).picture());
      settle(worker(server, NAME, true, KEY));

      picture.set(active(SITE1, 7).leaseEnd(NOW).picture());
      PushWorker lapsed = worker(server, NAME, true, KEY);
      lapsed.step();
      assertTrue(lapsed.line().contains("not this site's to say"), lapsed.line());
      assertEquals("5 198.51.100.1", server.says(NAME, Type.A));

      picture.set(active(SITE1, 7).pool(dev.mpp.core.model.Status.FAIL).picture());
      PushWorker keeping = worker(server, NAME, false, KEY);
      keeping.step();
      assertEquals("5 198.51.100.1", server.says(NAME, Type.A));
      settle(worker(server, NAME, true, KEY));
      assertEquals("NOERROR", server.says(NAME, Type.A).replace("NXDOMAIN", "NOERROR"));
      assertEquals("5 \"mpp epoch=7 change=2 site=none\"", server.says(MARK, Type.TXT));
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatAnOperatorHasToPutRightIsTold(Program program) throws Exception {
    try (RealServer server = program.start(dir)) {
      picture.set(active(SITE1, 7).picture());
      PushWorker alias = worker(server, "alias." + ZONE, false, KEY);
      alias.step();
      assertTrue(alias.line().contains("is a CNAME there"), alias.line());
      TSIG wrong =
          new TSIG(TSIG.HMAC_SHA256, "test.key.", "YW5vdGhlciBzZWNyZXQgb2YgYSB0ZXN0LCBsb25nLg==");
      TSIG unknown = new TSIG(TSIG.HMAC_SHA256, "other.key.", RealServer.SECRET);
      for (TSIG key : List.of(wrong, unknown)) {
        PushWorker worker = worker(server, NAME, false, key);
        worker.step();
        assertEquals(1, worker.count(PushWorker.Result.FAILED));
        assertTrue(worker.line().contains("not confirmed: the server answers"), worker.line());
      }
      PushPlan.Update update = new PushPlan.Update(Optional.empty(), new EpochMark(7, 1, "site1"));
      DynamicUpdate elsewhere =
          new DynamicUpdate(
              server.address,
              Name.fromConstantString("elsewhere.test."),
              Name.fromConstantString("mysql.elsewhere.test."),
              TTL,
              PATIENCE);
      assertThrows(IOException.class, () -> elsewhere.send(update, Set.of("192.0.2.1"), KEY, true));
      assertFalse(journal.isEmpty());
    }
  }

  /** Several writers of one epoch: the server takes one update at a time, and all come to rest. */
  @ParameterizedTest
  @EnumSource
  void anOvertakenUpdateIsMadeAnew(Program program) throws Exception {
    try (RealServer server = program.start(dir)) {
      picture.set(active(SITE1, 7).picture());
      settle(worker(server, NAME, false, KEY));
      DynamicUpdate target = target(server, NAME);
      PushPlan.Observed seen = target.observe(KEY, true);
      assertEquals(List.of("mpp epoch=7 change=1 site=site1"), seen.marks());
      PushPlan plan =
          PushPlan.of(
              new PushPlan.Wanted(7, "site1", Set.of("198.51.100.3")), TTL, seen, Optional.empty());
      PushPlan.Update update = assertInstanceOf(PushPlan.Update.class, plan);
      assertEquals(
          DynamicUpdate.Outcome.ACCEPTED, target.send(update, Set.of("198.51.100.3"), KEY, true));
      assertEquals(
          DynamicUpdate.Outcome.OVERTAKEN, target.send(update, Set.of("198.51.100.4"), KEY, true));
      PushWorker worker = worker(server, NAME, false, KEY);
      settle(worker);
      assertEquals("5 198.51.100.1", server.says(NAME, Type.A));
      assertEquals("5 \"mpp epoch=7 change=3 site=site1\"", server.says(MARK, Type.TXT));
    }
  }
}
