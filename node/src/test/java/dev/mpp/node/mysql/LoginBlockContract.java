package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.mysql.FenceOptions.Account;
import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServer.Promoted;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What keeps applications from logging in at a fenced server, and that it ends. */
abstract class LoginBlockContract {
  static final Duration BUDGET = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofSeconds(1);

  /** ER_ACCOUNT_HAS_BEEN_LOCKED of both families. */
  private static final Set<Integer> LOCKED = Set.of(3118, 4151);

  private static final FenceOptions ACCOUNTS =
      new FenceOptions(
          List.of(
              new Account("app", "%"),
              new Account("boss", "%"),
              new Account("shut", "%"),
              new Account("nobody", "10.%")),
          false);

  ServerProcess db;
  MySqlServer server;
  private long epoch;

  abstract ServerProcess start(int serverId) throws Exception;

  @BeforeEach
  void start() throws Exception {
    db = start(41);
    try (Connection root = db.root()) {
      db.prepareSql().withAccountBlocking().apply(root);
    }
    db.locally(
        "CREATE USER boss@'%' IDENTIFIED BY 'boss'; GRANT ALL ON *.* TO boss@'%';"
            + " CREATE USER shut@'%' IDENTIFIED BY 'shut' ACCOUNT LOCK");
  }

  @AfterEach
  void stop() {
    server.close();
    db.close();
  }

  void manage(FenceOptions options) throws Exception {
    server = db.manage(POLL, options);
    Eventually.within(
        Duration.ofSeconds(10),
        "the server answers a poll",
        () -> server.poll() instanceof MySqlServer.Poll.Answered);
    // Its sessions are open then, as in a process that runs.
    Eventually.within(Duration.ofSeconds(60), "it can be fenced", () -> attempt().safe());
  }

  private Fence attempt() {
    return server.fence(Duration.ofMillis(1500), "test");
  }

  /**
   * Opened and fenced, again where a starved server had no time for more than the fence; none of it
   * is in the binary log.
   */
  Fence fencedWith(String detail) throws Exception {
    AtomicReference<Fence> last = new AtomicReference<>();
    Eventually.within(
        Duration.ofSeconds(60),
        detail,
        () -> {
          promote();
          String at = db.ask("SELECT " + db.position());
          last.set(fence());
          assertEquals(at, db.ask("SELECT " + db.position()), "nothing is in the binary log");
          return last.get().detail().contains(detail);
        });
    return last.get();
  }

  /** Again where a fence that a starved server had no time for has not ended. */
  void promote() throws Exception {
    AtomicReference<Promoted> last = new AtomicReference<>();
    Eventually.within(
        Duration.ofSeconds(30),
        "the fence before has ended",
        () -> {
          server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(60).toNanos());
          last.set(server.makeWritable("orders", ++epoch, "paris", BUDGET));
          return !last.get().detail().contains("has not ended");
        });
    assertTrue(last.get().ok(), last.get().detail());
  }

  Fence fence() {
    Fence fence = attempt();
    assertEquals(Fence.Outcome.FENCED, fence.outcome(), fence.detail());
    return fence;
  }

  private void refused(String user) {
    SQLException e = assertThrows(SQLException.class, () -> db.connect(user, user).close());
    assertTrue(LOCKED.contains(e.getErrorCode()), e.getErrorCode() + " " + e.getMessage());
  }

  /** What polls say, soon. */
  void closed(String by) throws Exception {
    Eventually.within(
        Duration.ofSeconds(10),
        "logins closed: " + by,
        () ->
            server.poll() instanceof MySqlServer.Poll.Answered a
                && a.facts().loginsClosed().equals(by));
  }

  private String blocked() throws SQLException {
    return db.ask("SELECT GROUP_CONCAT(user, '@', host ORDER BY user) FROM mpp.blocked");
  }

  @Test
  void locksThoseAndTheOpeningUnlocksExactlyThose() throws Exception {
    manage(ACCOUNTS);
    Fence fence = fencedWith("locked: app@%, boss@%");
    assertTrue(fence.detail().contains("locked before: shut@%"), fence.detail());
    assertTrue(fence.detail().contains("no such account: nobody@10.%"), fence.detail());
    assertEquals("app@%,boss@%", blocked());
    refused("app");
    refused("boss");
    closed("accounts locked: app@%, boss@%");

    // The server crashes and MPP is another one, which knows nothing of the option.
    server.close();
    db.restart();
    refused("app");
    manage(FenceOptions.NONE);
    fence();
    assertEquals("app@%,boss@%", blocked());
    promote();
    db.app().close();
    db.connect("boss", "boss").close();
    refused("shut");
    assertEquals("", blocked());
    closed("");
  }

  /** A crash after noting it, and an account that was dropped meanwhile. */
  @Test
  void whatWasHalfDoneIsUndone() throws Exception {
    manage(ACCOUNTS);
    // The fence of the start may have locked it already.
    db.locally(
        "INSERT IGNORE INTO mpp.blocked (user, host) VALUES ('app', '%'), ('gone', '%');"
            + " ALTER USER app@'%' ACCOUNT UNLOCK");
    promote();
    db.app().close();
    assertEquals("", blocked());
    Fence unused = fencedWith("locked: app@%");
    refused("app");
  }

  /** On MariaDB this is the way to stop those who may pass the flag. */
  @Test
  void anAdministratorIsKeptOut() throws Exception {
    manage(ACCOUNTS);
    promote();
    try (Writers writers = Writers.of(() -> db.connect("boss", "boss"), 4)) {
      long start = System.nanoTime();
      Fence fence = fence();
      long late = writers.lastAck() - start - fence.micros() * 1000;
      assertTrue(late < Duration.ofMillis(100).toNanos(), late / 1_000_000 + " ms late");
      Figures.note("fence with four administrators, locked, ms", fence.micros() / 1000);
      assertEquals(0, writers.missingOn(db).size());
    }
  }

  /** It is no part of the proof: the fence says it and holds. */
  @Test
  void aServerThatIsNotPreparedIsFencedAllTheSame() throws Exception {
    db.locally("DROP PROCEDURE mpp.block_account");
    manage(ACCOUNTS);
    Fence unused = fencedWith("mpp mysql prepare");
    db.app().close();
    assertInstanceOf(MySqlServer.Poll.Answered.class, server.poll());
    assertFalse(db.ask("SELECT " + db.readOnly()).equals("0"));
  }
}
