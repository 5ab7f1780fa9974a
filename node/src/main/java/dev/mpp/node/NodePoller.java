package dev.mpp.node;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.mysql.MySqlServer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls one node on a virtual thread of its own, when its {@link PollSchedule} says so and never
 * twice at a time. It goes on by itself: whoever takes the results can bring a poll forward but
 * need not ask for the next one.
 */
public final class NodePoller implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodePoller.class);
  private static final long MAX_JITTER = 50_000_000L;

  /** First polls of a few nodes are this far apart, those of many are spread over a second. */
  private static final long FIRST_APART = 1_000_000L;

  private static final long FIRST_WITHIN = 1_000_000_000L;

  private final ServiceName service;
  private final MySqlServer server;
  private final PollClock clock;
  private final Consumer<BrainEvent> events;
  private final PollSchedule schedule;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean closed;
  private volatile long skipped;

  /**
   * @param interval from the start of a poll to the start of the next
   * @param spread how long after now the first poll starts, see {@link #spread}
   * @param chance of the jitter, up to 1/64 of the interval and 50 ms
   * @param events gets every result; may block, which delays the next poll
   */
  public NodePoller(
      ServiceName service,
      MySqlServer server,
      Duration interval,
      Duration spread,
      PollClock clock,
      RandomGenerator chance,
      Consumer<BrainEvent> events) {
    this.service = service;
    this.server = server;
    this.clock = clock;
    this.events = events;
    long most = Math.max(1, Math.min(interval.toNanos() / 64, MAX_JITTER));
    this.schedule =
        new PollSchedule(
            interval.toNanos(), clock.nanos() + spread.toNanos(), () -> chance.nextLong(most));
  }

  /** When the first poll of the {@code index}-th of {@code count} nodes starts. */
  public static Duration spread(int index, int count) {
    return Duration.ofNanos(index * Math.min(FIRST_APART, FIRST_WITHIN / Math.max(1, count)));
  }

  public void start() {
    server.onConnectionLost(() -> within(0));
    Thread.ofVirtual().name("poll-" + server.address()).start(this::run);
  }

  NodeAddress address() {
    return server.address();
  }

  /** Cycles that were skipped because the poll before was still running. */
  public long skipped() {
    return skipped;
  }

  /** Polls after {@code delay} nanoseconds at the latest; while a poll runs, after its end. */
  void within(long delay) {
    lock.lock();
    try {
      schedule.within(delay, clock.nanos());
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Returns when a poll begins, false at the end. */
  private boolean awaitDue() throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        long now = clock.nanos();
        if (schedule.due() - now <= 0) {
          schedule.begin(now);
          skipped = schedule.skipped();
          return true;
        }
        clock.awaitUntil(schedule.due(), changed);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void ended() {
    lock.lock();
    try {
      schedule.end(clock.nanos());
      skipped = schedule.skipped();
    } finally {
      lock.unlock();
    }
  }

  /** A defect in reading one answer is a failed poll; without polls the node would look well. */
  private MySqlServer.Poll poll() {
    try {
      return server.poll();
    } catch (RuntimeException e) {
      LOG.error("poll of {} failed", server.address(), e);
      return new MySqlServer.Poll.ConnectFailed(
          PollTrouble.INTERNAL, PollTrouble.INTERNAL.text(e.toString()));
    }
  }

  private void run() {
    try {
      while (awaitDue()) {
        MySqlServer.Poll poll = poll();
        long wall = clock.wallMillis();
        ended();
        events.accept(
            switch (poll) {
              case MySqlServer.Poll.Answered a ->
                  new BrainEvent.NodeAnswered(service, server.address(), a.facts(), wall);
              case MySqlServer.Poll.ConnectFailed f ->
                  new BrainEvent.NodeUnreachable(
                      service, server.address(), f.trouble(), f.error(), wall);
            });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }
}
