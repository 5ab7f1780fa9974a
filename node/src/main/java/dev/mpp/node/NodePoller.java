package dev.mpp.node;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.mysql.MySqlServer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Polls one node on a virtual thread of its own, when it is told to and never twice at a time. A
 * poll that outlasts its interval delays the next one; the cycles that were missed are counted.
 */
final class NodePoller implements AutoCloseable {
  private final ServiceName service;
  private final MySqlServer server;
  private final long interval;
  private final SystemTime time;
  private final Consumer<BrainEvent> events;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long dueAt;
  private boolean due;
  private boolean closed;
  private volatile long skipped;

  NodePoller(
      ServiceName service,
      MySqlServer server,
      Duration interval,
      SystemTime time,
      Consumer<BrainEvent> events) {
    this.service = service;
    this.server = server;
    this.interval = interval.toNanos();
    this.time = time;
    this.events = events;
  }

  void start() {
    server.onConnectionLost(() -> within(0));
    Thread.ofVirtual().name("poll-" + server.address()).start(this::run);
  }

  NodeAddress address() {
    return server.address();
  }

  /** Cycles that were skipped because a poll outlasted its interval. */
  long skipped() {
    return skipped;
  }

  /** Polls after {@code delay} nanoseconds at the latest. */
  void within(long delay) {
    lock.lock();
    try {
      long at = time.nanos() + delay;
      if (!due || at - dueAt < 0) {
        due = true;
        dueAt = at;
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitDue() {
    lock.lock();
    try {
      while (!closed) {
        if (!due) {
          changed.await();
          continue;
        }
        long left = dueAt - time.nanos();
        if (left <= 0) {
          due = false;
          return true;
        }
        long unused = changed.awaitNanos(left);
      }
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (awaitDue()) {
      long begin = time.nanos();
      MySqlServer.Poll poll = server.poll();
      skipped += Math.max(0, (time.nanos() - begin) / interval);
      long wall = time.wallMillis();
      events.accept(
          switch (poll) {
            case MySqlServer.Poll.Answered a ->
                new BrainEvent.NodeAnswered(service, server.address(), a.facts(), wall);
            case MySqlServer.Poll.ConnectFailed f ->
                new BrainEvent.NodeUnreachable(
                    service, server.address(), f.error(), f.refused(), wall);
          });
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
