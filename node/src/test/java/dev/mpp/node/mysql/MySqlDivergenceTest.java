package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MySqlGtidSet;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.api.FakeControl;
import dev.mpp.node.api.OperatorServer;
import dev.mpp.node.api.Pictures;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.tls.PeerRule;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With MySQL, which merges silently whatever it is told to replicate: a former ACTIVE comes back
 * with transactions of its own; they are found, never merged, and the server is rebuilt by CLONE.
 */
@Tag("mysql-server")
class MySqlDivergenceTest {
  private static final Duration POLL = Duration.ofMillis(1000);
  private static final Duration BUDGET = Duration.ofSeconds(20);

  @TempDir private Path dir;
  private MySqlProcess first;
  private MySqlProcess second;
  private MySqlServer one;
  private MySqlServer two;
  private Mpp mpp;

  /** The first is ACTIVE, the second follows; then the second misses what the first still does. */
  @BeforeEach
  void start() throws Exception {
    first = MySqlProcess.start(1, "--binlog-rows-query-log-events=ON");
    second = MySqlProcess.start(2, "--binlog-rows-query-log-events=ON");
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
        Duration.ofSeconds(30),
        "a poll is answered",
        () -> server.poll() instanceof MySqlServer.Poll.Answered);
    return assertInstanceOf(MySqlServer.Poll.Answered.class, server.poll()).facts();
  }

  private static void promote(MySqlServer server, long epoch) throws Exception {
    facts(server);
    server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(240).toNanos());
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

  /** Its last two transactions never left; the second was opened without them. */
  private String diverge() throws Exception {
    String common = first.ask("SELECT @@global.gtid_executed");
    first.run("INSERT INTO app.t (v) VALUES (100)");
    first.run("UPDATE app.locks SET v = 101 WHERE id = 1");
    String lost = first.ask("SELECT GTID_SUBTRACT(@@global.gtid_executed, '" + common + "')");
    fenceFirst();
    promote(two, 2);
    // Another key: a conflict would stop the applier, and this must not be needed.
    second.run("INSERT INTO app.t (id, v) VALUES (1000, 200)");
    return lost.replace("\n", "");
  }

  private void nothingCameToTheActive() throws Exception {
    assertEquals("0", second.ask("SELECT COUNT(*) FROM app.t WHERE v = 100"));
    assertEquals("0", second.ask("SELECT COUNT(*) FROM app.locks WHERE v = 101"));
  }

  @Test
  void isFoundBeforeAnythingReplicates() throws Exception {
    String lost = diverge();
    assertEquals(lost, errant());
    assertFalse(facts(two).executed().contains(GtidSet.parse(lost)));
    assertFalse(facts(one).replication().orElseThrow().receiverStarted(), "it stays stopped");
    nothingCameToTheActive();
    assertEquals("0", first.ask("SELECT COUNT(*) FROM app.t WHERE v = 200"));
    Mpp.Result refused = mpp.run("rejoin", first.address().toString());
    assertEquals(1, refused.exit(), refused.out());
    assertTrue(refused.out().contains(lost), refused.out());
    assertTrue(refused.err().contains("--discard-errant"), refused.err());
  }

  /** Somebody started it: the source serves it, and only the comparison shows anything. */
  @Test
  void isFoundWhileTheReceiverRuns() throws Exception {
    String lost = diverge();
    first.run("START REPLICA");
    follows(one, two);
    ServerFacts.Replication r = facts(one).replication().orElseThrow();
    assertTrue(r.receiverRunning() && r.applierRunning() && r.error().isEmpty(), r.toString());
    assertEquals(lost, errant());
    ok(one.stopReplication(BUDGET));
    assertFalse(facts(one).replication().orElseThrow().receiverStarted());
    nothingCameToTheActive();
  }

  @Test
  void isFoundAfterAReconnect() throws Exception {
    String lost = diverge();
    first.run("START REPLICA");
    follows(one, two);
    first.restart();
    assertFalse(facts(one).replication().orElseThrow().receiverStarted(), "skip-replica-start");
    assertEquals(lost, errant());
    assertEquals("1", first.ask("SELECT " + first.readOnly()), "it boots fenced");
    nothingCameToTheActive();
  }

  @Test
  void aCleanOneFollowsByItself() throws Exception {
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
    second.run("INSERT INTO app.t (v) VALUES (201)");
    follows(one, two);
  }

  @Test
  void theOperatorSeesTheExactTransactions() throws Exception {
    String lost = diverge();
    String node = first.address().toString();
    Path file = mpp.file("errant.sql");
    Mpp.Result plain = mpp.run("errant", node, "--out", file.toString());
    assertEquals(1, plain.exit(), plain.out());
    assertTrue(plain.out().contains(lost), plain.out());
    assertTrue(plain.err().contains("REPLICATION SLAVE"), plain.err());
    assertFalse(Files.exists(file), "a file without them is worse than none");

    Mpp.Result listed =
        mpp.asRoot(
            "errant",
            node,
            "--out",
            file.toString(),
            "--mysqlbinlog",
            MySqlProcess.mysqlbinlog().toString());
    assertEquals(1, listed.exit(), listed.err());
    assertEquals("", listed.err());
    assertTrue(listed.out().contains("2 written to"), listed.out());
    String text = Files.readString(file);
    assertTrue(text.contains("INSERT INTO app.t (v) VALUES (100);"), text);
    assertTrue(text.contains("UPDATE app.locks SET v = 101 WHERE id = 1;"), text);
    assertFalse(text.contains("VALUES (1);"), "only the errant ones\n" + text);
    assertTrue(text.contains("### UPDATE `app`.`locks`"), "rows before and after\n" + text);
    assertTrue(text.contains("###   @2=100 "), text);
    assertFalse(text.contains("###   @2=1 "), "only the errant ones\n" + text);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    // MPP's own account logs in, whatever its password has in it, and may not read the log.
    IOException refused =
        assertThrows(
            IOException.class,
            () ->
                DecodedRows.by(MySqlProcess.mysqlbinlog())
                    .of(
                        first.address(),
                        ServerProcess.MANAGER,
                        new Lacking.OfMySql((MySqlGtidSet) GtidSet.parse(lost)),
                        "binlog.000001"));
    assertTrue(refused.getMessage().contains("REPLICATION SLAVE"), refused.getMessage());
    Mpp.Result twice = mpp.asRoot("errant", node, "--out", file.toString());
    assertEquals(1, twice.exit());
    assertTrue(twice.err().contains("exists"), twice.err());
    assertEquals(text, Files.readString(file));
  }

  @Test
  void theServerIsRebuiltByClone() throws Exception {
    String lost = diverge();
    String node = first.address().toString();
    FakeControl control = new FakeControl();
    control.answer = CompletableFuture.completedFuture("OK: done");
    control.picture =
        Pictures.picture(
            List.of(
                Pictures.node(
                    first.address(), NodeType.PRIMARY, 0, Status.OK, State.FAILED_ONLINE, "")),
            false);
    try (OperatorServer site =
        new OperatorServer(
            GrpcTransport.plaintext()
                .server(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    "operator",
                    PeerRule.anyOperator("test")),
            control,
            () -> Pictures.NOW,
            () -> Pictures.WALL)) {
      site.start();
      String[] discard = {
        "--node",
        "127.0.0.1:" + site.port(),
        "rejoin",
        node,
        "--discard-errant",
        "--out",
        mpp.file("discarded.sql").toString(),
        "--mysqlbinlog",
        MySqlProcess.mysqlbinlog().toString()
      };
      Mpp.Result nobody = mpp.run(discard);
      assertEquals(1, nobody.exit());
      assertTrue(nobody.err().contains("--admin"), nobody.err());
      Mpp.Result unsure = mpp.asRoot(discard);
      assertEquals(1, unsure.exit());
      assertTrue(unsure.err().contains("not confirmed"), unsure.err());
      assertEquals(List.of(), control.orders);
      assertFalse(Files.exists(mpp.file("discarded.sql")));

      StringWriter out = new StringWriter();
      List<String> go = new ArrayList<>(List.of(discard));
      go.addAll(
          List.of(
              "--yes", "--admin", "root", "--admin-password-file", mpp.file("root").toString()));
      FutureTask<Mpp.Result> rejoin =
          new FutureTask<>(() -> mpp.typing("", out, go.toArray(String[]::new)));
      Thread.startVirtualThread(rejoin);
      Thread closing = Thread.startVirtualThread(() -> closesUntil(rejoin));
      Eventually.within(
          Duration.ofSeconds(120),
          "the copy is there, or it failed",
          () -> rejoin.isDone() || !first.isAlive());
      assertFalse(rejoin.isDone(), () -> rejoin.resultNow().err() + out);
      first.awaitEndAndStart();
      assertEquals("1", first.ask("SELECT " + first.readOnly()), "it boots fenced");
      Eventually.within(
          Duration.ofSeconds(60),
          "it is configured, and MPP starts it",
          () -> {
            // MPP tries every 2 s; at first the configuration is the donor's, which follows it.
            MySqlServer.Change unused = one.startReplication(Duration.ofSeconds(2));
            return rejoin.isDone();
          });
      Mpp.Result done = rejoin.get();
      closing.join();
      assertEquals(0, done.exit(), done.out() + done.err());
      assertTrue(done.out().contains("start it now"), done.out());
    }
    BrainEvent.OperatorOverride hold =
        assertInstanceOf(BrainEvent.OperatorOverride.class, control.orders.getFirst());
    assertTrue(hold.reason().contains("discards " + lost), hold.reason());
    assertInstanceOf(BrainEvent.OperatorLift.class, control.orders.getLast());
    assertTrue(Files.readString(mpp.file("discarded.sql")).contains("VALUES (100);"));
    second.run("INSERT INTO app.t (v) VALUES (201)");
    follows(one, two);
    assertEquals("", errant());
    assertEquals("1", first.ask("SELECT COUNT(*) FROM app.t WHERE v = 201"));
    assertEquals("0", first.ask("SELECT COUNT(*) FROM app.t WHERE v = 100"));
    assertTrue(facts(one).readOnly() && facts(one).deadMan(), "the dead-man came with the data");
    nothingCameToTheActive();
  }

  /** As MPP does, which finds the server writable for a moment. */
  private void closesUntil(FutureTask<Mpp.Result> rejoin) {
    while (!rejoin.isDone()) {
      if (one.poll() instanceof MySqlServer.Poll.Answered a && !a.facts().readOnly()) {
        MySqlServer.Fence unused = one.fence(BUDGET, "not ACTIVE and writable");
      }
      LockSupport.parkNanos(300_000_000);
    }
  }

  @Test
  void withoutThePluginItIsSaidWhatIsMissing() throws Exception {
    String lost = diverge();
    first.locally("UNINSTALL PLUGIN clone");
    Mpp.Result refused =
        mpp.asRoot(
            "rejoin",
            first.address().toString(),
            "--discard-errant",
            "--yes",
            "--out",
            mpp.file("discarded.sql").toString());
    assertEquals(1, refused.exit(), refused.out());
    assertTrue(refused.err().contains("plugin-load-add=mysql_clone.so"), refused.err());
    assertEquals(lost, errant(), "nothing was done");
  }
}
