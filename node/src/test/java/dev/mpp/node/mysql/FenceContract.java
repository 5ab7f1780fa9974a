package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServer.Promoted;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The fence, the dead-man and making writable, with clients in the way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FenceContract {
  private static final Duration POLL = Duration.ofMillis(1000);
  private static final Duration SLACK = Duration.ofMillis(100);
  ServerProcess db;
  MySqlServer server;
  private long epoch;
  private final List<AutoCloseable> open = new ArrayList<>();

  abstract ServerProcess start(int serverId) throws Exception;

  @BeforeAll
  void start() throws Exception {
    db = start(21);
  }

  @AfterAll
  void stop() {
    db.close();
  }

  @BeforeEach
  void manage() throws Exception {
    server = db.manage(POLL);
    Eventually.within(
        Duration.ofSeconds(10),
        "the server answers a poll",
        () -> server.poll() instanceof MySqlServer.Poll.Answered);
  }

  @AfterEach
  void release() throws Exception {
    server.close();
    db.run(db.setReadOnly());
    for (AutoCloseable o : open) {
      o.close();
    }
    open.clear();
  }

  private void hold(Duration howLong) {
    server.holdDeadManUntil(System.nanoTime() + howLong.toNanos());
  }

  void promote() {
    hold(Duration.ofSeconds(60));
    Promoted promoted = server.makeWritable("orders", ++epoch, "paris", Duration.ofSeconds(5));
    assertTrue(promoted.ok(), promoted.detail());
    Figures.note("makeWritable, us", promoted.micros());
  }

  boolean readOnly() {
    try {
      return db.ask("SELECT " + db.readOnly()).equals("1");
    } catch (SQLException e) {
      return false; // The dead-man kills an administrator who asks as well.
    }
  }

  Statement client() throws SQLException {
    Connection c = db.app();
    open.add(c);
    return c.createStatement();
  }

  /** Runs a statement that blocks, and waits until the server shows it. */
  private void block(Statement s, String sql) throws Exception {
    Thread.startVirtualThread(
        () -> {
          try {
            s.execute(sql);
          } catch (SQLException e) {
            // Killed, as it should be.
          }
        });
    Eventually.within(
        Duration.ofSeconds(5),
        sql,
        () ->
            !db.ask(
                    "SELECT ID FROM information_schema.PROCESSLIST WHERE USER='app' AND INFO = '"
                        + sql.replace("'", "''")
                        + "'")
                .isEmpty());
  }

  private void blockers() throws Exception {
    Statement idle = client();
    idle.execute("SET autocommit = 0");
    idle.execute("UPDATE app.locks SET v = v + 1 WHERE id = 1");
    block(client(), "UPDATE app.locks SET v = v + 1 WHERE id = 1");
    block(client(), "SELECT * FROM app.locks WHERE id = 1 FOR UPDATE");
    Statement tables = client();
    tables.execute("CREATE TABLE IF NOT EXISTS app.other (id INT PRIMARY KEY)");
    tables.execute("LOCK TABLES app.other WRITE");
  }

  @Test
  void fencesUnderHardWritersAndBlockers() throws Exception {
    promote();
    blockers();
    try (Writers writers = new Writers(db, 20)) {
      long start = System.nanoTime();
      Fence fence = server.fence(Duration.ofMillis(1500), "test");
      String at = db.ask("SELECT " + db.position());
      assertEquals(Fence.Outcome.FENCED, fence.outcome(), fence.detail());
      Figures.note("fence with 20 writers and blockers, ms", fence.micros() / 1000);
      long end = System.nanoTime();
      Eventually.within(
          Duration.ofSeconds(5), "time passes", () -> System.nanoTime() - end > 500_000_000L);
      assertEquals(at, db.ask("SELECT " + db.position()), "nothing was committed");
      long late = writers.lastAck() - (start + fence.micros() * 1000);
      Figures.note("last acknowledgement after FENCED, ms", late / 1_000_000);
      assertTrue(late < SLACK.toNanos(), late / 1_000_000 + " ms late");
      assertEquals(0, writers.missingOn(db).size());
    }
    Fence again = server.fence(Duration.ofSeconds(1), "again");
    assertEquals(Fence.Outcome.FENCED, again.outcome());
    Figures.note("fence of a read-only server, ms", again.micros() / 1000.0);
  }

  @Test
  void fencesHardWriters() throws Exception {
    promote();
    try (Writers writers = new Writers(db, 20)) {
      long start = System.nanoTime();
      Fence fence = server.fence(Duration.ofMillis(1500), "test");
      assertEquals(Fence.Outcome.FENCED, fence.outcome(), fence.detail());
      Figures.note("fence with 20 writers, ms", fence.micros() / 1000.0);
      Figures.note(
          "last acknowledgement after FENCED, ms",
          (writers.lastAck() - start - fence.micros() * 1000) / 1_000_000);
    }
  }

  @Test
  void aServerWhoseManagerDiesFencesItself() throws Exception {
    promote();
    blockers();
    try (Writers writers = new Writers(db, 10)) {
      server.close();
      long took = Eventually.within(Duration.ofSeconds(4), "the dead-man fences", this::readOnly);
      Figures.note("manager's sessions closed -> read-only, ms", took / 1_000_000);
      assertEquals(0, writers.missingOn(db).size());
    }
  }

  @Test
  void theRefresherStopsWhenItsTimeIsOver() throws Exception {
    promote();
    String position = db.ask("SELECT " + db.position());
    long until = System.nanoTime() + Duration.ofMillis(1500).toNanos();
    server.holdDeadManUntil(until);
    Eventually.within(Duration.ofSeconds(8), "the dead-man fences", this::readOnly);
    long after = System.nanoTime() - until;
    Figures.note("permitted time over -> read-only, ms", after / 1_000_000);
    assertTrue(after > 0, "fenced before its time");
    assertTrue(after < DeadManTimings.DEFAULT.total().toNanos(), after / 1_000_000 + " ms");
    Promoted late = server.makeWritable("orders", epoch, "paris", Duration.ofMillis(300));
    assertFalse(late.ok());
    assertTrue(readOnly());
    assertEquals(position, db.ask("SELECT " + db.position()), "the dead-man leaves no trace");
  }

  @Test
  void staysWritableWhileTheLockIsRefreshed() throws Exception {
    promote();
    long from = System.nanoTime();
    Eventually.within(
        Duration.ofSeconds(6),
        "three lock time-outs pass",
        () -> {
          hold(Duration.ofSeconds(2));
          assertFalse(readOnly());
          return System.nanoTime() - from > Duration.ofSeconds(5).toNanos();
        });
    server.dropDeadMan();
    long took = Eventually.within(Duration.ofSeconds(3), "the dead-man fences", this::readOnly);
    Figures.note("lock given up -> read-only, ms", took / 1_000_000);
  }

  @Test
  void nobodyMakesWritableWithoutTheLockOrWithAnOldEpoch() throws Exception {
    Promoted unasked = server.makeWritable("orders", epoch + 1, "paris", Duration.ofMillis(500));
    assertFalse(unasked.ok());
    assertTrue(unasked.detail().contains("not held"), unasked.detail());
    assertTrue(readOnly());

    // Another process of the manager: the session of any other account would be ended.
    Credentials manager = ServerProcess.MANAGER;
    try (Connection other = db.connect(manager.user(), manager.password().get());
        Statement s = other.createStatement()) {
      s.execute("DO GET_LOCK('mpp_lease', 0)");
      hold(Duration.ofSeconds(10));
      Promoted taken = server.makeWritable("orders", epoch + 1, "paris", Duration.ofMillis(500));
      assertFalse(taken.ok());
      assertTrue(taken.detail().contains("another session"), taken.detail());
      assertTrue(readOnly());
    }
    promote();
    server.fence(Duration.ofSeconds(1), "test");
    Promoted old = server.makeWritable("orders", epoch - 1, "paris", Duration.ofSeconds(2));
    assertFalse(old.ok());
    assertTrue(old.detail().contains("later epoch"), old.detail());
    assertTrue(readOnly());
  }
}
