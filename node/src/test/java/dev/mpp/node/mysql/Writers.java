package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Clients that insert as fast as they can, and remember what was acknowledged. */
final class Writers implements AutoCloseable {
  private final ServerProcess server;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
  private final AtomicLong lastAck = new AtomicLong(Long.MIN_VALUE);
  private volatile boolean stop;

  Writers(ServerProcess server, int count) throws Exception {
    this.server = server;
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofPlatform().daemon().name("writer-" + i).start(this::write));
    }
    Eventually.within(
        Duration.ofSeconds(20), "writers write", () -> acknowledged.size() > 10 * count);
  }

  private void write() {
    while (!stop) {
      try (Connection c = server.app();
          PreparedStatement s = c.prepareStatement("INSERT INTO app.t (v) VALUES (?)")) {
        while (!stop) {
          int value = next.incrementAndGet();
          s.setInt(1, value);
          s.executeUpdate();
          lastAck.accumulateAndGet(System.nanoTime(), Math::max);
          acknowledged.add(value);
        }
      } catch (SQLException e) {
        LockSupport.parkNanos(2_000_000);
      }
    }
  }

  /** {@code System.nanoTime} of the last acknowledgement a client saw. */
  long lastAck() {
    return lastAck.get();
  }

  int count() {
    return acknowledged.size();
  }

  /** The acknowledged values that a server does not have. */
  Set<Integer> missingOn(ServerProcess other) throws SQLException {
    Set<Integer> missing = new HashSet<>(acknowledged);
    try (Connection c = other.root();
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery("SELECT v FROM app.t")) {
      while (r.next()) {
        missing.remove(r.getInt(1));
      }
    }
    return missing;
  }

  /** Stops and waits for all clients. */
  @Override
  public void close() {
    stop = true;
    for (Thread t : threads) {
      try {
        t.join(Duration.ofSeconds(25));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
