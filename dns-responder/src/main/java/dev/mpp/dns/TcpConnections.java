package dev.mpp.dns;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The open TCP connections: caps their number and closes those past their deadline.
 *
 * <p>One thread looks at all deadlines. So a deadline holds whatever a connection's own thread is
 * blocked in, a write to a client that does not read included, and closing is the only cancellation
 * there is. Deadlines are about peers' real behaviour and run on the system's monotonic clock,
 * unlike answers.
 */
final class TcpConnections implements Runnable, AutoCloseable {
  private static final Duration LONGEST_TICK = Duration.ofMillis(250);
  private static final int TICKS_PER_TIMEOUT = 8;

  /** A connection that has not even sent a query for so long gives way to a new one. */
  private static final int PATIENCE_DIVISOR = 4;

  private final TcpLimits limits;
  private final Duration tick;
  private final DnsCounters counters;
  private final Set<TcpConnection> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  TcpConnections(TcpLimits limits, DnsCounters counters) {
    this.limits = limits;
    this.counters = counters;
    Duration shortest =
        limits.idle().compareTo(limits.exchange()) < 0 ? limits.idle() : limits.exchange();
    Duration fine = shortest.dividedBy(TICKS_PER_TIMEOUT);
    this.tick = fine.compareTo(LONGEST_TICK) < 0 ? fine : LONGEST_TICK;
  }

  /**
   * Takes a connection in; false means that there is no room and it must be closed. Who has as many
   * as one network may have makes room among his own.
   */
  synchronized boolean admit(TcpConnection connection) {
    long prefix = connection.prefix();
    Predicate<TcpConnection> same = c -> c.prefix() == prefix;
    boolean room =
        !closed
            && (open.stream().filter(same).count() < limits.perPrefix() || evict(same))
            && (open.size() < limits.connections() || evict(c -> true));
    if (!room) {
      counters.event(DnsCounters.Event.TCP_REFUSED);
      return false;
    }
    open.add(connection);
    counters.event(DnsCounters.Event.TCP_ACCEPTED);
    return true;
  }

  /**
   * RFC 7766 section 6.2.3 lets a server close idle connections at any time: the one idle for
   * longest, or else the one that has been in the middle of a message for longest, if that is long.
   */
  private boolean evict(Predicate<TcpConnection> among) {
    long now = System.nanoTime();
    long slow = limits.exchange().toNanos() - limits.exchange().toNanos() / PATIENCE_DIVISOR;
    Comparator<TcpConnection> longest = Comparator.comparingLong(c -> c.deadlineNanos() - now);
    Optional<TcpConnection> victim =
        open.stream()
            .filter(among)
            .filter(TcpConnection::idle)
            .min(longest)
            .or(
                () ->
                    open.stream()
                        .filter(among)
                        .filter(c -> c.deadlineNanos() - now < slow)
                        .min(longest));
    victim.ifPresent(c -> close(c, DnsCounters.Event.TCP_EVICTED));
    return victim.isPresent();
  }

  private void close(TcpConnection connection, DnsCounters.Event why) {
    if (open.remove(connection)) {
      counters.event(why);
      connection.close();
    }
  }

  void remove(TcpConnection connection) {
    open.remove(connection);
  }

  int size() {
    return open.size();
  }

  @Override
  public void run() {
    while (!closed) {
      try {
        Thread.sleep(tick);
      } catch (InterruptedException e) {
        return;
      }
      long now = System.nanoTime();
      Predicate<TcpConnection> late = c -> c.deadlineNanos() - now <= 0;
      open.stream().filter(late).forEach(c -> close(c, DnsCounters.Event.TCP_TIMED_OUT));
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    open.forEach(TcpConnection::close);
    open.clear();
  }
}
