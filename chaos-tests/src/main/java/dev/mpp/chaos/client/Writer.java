package dev.mpp.chaos.client;

import dev.mpp.chaos.check.Ack;
import dev.mpp.chaos.check.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * One application: inserts numbered rows one after the other, through the global name or at one
 * server. When anything goes wrong it drops the connection, asks DNS again and goes on with the
 * next number; a row whose outcome it does not know is never written again and never counted as
 * acknowledged. One beside a server stays connected while that one refuses writes.
 */
public final class Writer implements AutoCloseable {
  private final long run;
  private final int number;
  private final Supplier<Optional<String>> where;
  private final boolean stays;
  private final Login login;
  private final Random random;
  private final ConcurrentLinkedQueue<Ack> acks = new ConcurrentLinkedQueue<>();
  private volatile long lastAck = Long.MIN_VALUE;
  private volatile long lastTrouble = System.nanoTime();
  private volatile String trouble = "not connected yet";
  private volatile boolean stopped;
  private final Thread thread;

  private Writer(
      long run,
      int number,
      Supplier<Optional<String>> where,
      boolean stays,
      Login login,
      Random random) {
    this.run = run;
    this.number = number;
    this.where = where;
    this.stays = stays;
    this.login = login;
    this.random = random;
    this.thread = Thread.ofPlatform().daemon().name("writer-" + number).start(this::run);
  }

  /**
   * @param run distinguishes the rows of this run
   * @param random paces this writer
   */
  public static Writer byName(long run, int number, GlobalName name, Login login, Random random) {
    return new Writer(run, number, name::resolve, false, login, random);
  }

  /** The same at one address, whatever DNS says. */
  public static Writer beside(long run, int number, String address, Login login, Random random) {
    return new Writer(run, number, () -> Optional.of(address), true, login, random);
  }

  /** Acknowledged rows so far, in order. */
  public List<Ack> acks() {
    return List.copyOf(acks);
  }

  /** It was acknowledged a row after {@code instant} (monotonic). */
  public boolean ackedSince(long instant) {
    return lastAck != Long.MIN_VALUE && lastAck - instant >= 0;
  }

  /** It had no trouble since {@code instant} (monotonic). */
  public boolean smoothSince(long instant) {
    return lastTrouble - instant < 0;
  }

  /** The last thing that went wrong. */
  public String trouble() {
    return trouble;
  }

  private void run() {
    long seq = 0;
    Optional<Connection> connection = Optional.empty();
    String server = "";
    while (!stopped) {
      try {
        if (connection.isEmpty()) {
          Optional<String> address = where.get();
          if (address.isEmpty()) {
            troubled("DNS gives no address");
            LockSupport.parkNanos(20_000_000L);
            continue;
          }
          server = address.get();
          connection = Optional.of(login.open(server));
        }
        seq++;
        long sent = System.nanoTime();
        insert(connection.get(), seq);
        long done = System.nanoTime();
        acks.add(new Ack(new Row(number, seq), server, sent, done));
        lastAck = done;
        LockSupport.parkNanos(random.nextLong(10_000_000L, 30_000_000L));
      } catch (SQLException e) {
        troubled(server + ": " + e.getMessage());
        if (!stays || !Login.refused(e)) {
          connection.ifPresent(Login::abandon);
          connection = Optional.empty();
        }
        LockSupport.parkNanos(random.nextLong(10_000_000L, 40_000_000L));
      }
    }
    connection.ifPresent(Login::abandon);
  }

  private void troubled(String what) {
    trouble = what;
    lastTrouble = System.nanoTime();
  }

  private void insert(Connection connection, long seq) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO ledger (run, writer, seq) VALUES (?, ?, ?)")) {
      insert.setLong(1, run);
      insert.setInt(2, number);
      insert.setLong(3, seq);
      insert.executeUpdate();
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
