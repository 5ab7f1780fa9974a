package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServerFacts;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Polling, the tripwire, and that looking leaves no trace. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerContract {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration BEAT = Duration.ofMillis(500);

  ServerProcess db;
  MySqlServer server;

  /** An id from before: the tripwire of an earlier test may be there for some seconds. */
  private long before;

  abstract ServerProcess start(int serverId) throws Exception;

  @BeforeAll
  void start() throws Exception {
    db = start(11);
  }

  @AfterAll
  void stop() {
    db.close();
  }

  @BeforeEach
  void manage() throws Exception {
    if (!db.isAlive()) {
      db.restart(); // A test that kills it failed.
    }
    before = Long.parseLong(db.ask("SELECT CONNECTION_ID()"));
    server = db.manage(POLL);
    awaitAnswer();
  }

  @AfterEach
  void release() {
    server.close();
  }

  private ServerFacts awaitAnswer() throws Exception {
    Eventually.within(
        Duration.ofSeconds(5),
        "the server answers a poll",
        () -> server.poll() instanceof MySqlServer.Poll.Answered);
    return facts();
  }

  ServerFacts facts() {
    return assertInstanceOf(MySqlServer.Poll.Answered.class, server.poll()).facts();
  }

  @Test
  void readsTheFactsAndLeavesNoTrace() throws Exception {
    String before = db.ask("SELECT " + db.position());
    ServerFacts facts = facts();
    assertEquals(db.ask("SELECT @@version"), facts.version());
    assertTrue(facts.readOnly());
    assertEquals(Optional.empty(), facts.replication());
    assertEquals(new ServerFacts.SemiSync(false, 0, 0, false, true), facts.semiSync());
    Eventually.within(Duration.ofSeconds(8), "the dead-man runs", () -> facts().deadMan());

    db.run("SET GLOBAL event_scheduler = OFF");
    assertFalse(facts().deadMan());
    db.run("SET GLOBAL event_scheduler = ON");

    server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(3).toNanos());
    Eventually.within(
        Duration.ofSeconds(2),
        "the lock is held",
        () -> !db.ask("SELECT IS_USED_LOCK('mpp_lease')").isEmpty());
    assertTrue(server.fence(Duration.ofSeconds(1), "test").safe());
    try (Connection root = db.root()) {
      // Running it again is allowed, over the root account and while the server is read-only.
      db.prepareSql().apply(root);
    }
    assertEquals(before, db.ask("SELECT " + db.position()));
    measurePolls();
  }

  @Test
  void connectionsAreCountedBesideThePoll() throws Exception {
    try (MySqlServer counting = db.manage(POLL, BEAT);
        Connection app = db.app()) {
      int limit = Integer.parseInt(db.ask("SELECT @@global.max_connections"));
      Eventually.within(
          Duration.ofSeconds(10),
          "they are counted",
          () -> {
            ServerFacts.Vitals v = Polls.answered(counting).vitals();
            return v.connections() > 1 && v.connectionLimit() == limit && !v.exhausted();
          });
      assertTrue(app.isValid(1));
    }
  }

  /** As before its SQL was run, or that of a later version. */
  @Test
  void aServerWithoutTheRightToTheTableIsPolledAndSaysWhatItLacks() throws Exception {
    try (MySqlServer old = db.manage(POLL, BEAT)) {
      db.locally("REVOKE SELECT ON mpp.canary FROM mpp@'%'");
      try {
        awaitDetail(old, "-prepare.sql on this server (error 1142: SELECT command denied");
        assertTrue(Polls.answered(old).vitals().connectionLimit() > 0);
      } finally {
        db.locally("GRANT SELECT ON mpp.canary TO mpp@'%'");
      }
      Eventually.within(
          Duration.ofSeconds(10),
          "all is well",
          () -> Polls.answered(old).vitals().commits().equals(ServerFacts.Commits.NONE));
    }
  }

  private static void awaitDetail(MySqlServer server, String text) throws Exception {
    Eventually.within(
        Duration.ofSeconds(10),
        "it says " + text,
        () -> Polls.answered(server).vitals().commits().detail().contains(text));
  }

  private void measurePolls() {
    long[] micros = new long[500];
    for (int i = 0; i < micros.length; i++) {
      long start = System.nanoTime();
      facts();
      micros[i] = (System.nanoTime() - start) / 1000;
    }
    Arrays.sort(micros);
    Figures.note("poll idle us p50/p99/max", micros[250] + "/" + micros[495] + "/" + micros[499]);
  }

  @Test
  void aFrozenServerCostsAPollNoMoreThanItsTimeout() throws Exception {
    db.freeze();
    long worst = 0;
    for (int i = 0; i < 6; i++) {
      long start = System.nanoTime();
      MySqlServer.Poll.ConnectFailed failed =
          assertInstanceOf(MySqlServer.Poll.ConnectFailed.class, server.poll());
      worst = Math.max(worst, System.nanoTime() - start);
      assertTrue(Troubles.timedOut(failed.trouble()), failed.error());
    }
    Figures.note("poll of a frozen server, worst of 6, ms", worst / 1_000_000);
    assertTrue(worst < POLL.plusMillis(150).toNanos(), worst / 1_000_000 + " ms");
    long start = System.nanoTime();
    MySqlServer.Fence fence = server.fence(Duration.ofSeconds(1), "frozen");
    long took = System.nanoTime() - start;
    assertEquals(MySqlServer.Fence.Outcome.FAILED, fence.outcome(), fence.detail());
    assertTrue(took < Duration.ofMillis(1150).toNanos(), took / 1_000_000 + " ms");
    db.thaw();
    awaitAnswer();
    Eventually.within(
        Duration.ofSeconds(5),
        "no pile of sessions",
        () ->
            Integer.parseInt(
                    db.ask("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER='mpp'"))
                <= 6);
  }

  @Test
  void theTripwireTellsOfAKilledServerAtOnceAndOnlyThen() throws Exception {
    AtomicInteger told = new AtomicInteger();
    CountDownLatch lost = new CountDownLatch(1);
    long[] at = new long[1];
    server.onConnectionLost(
        () -> {
          at[0] = System.nanoTime();
          told.incrementAndGet();
          lost.countDown();
        });
    awaitTripwire();
    db.run("KILL QUERY " + tripwire());
    awaitTripwire();
    assertEquals(0, told.get());

    long start = System.nanoTime();
    db.kill();
    assertTrue(lost.await(2, TimeUnit.SECONDS));
    Figures.note("tripwire after SIGKILL, ms", (at[0] - start) / 1_000_000);
    assertTrue(at[0] - start < Duration.ofMillis(300).toNanos(), "told late");
    long asked = System.nanoTime();
    assertEquals(
        PollTrouble.REFUSED,
        assertInstanceOf(MySqlServer.Poll.ConnectFailed.class, server.poll()).trouble());
    Figures.note("poll of a killed server, ms", (System.nanoTime() - asked) / 1_000_000);

    MySqlServer.Fence down = server.fence(Duration.ofSeconds(1), "killed");
    assertEquals(MySqlServer.Fence.Outcome.DOWN, down.outcome(), down.detail());
    Figures.note("fence of a killed server, ms", down.micros() / 1000);

    // The poll was refused before: a fence need not wait for a second refusal of its own, and one
    // on behalf of another site does not at all.
    Eventually.within(
        Duration.ofSeconds(10),
        "a fence that is done at the first refusal",
        () -> server.fence(Duration.ofSeconds(1), "killed").micros() < 90_000);
    Eventually.within(
        Duration.ofSeconds(10),
        "another site's fence that is done at the first refusal",
        () -> server.fenceReleased(Duration.ofSeconds(1), "released").micros() < 90_000);

    db.restart();
    before = 0;
    awaitAnswer();
    awaitTripwire();
    assertEquals(1, told.get());
  }

  private String tripwire() throws Exception {
    return db.ask(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(60)%' AND ID > "
            + before);
  }

  private void awaitTripwire() throws Exception {
    Eventually.within(
        Duration.ofSeconds(5),
        "the tripwire is armed",
        () -> {
          facts();
          return !tripwire().isEmpty();
        });
  }
}
