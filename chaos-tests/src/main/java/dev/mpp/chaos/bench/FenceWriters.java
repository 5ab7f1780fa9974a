package dev.mpp.chaos.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Clients that insert one row after the other as fast as they can, come back at once when they are
 * cut off, and keep a log: when each row was sent, and when its acknowledgement was read. Clock:
 * {@code System.nanoTime} of this process. A platform thread each.
 */
final class FenceWriters implements AutoCloseable {
  private static final Duration WARM = Duration.ofSeconds(60);

  private final AtomicLong next;
  private final List<Client> clients = new ArrayList<>();
  private volatile boolean stop;

  /** Where a client gets its sessions. */
  interface Login {
    Connection open() throws SQLException;
  }

  /** An acknowledged row. */
  record Acknowledged(long value, long sentAt, long at) {}

  /**
   * @param next number of the first row; goes on counting
   */
  FenceWriters(AtomicLong next) {
    this.next = next;
  }

  void start(int count, Login login) {
    for (int i = 0; i < count; i++) {
      Client client = new Client(login);
      clients.add(client);
      client.thread.start();
    }
  }

  /** Returns when every client has ten rows acknowledged. */
  void awaitHard() throws IOException {
    long end = System.nanoTime() + WARM.toNanos();
    while (clients.stream().anyMatch(c -> c.count < 10)) {
      if (System.nanoTime() - end > 0) {
        throw new IOException("the writers did not get to write within " + WARM);
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** The log of all clients. After {@link #close}. */
  Stream<Acknowledged> log() {
    return clients.stream().flatMap(c -> c.log.stream());
  }

  @Override
  public void close() {
    stop = true;
    for (Client c : clients) {
      try {
        c.thread.join(Duration.ofSeconds(70));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private final class Client {
    final Thread thread = Thread.ofPlatform().daemon().name("fence-writer").unstarted(this::run);
    final List<Acknowledged> log = new ArrayList<>();
    private final Login login;
    volatile int count;

    Client(Login login) {
      this.login = login;
    }

    private void run() {
      while (!stop) {
        try (Connection c = login.open();
            PreparedStatement s = c.prepareStatement("INSERT INTO app.t (v) VALUES (?)")) {
          write(s);
        } catch (SQLException e) {
          LockSupport.parkNanos(1_000_000);
        }
      }
    }

    private void write(PreparedStatement s) throws SQLException {
      while (!stop) {
        long value = next.getAndIncrement();
        s.setLong(1, value);
        long sent = System.nanoTime();
        s.executeUpdate();
        log.add(new Acknowledged(value, sent, System.nanoTime()));
        count = log.size();
      }
    }
  }
}
