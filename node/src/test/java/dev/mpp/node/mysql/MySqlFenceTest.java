package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.node.mysql.Fencing.Look;
import dev.mpp.node.mysql.Fencing.Sessions;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With MySQL. */
@Tag("mysql-server")
class MySqlFenceTest extends FenceContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MySqlProcess.start(serverId);
  }

  /** With a full disk there is only the one; with room both must say the same. */
  @Test
  void bothListsOfSessionsSayTheSame() throws Exception {
    try (Connection prover = db.as(ServerProcess.MANAGER);
        Connection setter = db.as(ServerProcess.MANAGER);
        Connection own = db.as(ServerProcess.MANAGER);
        Connection doubtful = db.as(ServerProcess.MANAGER);
        Connection app = db.app();
        Connection root = db.root()) {
      Sessions sessions = new Sessions(id(setter), id(doubtful), List.of(id(own)), "mpp");
      MySqlFencing fencing = new MySqlFencing();
      // Those who came and went before are in the list for an instant.
      Eventually.within(
          Duration.ofSeconds(20),
          "the same in both",
          () -> fencing.look(prover, sessions).equals(MySqlFencing.listed(prover, sessions, 0)));
      Look look = MySqlFencing.listed(prover, sessions, 0);
      assertEquals(3, look.alive(), look.names());
      assertEquals(true, look.doubtful());
      assertEquals(false, look.pending());
      List<Long> alive = MySqlSessionList.read(prover, sessions).clients();
      assertEquals(List.of(id(doubtful), id(app), id(root)).stream().sorted().toList(), alive);
    }
  }

  private static long id(Connection c) throws Exception {
    return Rows.number(Rows.first(Rows.query(c, "SELECT CONNECTION_ID() AS id")), "id");
  }
}
