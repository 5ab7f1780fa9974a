package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.node.mysql.MySqlServer.Change;
import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServer.Promoted;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A source that is killed with unacknowledged commits truncates them when it restarts, and a
 * replica that has received them keeps them: no number of theirs may be given to another
 * transaction.
 */
class MariaDbJumpTest {
  private static final Duration POLL = Duration.ofMillis(1000);
  private static final Duration BUDGET = Duration.ofSeconds(10);
  private static final int UNACKNOWLEDGED = 3;
  private static final String STATE = "SELECT @@global.gtid_binlog_state";

  private MariaDbProcess first;
  private MariaDbProcess second;
  private MySqlServer one;
  private MySqlServer two;

  @BeforeEach
  void start() throws Exception {
    String[] options = {"--init-rpl-role=SLAVE", "--innodb-flush-log-at-trx-commit=3"};
    first = MariaDbProcess.start(1, options);
    second = MariaDbProcess.start(2, options);
    second.replicateFrom(first);
    first.replicateFrom(second);
    one = first.manage(POLL);
    two = second.manage(POLL);
    facts(one);
    facts(two);
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
    first.close();
    second.close();
  }

  private static ServerFacts facts(MySqlServer server) throws Exception {
    Eventually.within(
        Duration.ofSeconds(10),
        "a poll is answered",
        () -> server.poll() instanceof MySqlServer.Poll.Answered);
    return assertInstanceOf(MySqlServer.Poll.Answered.class, server.poll()).facts();
  }

