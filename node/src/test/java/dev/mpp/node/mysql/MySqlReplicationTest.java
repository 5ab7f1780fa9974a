package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServer.Prepared;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With MySQL. */
@Tag("mysql-server")
class MySqlReplicationTest extends ReplicationContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MySqlProcess.start(serverId);
  }

  /** The relay log is still there, and is applied. */
  @Override
  void preparesAfterARestart(GtidSet goal) {
    Prepared prepared = one.prepare(BUDGET);
    assertTrue(prepared.ok(), prepared.detail());
    assertTrue(prepared.executed().orElseThrow().contains(goal), prepared.detail());
  }

  /** Their clients were cut off before, or the flag would never have come. */
  @Override
  void afterTheFence(Fence fence) throws Exception {
    assertTrue(fence.detail().contains("unacknowledged commits"), fence.detail());
    assertFalse(facts(one).semiSync().sourceEnabled());
  }

  @Test
  void theDeadManLetsNothingBeAcknowledgedThatIsOnOneServerOnly() throws Exception {
    ok(two.startReplication(BUDGET));
    promote(one, 1);
    ok(one.semiSyncSource(true, BUDGET));
    Eventually.within(
        BUDGET, "acknowledgements arrive", () -> facts(one).semiSync().clients() == 1);
    try (Writers writers = new Writers(first, 8)) {
      second.freeze();
      Eventually.within(BUDGET, "commits wait", () -> facts(one).semiSync().waitingSessions() > 0);
      int before = writers.count();
      one.close();
      Eventually.within(
          Duration.ofSeconds(10),
          "the dead-man kills",
          () ->
              first
                  .ask(
                      "SELECT COUNT(*) > 0 FROM information_schema.PROCESSLIST WHERE"
                          + " COMMAND = 'Killed' AND STATE LIKE 'Waiting for semi-sync ACK%'")
                  .equals("1"));
      assertEquals(before, writers.count(), "acknowledged without a replica");
      second.thaw();
      long took =
          Eventually.within(
              Duration.ofSeconds(20),
              "read-only once the acknowledgement came",
              () -> readOnly(first));
      Figures.note("dead-man, waiting commits: thawed replica -> read-only, ms", took / 1_000_000);
      writers.close();
      Prepared prepared = two.prepare(BUDGET);
      assertTrue(prepared.ok(), prepared.detail());
      assertEquals(0, writers.missingOn(second).size(), "acknowledged and lost");
    }
  }

  private static boolean readOnly(ServerProcess server) {
    try {
      return server.ask("SELECT " + server.readOnly()).equals("1");
    } catch (java.sql.SQLException e) {
      return false; // The dead-man kills an administrator who asks as well.
    }
  }
}
