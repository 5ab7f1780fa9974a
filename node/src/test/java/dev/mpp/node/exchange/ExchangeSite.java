package dev.mpp.node.exchange;

import static org.junit.jupiter.api.Assertions.fail;

import dev.mpp.core.model.Reach;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.node.agreement.Agreement;
import dev.mpp.node.wire.GrpcTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** One exchanging site of a test and what it heard. */
final class ExchangeSite implements AutoCloseable, PeerExchange.Listener {
  private static final AtomicLong RUNS = new AtomicLong();

  final PeerExchange exchange;
  final SiteId site;
  final String incarnation = "run-" + RUNS.incrementAndGet();
  final Map<SiteId, SiteView> views = new ConcurrentHashMap<>();
  final Map<SiteId, Boolean> up = new ConcurrentHashMap<>();
  final List<String> changes = new CopyOnWriteArrayList<>();
  final List<SiteView> received = new CopyOnWriteArrayList<>();
  private final AtomicLong sequence = new AtomicLong();

  ExchangeSite(String name, String deployment, int port, List<ExchangeConfig.Peer> peers)
      throws IOException {
    this(name, deployment, port, peers, GrpcTransport.plaintext());
  }

  ExchangeSite(
      String name,
      String deployment,
      int port,
      List<ExchangeConfig.Peer> peers,
      GrpcTransport transport)
      throws IOException {
    site = new SiteId(name);
    exchange =
        new PeerExchange(
            new ExchangeConfig(
                site,
                incarnation,
                deployment,
                "hash",
                ExchangeSite.ledger(name),
                loopback(port),
                peers),
            transport,
            System::nanoTime,
            this);
    exchange.start();
  }

  static Supplier<ExchangeConfig.Ledger> ledger(String name) {
    return () -> new ExchangeConfig.Ledger(Agreement.Formats.OWN, name);
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  static ExchangeConfig.Peer peer(String name, InetSocketAddress address) {
    return new ExchangeConfig.Peer(new SiteId(name), List.of(address));
  }

  /** Publishes a view that says {@code text} in its version and returns its sequence. */
  long say(String text) {
    long number = sequence.incrementAndGet();
    exchange.publish(
        new SiteView(
            site,
            incarnation,
            number,
            false,
            text,
            "hash",
            Reach.GLOBAL,
            List.of(),
            List.of(),
            List.of()));
    return number;
  }

  boolean hears(String peer, String text) {
    SiteView view = views.get(new SiteId(peer));
    return view != null && view.version().equals(text);
  }

  boolean sees(String peer) {
    return up.getOrDefault(new SiteId(peer), false);
  }

  @Override
  public void viewReceived(SiteView view, long arrivalNanos) {
    received.add(view);
    views.put(view.site(), view);
  }

  @Override
  public void linkChanged(SiteId peer, boolean isUp, long rttMicros) {
    up.put(peer, isUp);
    changes.add(peer + (isUp ? " up" : " down"));
  }

  /** Waits for a condition and returns how many milliseconds it took. */
  static long await(String what, long limitMillis, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > limitMillis * 1_000_000) {
        fail(what + " did not happen within " + limitMillis + " ms");
      }
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
    return (System.nanoTime() - start) / 1_000_000;
  }

  @Override
  public void close() {
    exchange.close();
  }
}
