package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.mysql.MySqlServer.Fence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With MySQL. */
@Tag("mysql-server")
class MySqlLoginBlockTest extends LoginBlockContract {
  private static final FenceOptions OFFLINE = new FenceOptions(List.of(), true);

  private static final String READERS =
      "SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'";

  /** ER_SERVER_OFFLINE_MODE. */
  private static final int OFF = 3032;

  @Override
  ServerProcess start(int serverId) throws Exception {
    return MySqlProcess.start(serverId);
  }

  private String offline() throws SQLException {
    return db.ask("SELECT @@global.offline_mode");
  }

  @Test
  void offlineModeEndsWithTheOpening() throws Exception {
    manage(OFFLINE);
    Fence unused = fencedWith("offline_mode set");
    SQLException e = assertThrows(SQLException.class, () -> db.app().close());
    assertEquals(OFF, e.getErrorCode(), e.getMessage());
    closed("offline_mode=1");
    promote();
    closed("");
    assertEquals("0", offline());
    db.app().close();
  }

  @Test
  void offlineModeWaitsForTheReplicas() throws Exception {
    manage(OFFLINE);
    promote();
    try (ServerProcess replica = start(42);
        MySqlServer other = replica.manage(Duration.ofSeconds(1))) {
      replica.replicateFrom(db);
      Eventually.within(
          Duration.ofSeconds(30),
          "it replicates",
          () ->
              other.poll() instanceof MySqlServer.Poll.Answered
                  && other.startReplication(Duration.ofSeconds(2)).ok()
                  && !db.ask(READERS).isEmpty());
      Fence fence = fence();
      assertTrue(fence.detail().contains("a replica reads here"), fence.detail());
      assertEquals("0", offline());
    }
    // Its session here is noticed to be gone at the next heartbeat only.
    db.run("KILL " + db.ask(READERS));
    Eventually.within(
        Duration.ofSeconds(20), "MPP asks again by itself", () -> offline().equals("1"));
    promote();
    assertEquals("0", offline());
  }
}
