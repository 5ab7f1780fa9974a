package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServer.Prepared;
import java.sql.SQLException;
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
      int before = settled(writers);
      one.close();
      Eventually.within(
          Duration.ofSeconds(10),
          "the dead-man kills",
          () ->
              yes(
                  first,
                  "COUNT(*) > 0 FROM information_schema.PROCESSLIST WHERE COMMAND = 'Killed'"
                      + " AND STATE LIKE 'Waiting for semi-sync ACK%'"));
      assertEquals(before, writers.count(), "acknowledged without a replica");
      second.thaw();
      long took =
          Eventually.within(
              Duration.ofSeconds(20),
              "read-only once the acknowledgement came",
              () -> yes(first, first.readOnly()));
      Figures.note("dead-man, waiting commits: thawed replica -> read-only, ms", took / 1_000_000);
      writers.close();
      Prepared prepared = two.prepare(BUDGET);
      assertTrue(prepared.ok(), prepared.detail());
      assertEquals(0, writers.missingOn(second).size(), "acknowledged and lost");
    }
  }

  /** How many were acknowledged once every client has read what was sent to it before. */
  private static int settled(Writers writers) throws Exception {
    int[] count = {writers.count()};
    long[] since = {System.nanoTime()};
    Eventually.within(
        BUDGET,
        "no more acknowledgements",
        () -> {
          if (writers.count() != count[0]) {
            count[0] = writers.count();
            since[0] = System.nanoTime();
          }
          return System.nanoTime() - since[0] > 300_000_000L;
        });
    return count[0];
  }

  private static boolean yes(ServerProcess server, String expression) {
    try {
      return server.ask("SELECT " + expression).equals("1");
    } catch (SQLException e) {
      return false; // The dead-man kills an administrator who asks as well.
    }
  }
}
