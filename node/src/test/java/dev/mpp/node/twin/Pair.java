package dev.mpp.node.twin;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.Status;
import dev.mpp.core.plan.TwinState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Groups of two instances, a and b, of one site over loopback sockets. */
final class Pair {
  static final String A = "127.0.1.2";
  static final String B = "127.0.1.3";
  static final SiteId SITE = new SiteId("site1");
  private static final ServiceName S = new ServiceName("mysql.eraser.test");

  static final class Ear implements TwinGroup.Listener {
    final List<TwinState> heard = new CopyOnWriteArrayList<>();
    final AtomicInteger changes = new AtomicInteger();
    volatile boolean up;

    @Override
    public void link(boolean now) {
      up = now;
      changes.incrementAndGet();
    }

    @Override
    public void heard(TwinState state) {
      heard.add(state);
    }
  }

  static TwinState state(String instance, long sequence) {
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

  static int freePort() throws IOException {
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getByName(A))) {
      return one.getLocalPort();
    }
  }

  static TwinGroup group(String instance, int port, Ear ear) {
    return group(instance, port, Optional.empty(), ear);
  }

  static TwinGroup group(String instance, int port, Optional<TwinTls> tls, Ear ear) {
    boolean a = instance.equals("a");
    return new TwinGroup(
            new TwinConfig(
                "test",
                SITE,
                instance,
                InetSocketAddress.createUnresolved(a ? A : B, port),
                InetSocketAddress.createUnresolved(a ? B : A, port)),
            tls,
            ear)
        .start();
  }

  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    await(() -> what, condition);
  }

  static void await(Supplier<String> what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, () -> "not in time: " + what.get());
      Thread.sleep(10);
    }
  }

  private Pair() {}
}
