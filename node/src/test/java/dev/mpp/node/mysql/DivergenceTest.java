package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServerFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A former ACTIVE comes back with transactions of its own: they are found, and never merged. */
class DivergenceTest {
  private static final Duration POLL = Duration.ofMillis(1000);
  private static final Duration BUDGET = Duration.ofSeconds(20);

  @TempDir private Path dir;
  private MariaDbProcess first;
  private MariaDbProcess second;
  private MySqlServer one;
  private MySqlServer two;
  private Mpp mpp;

  /** The first is ACTIVE, the second follows; then the second misses what the first still does. */
  @BeforeEach
  void start() throws Exception {
    first = MariaDbProcess.start(1);
    second = MariaDbProcess.start(2);
    second.replicateFrom(first);
    first.replicateFrom(second);
    one = first.manage(POLL);
    two = second.manage(POLL);
    mpp = new Mpp(dir, first, second);
    facts(one);
    ok(two.startReplication(BUDGET));
    promote(one, 1);
    first.run("INSERT INTO app.t (v) VALUES (1)");
    follows(two, one);
    ok(two.stopReplication(BUDGET));
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
        Duration.ofSeconds(20),
        "a poll is answered",
        () -> server.poll() instanceof MySqlServer.Poll.Answered);
    return assertInstanceOf(MySqlServer.Poll.Answered.class, server.poll()).facts();
  }

  private static void promote(MySqlServer server, long epoch) throws Exception {
    facts(server);
    server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(120).toNanos());
    MySqlServer.Promoted promoted = server.makeWritable("orders", epoch, "site" + epoch, BUDGET);
    assertTrue(promoted.ok(), promoted.detail());
  }

  private static void ok(MySqlServer.Change change) {
    assertTrue(change.ok(), change.detail());
  }

  private static void follows(MySqlServer replica, MySqlServer source) throws Exception {
    GtidSet goal = facts(source).executed();
    Eventually.within(BUDGET, "it follows", () -> facts(replica).executed().contains(goal));
  }

  private void fenceFirst() {
    MySqlServer.Fence fence = one.fence(BUDGET, "test");
    assertEquals(MySqlServer.Fence.Outcome.FENCED, fence.outcome(), fence.detail());
    one.dropDeadMan();
  }

  private String errant() throws Exception {
    return facts(one).executed().missingFrom(facts(two).executed());
  }

  /** Its last transactions never left; the second was opened without them. */
  private void diverge() throws Exception {
    first.run("INSERT INTO app.t (v) VALUES (100)");
    first.run("UPDATE app.locks SET v = 101 WHERE id = 1");
    fenceFirst();
    promote(two, 2);
    second.run("INSERT INTO app.t (v) VALUES (200)");
  }

  private void nothingWasMerged() throws Exception {
    assertEquals("0", second.ask("SELECT COUNT(*) FROM app.t WHERE v = 100"));
    assertEquals("0", first.ask("SELECT COUNT(*) FROM app.t WHERE v = 200"));
  }

  @Test
  void isFoundBeforeAnythingReplicates() throws Exception {
    diverge();
    assertEquals("0-1-1000004..1000005", errant());
    // A position among numbers that the second left out, as after a truncation.
    assertFalse(facts(two).executed().contains(GtidSet.parse("0-1-1000004")));
    assertFalse(facts(one).replication().orElseThrow().receiverStarted(), "it stays stopped");
    nothingWasMerged();
  }

  /** The source waits for acknowledgements, so that its refusal may hang; both threads run. */
  @Test
  void isFoundWhileTheReceiverRuns() throws Exception {
    diverge();
    second.run("SET GLOBAL rpl_semi_sync_master_enabled = ON");
    MySqlServer.Change unused = one.startReplication(Duration.ofSeconds(2));
    assertEquals("0-1-1000004..1000005", errant());
    ok(one.stopReplication(BUDGET));
    assertFalse(facts(one).replication().orElseThrow().receiverStarted());
    second.run("SET GLOBAL rpl_semi_sync_master_enabled = OFF");
    nothingWasMerged();
  }

  @Test
  void isFoundAfterAReconnect() throws Exception {
    diverge();
    MySqlServer.Change unused = one.startReplication(Duration.ofSeconds(2));
    Eventually.within(
        BUDGET, "it is refused", () -> facts(one).replication().orElseThrow().diverged());
    first.restart();
    assertEquals("0-1-1000004..1000005", errant());
    assertFalse(facts(one).replication().orElseThrow().receiverStarted());
    nothingWasMerged();
  }

  @Test
  void aCleanOneIsNot() throws Exception {
    fenceFirst();
    promote(two, 2);
    assertEquals("", errant());
    Mpp.Result none = mpp.run("errant", first.address().toString());
    assertEquals(0, none.exit(), none.out() + none.err());
    Thread mppStartsIt =
        Thread.startVirtualThread(
            () -> {
              MySqlServer.Change unused = one.startReplication(BUDGET);
            });
    Mpp.Result rejoined = mpp.run("rejoin", first.address().toString());
    assertEquals(0, rejoined.exit(), rejoined.out() + rejoined.err());
    mppStartsIt.join();
    follows(one, two);
  }

  @Test
  void theOperatorSeesThemAndTheServerIsRebuilt() throws Exception {
    diverge();
    String node = first.address().toString();
    Path file = mpp.file("errant.sql");
    Mpp.Result listed = mpp.run("errant", node, "--out", file.toString());
    assertEquals(1, listed.exit(), listed.err());
    assertTrue(listed.out().contains("0-1-1000004..1000005"), listed.out());
    String text = Files.readString(file);
    assertTrue(text.contains("INSERT INTO app.t (v) VALUES (100);"), text);
    assertTrue(text.contains("UPDATE app.locks SET v = 101 WHERE id = 1;"), text);
    assertFalse(text.contains("VALUES (1);"), "only the errant ones\n" + text);
    assertTrue(text.contains("mariadb-binlog --read-from-remote-server"), text);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    Mpp.Result twice = mpp.run("errant", node, "--out", file.toString());
    assertEquals(1, twice.exit());
    assertTrue(twice.err().contains("exists"), twice.err());
    assertEquals(text, Files.readString(file));

    Mpp.Result refused = mpp.run("rejoin", node);
    assertEquals(1, refused.exit());
    assertTrue(refused.err().contains("--discard-errant"), refused.err());
    String[] discard = {
      "rejoin", node, "--discard-errant", "--out", mpp.file("discarded.sql").toString()
    };
    Mpp.Result unsure = mpp.typing("yes\n", discard);
    assertEquals(1, unsure.exit());
    assertTrue(unsure.err().contains("not confirmed"), unsure.err());
    assertFalse(Files.exists(mpp.file("discarded.sql")));
    Mpp.Result plan = mpp.typing(node + "\n", discard);
    assertEquals(1, plan.exit(), plan.err());
    assertEquals(text.replaceAll("errant.sql", ""), Files.readString(mpp.file("discarded.sql")));
    rebuild(plan.out());
  }

  /** Runs what was printed: the shell commands with the test's paths, the rest as they are. */
  private void rebuild(String plan) throws Exception {
    String node = first.address().toString();
    assertTrue(plan.contains("mpp node set " + node + " --state FAILED_ONLINE"), plan);
    String dump = line(plan, "mariadb-dump ");
    String restore = line(plan, "mariadb --host");
    String copy = mpp.file("copy.sql").toString();
    first.reinstall();
    for (String command : new String[] {dump, restore}) {
      MariaDbProcess.shell(
          command
              .replace("/root/mpp-copy.sql", copy)
              .replace(" -p ", " --skip-ssl ")
              .replaceFirst("^(mariadb(-dump)?) ", "$1 --no-defaults "));
    }
    Mpp.Result prepared = mpp.asRoot("mysql", "prepare", node);
    assertEquals(0, prepared.exit(), prepared.out() + prepared.err());
    assertEquals("", first.ask("SELECT @@global.gtid_binlog_state"));
    assertEquals("0-2-7", ReplicaSetup.before("", "0-2-7"));
    assertEquals("0-1-3,0-2-7", ReplicaSetup.before("0-1-3,0-2-9,0-3-8,1-1-2", "0-2-7"));
    Mpp.Result unknown = mpp.run("rejoin", node);
    assertEquals(1, unknown.exit());
    assertTrue(unknown.err().contains("no replication source"), unknown.err());
    Thread mppStartsIt =
        Thread.startVirtualThread(
            () -> {
              while (!one.startReplication(Duration.ofSeconds(1)).ok()
                  && !Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
            });
    Mpp.Result rejoined =
        mpp.run(
            "rejoin",
            node,
            "--replication-user",
            "repl",
            "--replication-password-file",
            mpp.file("repl").toString(),
            "--no-replication-tls");
    mppStartsIt.interrupt();
    mppStartsIt.join();
    assertEquals(0, rejoined.exit(), rejoined.out() + rejoined.err());
    second.run("INSERT INTO app.t (v) VALUES (201)");
    follows(one, two);
    assertEquals("1", first.ask("SELECT COUNT(*) FROM app.t WHERE v = 201"));
    assertEquals("0", first.ask("SELECT COUNT(*) FROM app.t WHERE v = 100"));
  }

  private static String line(String plan, String begin) {
    return plan.lines()
        .map(String::strip)
        .filter(l -> l.startsWith(begin))
        .findFirst()
        .orElseThrow(() -> new AssertionError(begin + " in\n" + plan));
  }
}
