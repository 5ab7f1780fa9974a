package dev.mpp.chaos.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Everything that holds up a server's flag and lets others write, at the same time: an idle
 * transaction with locks, a lock waiter, SELECT … FOR UPDATE, LOCK TABLES WRITE, a long UPDATE, a
 * long CREATE TABLE, an ALTER TABLE that waits, an XA transaction.
 */
final class FenceBlockers implements AutoCloseable {
  private static final Duration SHOWN = Duration.ofSeconds(30);

  private final FenceServer server;
  private final List<Connection> open = new ArrayList<>();

  FenceBlockers(FenceServer server) {
    this.server = server;
  }

  void stand(Connection administrator) throws SQLException, IOException {
    try (Statement s = administrator.createStatement()) {
      s.execute("DROP TABLE IF EXISTS app.made");
    }
    Statement idle = client();
    idle.execute("SET autocommit = 0");
    idle.execute("UPDATE app.locks SET v = v + 1 WHERE id = 1");
    Statement tables = client();
    tables.execute("LOCK TABLES app.other WRITE");
    Statement xa = client();
    xa.execute("XA START 'open'");
    xa.execute("UPDATE app.locks SET v = v + 1 WHERE id = 3");
    xa.execute("XA END 'open'");
    for (String sql :
        List.of(
            "UPDATE app.locks SET v = v + 1 WHERE id = 1",
            "SELECT * FROM app.locks WHERE id = 1 FOR UPDATE",
            "UPDATE app.locks SET v = v + SLEEP(30) WHERE id = 2",
            "CREATE TABLE app.made AS SELECT SLEEP(30) AS v",
            "ALTER TABLE app.locks COMMENT = 'changed'")) {
      awaitShown(administrator, sql, run(client(), sql));
    }
  }

  /** Asks for the global read lock, which waits for what runs and holds up every new write. */
  void globalReadLock() throws SQLException {
    Connection c = server.administrator();
    open.add(c);
    CompletableFuture<String> unused = run(c.createStatement(), "FLUSH TABLES WITH READ LOCK");
  }

  private Statement client() throws SQLException {
    Connection c = server.client();
    open.add(c);
    return c.createStatement();
  }

  /** Done when it ended, with how. */
  private static CompletableFuture<String> run(Statement s, String sql) {
    CompletableFuture<String> end = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            s.execute(sql);
            end.complete("done");
          } catch (SQLException e) {
            end.complete(String.valueOf(e.getMessage())); // Killed by the fence, or too early.
          }
        });
    return end;
  }

  private static void awaitShown(
      Connection administrator, String sql, CompletableFuture<String> ended)
      throws SQLException, IOException {
    long end = System.nanoTime() + SHOWN.toNanos();
    String look =
        "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'app' AND INFO = '"
            + sql.replace("'", "''")
            + "'";
    while (FenceServer.ask(administrator, look).isEmpty()) {
      if (System.nanoTime() - end > 0 || ended.isDone()) {
        throw new IOException("does not run: " + sql + ": " + ended.getNow("it waits"));
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** Breaks the sessions: one that waits does not notice a polite end. */
  @Override
  public void close() {
    for (Connection c : open) {
      try {
        c.abort(Runnable::run);
      } catch (SQLException e) {
        // It is gone.
      }
    }
  }
}
