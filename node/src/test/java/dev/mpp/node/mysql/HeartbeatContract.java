package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Commits;
import dev.mpp.core.model.ServerFacts.Commits.Outcome;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Heartbeats on a real server that is writable, and what is in their way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HeartbeatContract {
  private static final Duration POLL = Duration.ofMillis(1000);
  private static final Duration BEAT = Duration.ofMillis(500);
  private static final Duration BUDGET = Duration.ofSeconds(10);

  ServerProcess db;
  private long epoch;

  MySqlServer server;
  private Renewals renewals;

  abstract ServerProcess start(int serverId) throws Exception;

  /** What the server says of a commit while there is a global read lock, and what that means. */
  abstract String globalReadLock();

  @BeforeAll
  void start() throws Exception {
    db = start(71);
  }

  @AfterAll
  void stop() {
    db.close();
  }

  @BeforeEach
  void open() throws Exception {
    server = db.manage(POLL, BEAT);
    renewals = new Renewals(server);
    Polls.ready(db, server);
    MySqlServer.Promoted promoted = server.makeWritable("orders", ++epoch, "site1", BUDGET);
    assertTrue(promoted.ok(), promoted.detail());
    Polls.until(server, Outcome.DONE);
  }

  @AfterEach
  void close() throws Exception {
    renewals.close();
    server.dropDeadMan();
    server.fence(BUDGET, "the test is over");
    server.close();
  }

  private String gtids() throws Exception {
    return db.ask("SELECT " + db.position());
  }

  /** A tripwire of before may need seconds until its server finds that nobody is there. */
  private void noPileOfSessions() throws Exception {
    AtomicReference<List<String>> last = new AtomicReference<>(List.of());
    try {
      Eventually.within(
          Duration.ofSeconds(30),
          "no pile of sessions",
          () -> {
            last.set(sessions());
            return last.get().size() <= 7;
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ":\n" + String.join("\n", last.get()), e);
    }
  }

  private List<String> sessions() throws Exception {
    String all =
        db.ask(
            "SELECT GROUP_CONCAT(CONCAT_WS(' ', ID, COMMAND, TIME, STATE, INFO) SEPARATOR '\\n')"
                + " FROM information_schema.PROCESSLIST WHERE USER = 'mpp'");
    return all.lines().toList();
  }

  /** How long it took until a poll said so; then how long until all was well again. */
  private void hangsWhile(String statement, String what, String detail) throws Exception {
    try (Connection root = db.root();
        Statement s = root.createStatement()) {
      s.execute(statement);
      long start = System.nanoTime();
      Commits hung = Polls.until(server, Outcome.STALLED).vitals().commits();
      Figures.note(what + ": seen as a stall after, ms", (System.nanoTime() - start) / 1_000_000);
      long more = hung.millis() + 1_000;
      Eventually.within(
          BUDGET,
          "it is the same commit that hangs",
          () -> Polls.answered(server).vitals().commits().millis() > more);
      Eventually.within(
          BUDGET,
          "it says " + detail,
          () -> Polls.answered(server).vitals().commits().detail().equals(detail));
      noPileOfSessions();
      s.execute("UNLOCK TABLES");
    }
    Polls.until(server, Outcome.DONE);
  }

  @Test
  void aReplicaIsMeasuredByThem() throws Exception {
    try (ServerProcess second = start(72)) {
      second.replicateFrom(db);
      try (MySqlServer replica = second.manage(POLL, BEAT)) {
        Polls.answered(replica);
        MySqlServer.Change started = replica.startReplication(BUDGET);
        assertTrue(started.ok(), started.detail());
        Eventually.within(BUDGET, "it has one", () -> Polls.answered(replica).vitals().beat() > 0);
        second.run(db.dialect("STOP SLAVE SQL_THREAD"));
        long stopped = Polls.answered(replica).vitals().beat();
        Eventually.within(
            BUDGET,
            "the source goes on",
            () -> Polls.answered(server).vitals().beat() > stopped + 2_000_000);
        long behind = Polls.answered(replica).vitals().beat();
        assertTrue(behind <= stopped + 1_000_000, "what is not applied is not there");
        second.run(db.dialect("START SLAVE SQL_THREAD"));
        Eventually.within(
            BUDGET, "it catches up", () -> Polls.answered(replica).vitals().beat() > behind);
        assertEquals(Outcome.UNKNOWN, Polls.answered(replica).vitals().commits().outcome());
      }
    }
  }

  /** A number that a clock which was set back would repeat is never given again. */
  @Test
  void theirNumbersGrowWhateverTheClockDoes() throws Exception {
    db.run("UPDATE mpp.canary SET at = at + INTERVAL 1 DAY");
    long ahead = System.currentTimeMillis() * 1000 + 80_000_000_000L;
    Eventually.within(BUDGET, "seen", () -> Polls.answered(server).vitals().beat() > ahead);
    long first = Polls.answered(server).vitals().beat();
    Eventually.within(BUDGET, "grows", () -> Polls.answered(server).vitals().beat() > first);
    assertEquals("1", db.ask("SELECT COUNT(*) FROM mpp.canary"));
  }

  @Test
  void aFencedServerGetsNone() throws Exception {
    assertTrue(server.fence(BUDGET, "test").safe());
    String before = gtids();
    renewals.close();
    renewals = new Renewals(server); // the lock is held, the server is read-only
    Eventually.within(
        BUDGET,
        "the lock is held for two intervals",
        () -> Polls.answered(server).vitals().commits().outcome() == Outcome.UNKNOWN);
    long until = System.nanoTime() + 3 * BEAT.toNanos();
    Eventually.within(BUDGET, "three are due", () -> System.nanoTime() > until);
    assertEquals(before, gtids());
  }

  /** Between two sites that lose each other, one more transaction would be one nobody else has. */
  @Test
  void withoutARenewalThereAreNone() throws Exception {
    renewals.close();
    server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(30).toNanos());
    Polls.answered(server);
    long settled = System.nanoTime() + 2 * BEAT.toNanos();
    Eventually.within(BUDGET, "the last is over", () -> System.nanoTime() > settled);
    String before = gtids();
    long until = System.nanoTime() + 4 * BEAT.toNanos();
    Eventually.within(BUDGET, "four are due", () -> System.nanoTime() > until);
    assertEquals(before, gtids());
    renewals = new Renewals(server);
  }

  @Test
  void aGlobalReadLockIsNamed() throws Exception {
    hangsWhile("FLUSH TABLES WITH READ LOCK", "FLUSH TABLES WITH READ LOCK", globalReadLock());
  }

  @Test
  void aLockedTableIsNamedAndThePollIsAnswered() throws Exception {
    hangsWhile(
        "LOCK TABLES mpp.canary WRITE",
        "LOCK TABLES",
        "Waiting for table metadata lock (LOCK TABLES or a change of mpp.canary is in the way)");
  }

  @Test
  void waitingForAReplicaIsToldFromHangingAndDoesNotHinderAFence() throws Exception {
    long start = System.nanoTime();
    MySqlServer.Change on = server.semiSyncSource(true, BUDGET);
    assertTrue(on.ok(), on.detail());
    Commits waits = Polls.until(server, Outcome.WAITS_FOR_REPLICA).vitals().commits();
    Figures.note(
        "semi-sync without a replica: seen after, ms", (System.nanoTime() - start) / 1_000_000);
    assertTrue(CommitStates.waitsForReplica(waits.detail()), waits.detail());
    noPileOfSessions();
    MySqlServer.Fence fence = server.fence(BUDGET, "test");
    assertEquals(MySqlServer.Fence.Outcome.FENCED, fence.outcome(), fence.detail());
    Figures.note("fence while a heartbeat waits for a replica, ms", fence.micros() / 1000);
    MySqlServer.Change off = server.semiSyncSource(false, BUDGET);
    assertTrue(off.ok(), off.detail());
  }

  /** It is connected, and so counts as one that acknowledges. */
  @Test
  void aReplicaThatFreezesIsWaitedForAndDoesNotHinderAFence() throws Exception {
    try (ServerProcess second = start(72)) {
      second.replicateFrom(db);
      try (MySqlServer replica = second.manage(POLL)) {
        Polls.answered(replica);
        MySqlServer.Change started = replica.startReplication(BUDGET);
        assertTrue(started.ok(), started.detail());
        MySqlServer.Change on = server.semiSyncSource(true, BUDGET);
        assertTrue(on.ok(), on.detail());
        Eventually.within(
            BUDGET,
            "it acknowledges",
            () -> {
              ServerFacts facts = Polls.answered(server);
              return facts.semiSync().clients() == 1
                  && facts.vitals().commits().outcome() == Outcome.DONE;
            });
        second.freeze();
        long start = System.nanoTime();
        Commits waits = Polls.until(server, Outcome.WAITS_FOR_REPLICA).vitals().commits();
        Figures.note("frozen replica: seen after, ms", (System.nanoTime() - start) / 1_000_000);
        assertTrue(CommitStates.waitsForReplica(waits.detail()), waits.detail());
        second.thaw();
        Polls.until(server, Outcome.DONE);
        second.freeze();
        Polls.until(server, Outcome.WAITS_FOR_REPLICA);
        MySqlServer.Fence fence = server.fence(BUDGET, "test");
        assertEquals(MySqlServer.Fence.Outcome.FENCED, fence.outcome(), fence.detail());
        Figures.note("fence while the replica is frozen, ms", fence.micros() / 1000);
        second.thaw();
        MySqlServer.Change off = server.semiSyncSource(false, BUDGET);
        assertTrue(off.ok(), off.detail());
      }
    }
  }

  /** After an upgrade, or where somebody has tidied up: no failure, and no reason for one. */
  @Test
  void withoutTheRightOrTheTableThereAreNoneAndItSaysWhatToRun() throws Exception {
    lacks(
        "REVOKE UPDATE ON mpp.canary FROM mpp@'%'",
        "UPDATE command denied", "GRANT UPDATE ON mpp.canary TO mpp@'%'");
    lacks(
        "RENAME TABLE mpp.canary TO mpp.elsewhere",
        "Table 'mpp.canary' doesn't exist",
        "RENAME TABLE mpp.elsewhere TO mpp.canary");
  }

  private void lacks(String without, String said, String with) throws Exception {
    db.run("SET SESSION sql_log_bin = 0; " + without);
    try {
      String detail = Polls.until(server, Outcome.UNKNOWN).vitals().commits().detail();
      assertTrue(detail.contains("-prepare.sql on this server") && detail.contains(said), detail);
    } finally {
      db.run("SET SESSION sql_log_bin = 0; " + with);
    }
    Polls.until(server, Outcome.DONE);
  }
}
