package dev.mpp.node.twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.Status;
import dev.mpp.core.plan.TwinState;
import dev.mpp.node.wire.TwinCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two real groups over loopback sockets. */
@Timeout(120)
class TwinGroupTest {
  private static final SiteId SITE = new SiteId("site1");
  private static final ServiceName S = new ServiceName("mysql.eraser.test");

  private static final class Ear implements TwinGroup.Listener {
    final List<TwinState> heard = new CopyOnWriteArrayList<>();
    volatile boolean up;

    @Override
    public void link(boolean now) {
      up = now;
    }

    @Override
    public void heard(TwinState state) {
      heard.add(state);
    }
  }

  private static TwinState state(String instance, long sequence) {
    SiteView view =
        new SiteView(
            SITE,
            instance + "1",
            sequence,
            false,
            "test",
            "hash",
            Reach.GLOBAL,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            instance,
            true);
    return new TwinState(
        view,
        7,
        true,
        false,
        true,
        sequence,
        123,
        Set.of(S),
        List.of(new TwinState.Floor(S, NodeAddress.parse("10.0.0.1:3306"), Status.OK_WARN)));
  }

  private static int freePort() throws IOException {
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getByName("127.0.1.2"))) {
      return one.getLocalPort();
    }
  }

  private static TwinGroup group(String deployment, String instance, int port, Ear ear) {
    boolean a = instance.equals("a");
    return new TwinGroup(
            new TwinConfig(
                deployment,
                SITE,
                instance,
                InetSocketAddress.createUnresolved(a ? "127.0.1.2" : "127.0.1.3", port),
                InetSocketAddress.createUnresolved(a ? "127.0.1.3" : "127.0.1.2", port)),
            ear)
        .start();
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not in time: " + what);
      Thread.sleep(10);
    }
  }

  @Test
  void theyFindAndHearEachOtherAndNoticeTheEnd() throws Exception {
    int port = freePort();
    Ear ofA = new Ear();
    Ear ofB = new Ear();
    try (TwinGroup a = group("test", "a", port, ofA)) {
      a.tell(state("a", 1));
      try (TwinGroup b = group("test", "b", port, ofB)) {
        await("they are there", () -> ofA.up && ofB.up);
        a.tell(state("a", 2));
        b.tell(state("b", 5));
        await("a is heard", () -> ofB.heard.contains(state("a", 2)));
        await("b is heard", () -> ofA.heard.contains(state("b", 5)));
      }
      await("b is gone", () -> !ofA.up);
      Ear again = new Ear();
      try (TwinGroup b = group("test", "b", port, again)) {
        await("b is back", () -> ofA.up && again.up);
        a.tell(state("a", 3));
        await("a is heard again", () -> again.heard.contains(state("a", 3)));
      }
    }
  }

  @Test
  void startedApartTheyMeetWhenTheOtherAppearsAndGarbageHarmsNobody() throws Exception {
    int port = freePort();
    Ear ofA = new Ear();
    Ear ofB = new Ear();
    try (TwinGroup a = group("test", "a", port, ofA)) {
      await(
          "it listens",
          () -> {
            try (Socket s = new Socket("127.0.1.2", port)) {
              s.getOutputStream().write(new byte[1000]);
              return true;
            } catch (IOException e) {
              return false;
            }
          });
      assertFalse(ofA.up);
      try (TwinGroup b = group("test", "b", port, ofB)) {
        await("they meet", () -> ofA.up && ofB.up);
        a.tell(state("a", 9));
        await("a is heard", () -> ofB.heard.contains(state("a", 9)));
      }
    }
  }

  @Test
  void aStateSurvivesTheWireAndAForeignOneIsRefused() {
    byte[] bytes = TwinCodec.encode("test", state("a", 4));
    assertEquals(state("a", 4), TwinCodec.decode("test", bytes, 0, bytes.length));
    IllegalArgumentException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            IllegalArgumentException.class,
            () -> TwinCodec.decode("other", bytes, 0, bytes.length));
    assertTrue(e.getMessage().contains("deployment \"test\""), e.getMessage());
  }
}
