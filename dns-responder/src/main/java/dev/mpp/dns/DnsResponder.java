package dev.mpp.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers DNS on UDP and TCP.
 *
 * <p>UDP runs on platform threads, TCP on virtual ones; all are daemons. {@link #start} and {@link
 * #close} may be called from any thread; a responder starts once.
 */
public final class DnsResponder implements AutoCloseable {
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private enum State {
    NEW,
    RUNNING,
    CLOSED
  }

  private final DnsResponderConfig config;
  private final DnsCounters counters = new DnsCounters();
  private final TcpConnections connections;
  private final QueryHandler.Shared shared;
  private final List<BoundSockets> sockets = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private State state = State.NEW;

  /**
   * A responder that does not listen yet.
   *
   * @param table read once a query by many threads, and all the time by the one that signs ahead;
   *     usually a volatile field's getter. If it throws the query gets SERVFAIL
   * @param nanoClock the monotonic clock of the table's deadlines, usually {@link System#nanoTime};
   *     read once a query by many threads
   * @param unixSeconds the wall clock, for the age of cookies and of signatures alone
   */
  public DnsResponder(
      DnsResponderConfig config,
      Supplier<AnswerTable> table,
      LongSupplier nanoClock,
      LongSupplier unixSeconds) {
    this(config, table, nanoClock, unixSeconds, null, Optional.empty());
  }

  /**
   * As the other, with secondaries and a log.
   *
   * @param transfers null: nobody may transfer anything
   * @param log told of every query; not closed by the responder
   */
  public DnsResponder(
      DnsResponderConfig config,
      Supplier<AnswerTable> table,
      LongSupplier nanoClock,
      LongSupplier unixSeconds,
      @Nullable TransferZones transfers,
      Optional<QueryLog> log) {
    this.config = config;
    this.connections = new TcpConnections(config.tcp(), counters);
    this.shared =
        new QueryHandler.Shared(
            table,
            nanoClock,
            unixSeconds,
            config,
            config.limit().map(ResponseLimiter::new).orElse(null),
            transfers,
            log.orElse(null),
            counters);
  }

  /**
   * Binds every address and begins to answer; once it returns, queries are being served.
   *
   * @throws DnsBindException if an address cannot be had; nothing stays open then, and the
   *     responder is closed
   * @throws IllegalStateException if it was started or closed before
   */
  public synchronized void start() throws DnsBindException {
    if (state != State.NEW) {
      throw new IllegalStateException("a responder starts once; this one is " + state);
    }
    state = State.RUNNING;
    try {
      for (InetSocketAddress address : config.listen()) {
        sockets.add(BoundSockets.open(address, config.udp(), config.udpWorkers()));
      }
    } catch (DnsBindException e) {
      close();
      throw e;
    }
    startThread(Thread.ofVirtual().name("dns-tcp-deadlines"), connections);
    startThread(Thread.ofPlatform().daemon().name("dns-signer"), new SigningSweep(shared.table()));
    sockets.forEach(this::serve);
  }

  private void serve(BoundSockets bound) {
    for (int i = 0; i < config.udpWorkers(); i++) {
      UdpSocket socket = bound.udp().get(i % bound.udp().size());
      startThread(
          Thread.ofPlatform().daemon().name("dns-udp-" + bound.address() + "-" + i),
          () -> socket.serve(newHandler(), counters));
    }
    startThread(
        Thread.ofVirtual().name("dns-tcp-" + bound.address()),
        new TcpListener(bound.tcp(), config.tcp(), connections, counters, this::newHandler));
  }

  private void startThread(Thread.Builder builder, Runnable task) {
    threads.add(builder.start(task));
  }

  private QueryHandler newHandler() {
    return new QueryHandler(shared);
  }

  /** Where it listens, in the order configured, with real ports; empty unless running. */
  public synchronized List<InetSocketAddress> addresses() {
    return sockets.stream().map(BoundSockets::address).toList();
  }

  /** Counts since construction; readable after {@link #close} too. */
  public DnsCounters counters() {
    return counters;
  }

  /** The log it was given. */
  public Optional<QueryLog> queryLog() {
    return Optional.ofNullable(shared.log());
  }

  /** TCP connections open now. */
  public int tcpConnections() {
    return connections.size();
  }

  /**
   * Closes all sockets and waits up to 5 s for the threads to end. A response not yet sent is lost,
   * and asked for again by its resolver. Closing twice is fine.
   */
  @Override
  public synchronized void close() {
    state = State.CLOSED;
    sockets.forEach(BoundSockets::close);
    sockets.clear();
    connections.close();
    long deadline = System.nanoTime() + STOP_WITHIN.toNanos();
    for (Thread thread : threads) {
      thread.interrupt();
      joinUntil(thread, deadline);
    }
    threads.clear();
  }

  private static void joinUntil(Thread thread, long deadline) {
    try {
      thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
