package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.mysql.MySqlServer.Fence;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With MySQL. */
@Tag("mysql-server")
class MySqlFenceTest extends FenceContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MySqlProcess.start(serverId);
  }

  /** {@code super_read_only} does not refuse it: at least it is said. */
  @Test
  void aPreparedXaTransactionIsNamed() throws Exception {
    promote();
    try (Connection c = db.app();
        Statement s = c.createStatement()) {
      s.execute("XA START 'half'");
      s.execute("UPDATE app.locks SET v = v + 1 WHERE id = 3");
      s.execute("XA END 'half'");
      s.execute("XA PREPARE 'half'");
    }
    Fence fence = server.fence(Duration.ofSeconds(2), "test");
    assertEquals(Fence.Outcome.FENCED, fence.outcome(), fence.detail());
    assertTrue(fence.detail().contains("1 prepared XA transactions"), fence.detail());
    promote();
    db.run("XA ROLLBACK 'half'");
  }
}
