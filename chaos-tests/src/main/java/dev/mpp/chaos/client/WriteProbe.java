package dev.mpp.chaos.client;

import dev.mpp.chaos.check.Attempt;
import dev.mpp.chaos.check.Attempt.Outcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Tries to write at one server every 10 ms with the application's account, whoever is ACTIVE, and
 * records what happened. The only opinion about "writable" that counts.
 */
public final class WriteProbe implements AutoCloseable {
  private static final long PERIOD_NANOS = 10_000_000L;

  private final String server;
  private final Login login;
  private final ConcurrentLinkedQueue<Attempt> attempts = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Attempt last;
  private volatile boolean stopped;
  private final Thread thread;

  public WriteProbe(String server, Login login) {
    this.server = server;
    this.login = login;
    this.thread = Thread.ofPlatform().daemon().name("probe-" + server).start(this::run);
  }

  public String server() {
    return server;
  }

  /** The most recent attempt was accepted. */
  public boolean accepting() {
    return Optional.ofNullable(last)
        .filter(attempt -> attempt.outcome() == Outcome.ACCEPTED)
        .isPresent();
  }

  /** Everything so far, in order. */
  public List<Attempt> attempts() {
    return List.copyOf(attempts);
  }

  private void run() {
    Optional<Connection> connection = Optional.empty();
    long next = System.nanoTime();
    while (!stopped) {
      long sent = System.nanoTime();
      Outcome outcome;
      try {
        if (connection.isEmpty()) {
          connection = Optional.of(login.open(server));
          sent = System.nanoTime();
        }
        write(connection.get());
        outcome = Outcome.ACCEPTED;
      } catch (SQLException e) {
        outcome = Login.refused(e) ? Outcome.REFUSED : Outcome.UNKNOWN;
        if (outcome == Outcome.UNKNOWN) {
          connection.ifPresent(Login::abandon);
          connection = Optional.empty();
        }
      }
      Attempt attempt = new Attempt(server, sent, System.nanoTime(), outcome);
      attempts.add(attempt);
      last = attempt;
      next = Math.max(next + PERIOD_NANOS, System.nanoTime());
      LockSupport.parkNanos(next - System.nanoTime());
    }
    connection.ifPresent(Login::abandon);
  }

  private void write(Connection connection) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO probe (server, n) VALUES (?, 1) ON DUPLICATE KEY UPDATE n = n + 1")) {
      insert.setString(1, server);
      insert.executeUpdate();
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(3_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
