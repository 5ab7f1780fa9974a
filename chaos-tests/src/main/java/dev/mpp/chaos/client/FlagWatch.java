package dev.mpp.chaos.client;

import dev.mpp.chaos.check.Attempt;
import dev.mpp.chaos.check.Attempt.Outcome;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads {@code read_only} of one server every 20 ms. A server whose commits wait for a replica that
 * cannot answer accepts nothing and is not fenced either: a write probe alone would not see it.
 */
public final class FlagWatch implements AutoCloseable {
  private static final long PERIOD_NANOS = 20_000_000L;

  private final String server;
  private final Login login;
  private final ConcurrentLinkedQueue<Attempt> looks = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;
  private final Thread thread;

  public FlagWatch(String server, Login login) {
    this.server = server;
    this.login = login;
    this.thread = Thread.ofPlatform().daemon().name("flag-" + server).start(this::run);
  }

  /** Every look so far; ACCEPTED: the server was not read-only. */
  public List<Attempt> looks() {
    return List.copyOf(looks);
  }

  private void run() {
    Optional<Connection> connection = Optional.empty();
    while (!stopped) {
      long sent = System.nanoTime();
      Outcome outcome;
      try {
        if (connection.isEmpty()) {
          connection = Optional.of(login.open(server));
          sent = System.nanoTime();
        }
        outcome = readOnly(connection.get()) ? Outcome.REFUSED : Outcome.ACCEPTED;
      } catch (SQLException e) {
        outcome = Outcome.UNKNOWN;
        connection.ifPresent(Login::abandon);
        connection = Optional.empty();
      }
      looks.add(new Attempt(server, sent, System.nanoTime(), outcome));
      LockSupport.parkNanos(sent + PERIOD_NANOS - System.nanoTime());
    }
    connection.ifPresent(Login::abandon);
  }

  private static boolean readOnly(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SELECT @@global.read_only")) {
      return found.next() && found.getInt(1) != 0;
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
