package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.node.mysql.MySqlServer.Change;
import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServer.Prepared;
import dev.mpp.node.mysql.MySqlServer.Promoted;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Promotion and semi-synchronous commits, with a real pair. */
abstract class ReplicationContract {
  private static final Duration POLL = Duration.ofMillis(1000);
  static final Duration BUDGET = Duration.ofSeconds(10);

  ServerProcess first;
  ServerProcess second;
  MySqlServer one;
  MySqlServer two;

  abstract ServerProcess start(int serverId) throws Exception;

  /**
   * {@link #first} restarted with a transaction in its relay log that is not applied.
   *
   * @param goal everything up to that transaction
   */
  abstract void preparesAfterARestart(GtidSet goal) throws Exception;

  /** {@link #one} was fenced while commits waited for an acknowledgement. */
  abstract void afterTheFence(Fence fence) throws Exception;

  @BeforeEach
  void start() throws Exception {
    first = start(1);
    second = start(2);
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

  static ServerFacts facts(MySqlServer server) throws Exception {
    Eventually.within(
        Duration.ofSeconds(10),
        "a poll is answered",
        () -> server.poll() instanceof MySqlServer.Poll.Answered);
    return assertInstanceOf(MySqlServer.Poll.Answered.class, server.poll()).facts();
  }

  static void promote(MySqlServer server, long epoch) {
    server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(60).toNanos());
    Promoted promoted = server.makeWritable("orders", epoch, "site" + epoch, BUDGET);
    assertTrue(promoted.ok(), promoted.detail());
  }

  static void ok(Change change) {
    assertTrue(change.ok(), change.detail());
  }

  /** One story: replicate, switch over, lose a server, come back; then what must be refused. */
  @Test
  void promotesWithEverythingAppliedAndComesBack() throws Exception {
    ok(two.startReplication(BUDGET));
    promote(one, 1);
    Prepared prepared;
    try (Writers writers = new Writers(first, 8)) {
      ServerFacts.Replication replication = facts(two).replication().orElseThrow();
      assertTrue(replication.receiverRunning() && replication.applierRunning());
      assertEquals(one.address().toString(), replication.source());
      assertEquals(Fence.Outcome.FENCED, one.fence(BUDGET, "switchover").outcome());
      var goal = facts(one).executed();
      Eventually.within(
          BUDGET,
          "all is received",
          () -> facts(two).replication().orElseThrow().received().contains(goal));
      long start = System.nanoTime();
      prepared = two.prepare(BUDGET);
      Figures.note("prepare, ms", (System.nanoTime() - start) / 1_000_000);
      assertTrue(prepared.ok(), prepared.detail());
      assertTrue(prepared.executed().orElseThrow().contains(goal));
      assertTrue(facts(two).readOnly());
      writers.close();
      assertEquals(0, writers.missingOn(second).size());
    }
    one.dropDeadMan();
    promote(two, 2);
    ok(one.startReplication(BUDGET));
    try (Writers writers = new Writers(second, 2)) {
      writers.close();
      var goal = facts(two).executed();
      Eventually.within(
          BUDGET, "the old source follows", () -> facts(one).executed().contains(goal));
      assertEquals(0, writers.missingOn(first).size());
    }
    ok(one.stopReplication(BUDGET));
    refusesABrokenApplier();
    comesBackWithARelayLog();
  }

  /**
   * The source's host is gone: its kernel answers nothing, and a connection attempt lasts a minute
   * ({@code slave_net_timeout}). What was received counts; nothing more can arrive.
   */
  @Test
  void aPromotionDoesNotWaitForASourceThatSwallowsPackets() throws Exception {
    ok(two.startReplication(BUDGET));
    promote(one, 1);
    first.run("INSERT INTO app.locks VALUES (79, 1)");
    var goal = facts(one).executed();
    Eventually.within(BUDGET, "it follows", () -> facts(two).executed().contains(goal));
    try (SilentHost gone = SilentHost.open()) {
      second.sourcePort(gone.port());
      Eventually.within(
          BUDGET, "it connects", () -> !facts(two).replication().orElseThrow().receiverRunning());
      long start = System.nanoTime();
      Prepared prepared = two.prepare(BUDGET);
      promote(two, 2);
      long millis = (System.nanoTime() - start) / 1_000_000;
      Figures.note("promotion while connecting to a silent source, ms", millis);
      assertTrue(prepared.ok(), prepared.detail());
      assertTrue(prepared.executed().orElseThrow().contains(goal));
      assertTrue(millis < 5_000, millis + " ms");
    }
    Eventually.within(
        BUDGET,
        "the condemned receiver and the applier have ended",
        () ->
            facts(two)
                .replication()
                .filter(r -> !r.receiverRunning() && !r.applierRunning())
                .isPresent());
  }