  private static Promoted open(MySqlServer server, long epoch) {
    server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(60).toNanos());
    return server.makeWritable("orders", epoch, "site" + epoch, BUDGET);
  }

  private static void promote(MySqlServer server, long epoch) {
    Promoted promoted = open(server, epoch);
    assertTrue(promoted.ok(), promoted.detail());
  }

  private static void ok(Change change) {
    assertTrue(change.ok(), change.detail());
  }

  private static void fence(MySqlServer server) {
    Fence fence = server.fence(BUDGET, "test");
    assertEquals(Fence.Outcome.FENCED, fence.outcome(), fence.detail());
    server.dropDeadMan();
  }

  /** The highest number in a list of GTIDs. */
  private static long number(String state) {
    return GtidSet.parse(state).advance();
  }

  /**
   * The source dies with commits that wait for an acknowledgement; the replica has them. It says
   * nothing because it is told not to, as if its words were lost on the way. Returns the number of
   * the last.
   */
  private long losesATail() throws Exception {
    second.run("SET GLOBAL rpl_semi_sync_slave_enabled = OFF");
    ok(two.startReplication(BUDGET));
    promote(one, 1);
    first.run("INSERT INTO app.t (v) VALUES (1)");
    long before = number(first.ask(STATE));
    ok(one.semiSyncSource(true, BUDGET));
    List<Future<?>> clients = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < UNACKNOWLEDGED; i++) {
        clients.add(
            threads.submit(
                () -> {
                  try (Connection app = first.app();
                      Statement s = app.createStatement()) {
                    return s.executeUpdate("INSERT INTO app.t (v) VALUES (2)");
                  }
                }));
      }
      // The first group of commits holds up the next: at least its transactions are there.
      Eventually.within(BUDGET, "the replica has them", () -> number(second.ask(STATE)) > before);
      first.kill();
      for (Future<?> client : clients) {
        assertThrows(Exception.class, client::get, "acknowledged");
      }
    }
    long tail = number(second.ask(STATE));
    first.restart();
    facts(one);
    assertEquals(before, number(first.ask(STATE)), "the tail is truncated");
    return tail;
  }

  @Test
  void afterATruncationTheReplicaThatHasTheTailIsSeenToHaveDiverged() throws Exception {
    long tail = losesATail();
    long kept = number(first.ask(STATE));
    Eventually.within(BUDGET, "it is opened again", () -> open(one, 2).ok());
    assertTrue(number(first.ask(STATE)) >= tail + 999_000, first.ask(STATE));
    for (int i = 0; i < 2 * UNACKNOWLEDGED; i++) {
      first.run("INSERT INTO app.t (v) VALUES (3)");
    }
    // As MPP does it: the source waits for a replica only once that follows closely.
    second.run("SET GLOBAL rpl_semi_sync_slave_enabled = ON");
    // It connects, and is refused when it asks for its position: for an instant both threads run.
    Change unused = two.startReplication(Duration.ofSeconds(2));
    Eventually.within(
        BUDGET, "it is refused", () -> facts(two).replication().orElseThrow().diverged());
    ServerFacts.Replication seen = facts(two).replication().orElseThrow();
    assertFalse(seen.receiverRunning());
    assertTrue(seen.diverged() && seen.error().contains("0-1-" + tail), seen.error());
    assertTrue(seen.received().advance() < facts(one).executed().advance());
    assertEquals("0", second.ask("SELECT COUNT(*) FROM app.t WHERE v = 3"));
    // Numbers alone do not show it: the first one's are higher. The noted gap does.
    assertTrue(number(first.ask(STATE)) > number(second.ask(STATE)));
    assertFalse(facts(one).executed().contains(facts(two).executed()));
    assertEquals(
        "0-1-" + (kept + 1) + ".." + tail,
        facts(two).executed().missingFrom(facts(one).executed()));
  }

  /** What the test above is for: the same without the jump. */
  @Test
  void openedByPlainSqlTheServerGivesTheNumbersAgainAndNothingShowsIt() throws Exception {
    long tail = losesATail();
    first.run("SET GLOBAL event_scheduler = OFF");
    first.run("SET GLOBAL read_only = 0");
    while (number(first.ask(STATE)) <= tail) {
      first.run("INSERT INTO app.t (v) VALUES (3)");
    }
    ok(two.startReplication(BUDGET));
    var goal = facts(one).executed();
    Eventually.within(BUDGET, "it follows", () -> facts(two).executed().contains(goal));
    assertEquals(first.ask(STATE), second.ask(STATE));
    assertFalse(
        first
            .ask("SELECT COUNT(*) FROM app.t WHERE v = 3")
            .equals(second.ask("SELECT COUNT(*) FROM app.t WHERE v = 3")),
        "the same numbers, other rows");
  }

  @Test
  void everyOpeningMovesOnFarBeyondWhatTheServerHasSeen() throws Exception {
    assertEquals("", first.ask(STATE));
    promote(one, 1);
    // The jump and the canary.
    assertEquals("0-1-1000002", first.ask(STATE));
    fence(one);
    promote(one, 1);
    assertEquals("0-1-2000004", first.ask(STATE));
    fence(one);
    ok(two.startReplication(BUDGET));
    var goal = facts(one).executed();
    Eventually.within(BUDGET, "it follows", () -> facts(two).executed().contains(goal));
    promote(two, 2);
    assertEquals("0-1-2000004,0-2-3000007", second.ask(STATE));
    ok(one.startReplication(BUDGET));
    var there = facts(two).executed();
    Eventually.within(
        BUDGET, "the gap is no obstacle", () -> facts(one).executed().contains(there));
    fence(two);
    // A server made from a copy: its binary log is empty, its position is not.
    ok(one.stopReplication(BUDGET));
    first.run("RESET MASTER");
    first.run("SET GLOBAL gtid_slave_pos = '0-2-5000000000'");
    promote(one, 3);
    assertEquals("0-1-5001000004", first.ask(STATE));
  }

  @Test
  void withoutTheJumpNothingIsOpened() throws Exception {
    second.run("SET SESSION sql_log_bin = 0; DROP PROCEDURE mpp.jump");
    Promoted refused = open(two, 1);
    assertFalse(refused.ok());
    assertTrue(refused.detail().contains("mariadb-prepare.sql"), refused.detail());
    assertTrue(facts(two).readOnly());
    assertEquals("", second.ask(STATE));
    Eventually.within(BUDGET, "it shows before it is needed", () -> !facts(two).deadMan());
    // Where waiting for an acknowledgement is left on, the jump waits too, and no client gets in.
    ok(one.semiSyncSource(true, BUDGET));
    one.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(60).toNanos());
    Promoted alone = one.makeWritable("orders", 1, "site1", Duration.ofSeconds(1));
    assertFalse(alone.ok());
    assertTrue(alone.detail().contains("has not ended"), alone.detail());
    assertTrue(facts(one).readOnly());
    ok(one.semiSyncSource(false, BUDGET));
    Eventually.within(BUDGET, "and it opens later", () -> open(one, 2).ok());
  }

  @Test
  void theManagerItselfCannotChooseNumbers() throws Exception {
    String url =
        "jdbc:mysql://" + first.address() + "/?sslMode=DISABLED&allowPublicKeyRetrieval=true";
    try (Connection manager =
            DriverManager.getConnection(
                url, MariaDbProcess.MANAGER.user(), MariaDbProcess.MANAGER.password().get());
        Statement s = manager.createStatement()) {
      SQLException set =
          assertThrows(SQLException.class, () -> s.execute("SET SESSION gtid_seq_no = 5"));
      assertTrue(set.getMessage().contains("BINLOG REPLAY"), set.getMessage());
      SQLException call =
          assertThrows(SQLException.class, () -> s.execute("CALL mpp.jump('orders', 1, 'site1')"));
      assertTrue(call.getMessage().contains("dead-man lock"), call.getMessage());
    }
    assertEquals("", first.ask(STATE));
  }
}