  private void refusesABrokenApplier() throws Exception {
    first.locally("INSERT INTO app.locks VALUES (77, 0)");
    ok(one.startReplication(BUDGET));
    second.run("INSERT INTO app.locks VALUES (77, 1)");
    Eventually.within(
        BUDGET,
        "the applier breaks",
        () -> !facts(one).replication().orElseThrow().applierRunning());
    Prepared broken = one.prepare(Duration.ofSeconds(2));
    assertFalse(broken.ok());
    assertFalse(broken.unapplied().isEmpty());
    assertTrue(broken.detail().contains("the applier says: "), broken.detail());
    first.locally("DELETE FROM app.locks WHERE id = 77");
    ok(one.startReplication(BUDGET));
    var goal = facts(two).executed();
    Eventually.within(BUDGET, "repaired", () -> facts(one).executed().contains(goal));
  }

  private void comesBackWithARelayLog() throws Exception {
    first.run(first.dialect("STOP SLAVE SQL_THREAD"));
    second.run("INSERT INTO app.locks VALUES (78, 1)");
    var goal = facts(two).executed();
    Eventually.within(
        BUDGET,
        "received, not applied",
        () -> facts(one).replication().orElseThrow().received().contains(goal));
    first.restart();
    facts(one);
    preparesAfterARestart(goal);
  }

  /** Somebody set a time-out: it waits again by the time of the poll, and its counter tells. */
  @Test
  void aSourceThatGaveUpWaitingInBetweenIsSeen() throws Exception {
    ok(two.startReplication(BUDGET));
    ok(one.semiSyncSource(true, BUDGET));
    promote(one, 1);
    Eventually.within(
        BUDGET, "acknowledgements arrive", () -> facts(one).semiSync().clients() == 1);
    int before = facts(one).semiSync().givenUp();
    first.run(first.dialect("SET GLOBAL rpl_semi_sync_master_timeout = 300"));
    second.freeze();
    first.run("INSERT INTO app.locks VALUES (91, 1)");
    ServerFacts.SemiSync degraded = facts(one).semiSync();
    assertTrue(degraded.sourceEnabled() && !degraded.operational(), degraded.toString());
    assertEquals(before + 1, degraded.givenUp());
    second.thaw();
    Eventually.within(BUDGET, "it waits again", () -> facts(one).semiSync().operational());
    assertEquals(before + 1, facts(one).semiSync().givenUp(), "and that it did not is still seen");
  }

  @Test
  void aSemiSynchronousSourceAcknowledgesNothingThatIsOnOneServerOnly() throws Exception {
    ok(two.startReplication(BUDGET));
    ok(one.semiSyncSource(true, BUDGET));
    assertEquals(
        "AFTER_SYNC", first.ask(first.dialect("SELECT @@global.rpl_semi_sync_master_wait_point")));
    promote(one, 1);
    Eventually.within(
        BUDGET,
        "acknowledgements arrive",
        () -> {
          ServerFacts.SemiSync s = facts(one).semiSync();
          return s.sourceEnabled() && s.operational() && s.clients() == 1;
        });
    try (Writers writers = new Writers(first, 8)) {
      second.freeze();
      Eventually.within(BUDGET, "commits wait", () -> facts(one).semiSync().waitingSessions() > 0);
      Fence fence = one.fence(Duration.ofSeconds(3), "test");
      assertEquals(Fence.Outcome.FENCED, fence.outcome(), fence.detail());
      Figures.note("fence with commits waiting for an acknowledgement, ms", fence.micros() / 1000);
      afterTheFence(fence);
      writers.close();
      second.thaw();
      Prepared prepared = two.prepare(BUDGET);
      assertTrue(prepared.ok(), prepared.detail());
      assertEquals(0, writers.missingOn(second).size(), "acknowledged and lost");
    }
    // With nobody to acknowledge, the first commit does not end; that is said in time.
    ok(one.semiSyncSource(true, BUDGET));
    one.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(60).toNanos());
    long start = System.nanoTime();
    Promoted alone = one.makeWritable("orders", 2, "site1", Duration.ofSeconds(1));
    long took = System.nanoTime() - start;
    assertFalse(alone.ok());
    assertTrue(alone.detail().matches(".*(has not ended|was not committed).*"), alone.detail());
    assertTrue(took < Duration.ofMillis(1500).toNanos(), took / 1_000_000 + " ms");
    Fence after = one.fence(Duration.ofSeconds(3), "test");
    assertEquals(Fence.Outcome.FENCED, after.outcome(), after.detail());
    ok(one.semiSyncSource(false, BUDGET));
  }
}
