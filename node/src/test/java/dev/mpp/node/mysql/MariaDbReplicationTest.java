package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServer.Prepared;

/** With MariaDB. */
class MariaDbReplicationTest extends ReplicationContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MariaDbProcess.start(serverId);
  }

  /** To start anything would throw the relay log away. */
  @Override
  void preparesAfterARestart(GtidSet goal) {
    Prepared lost = one.prepare(BUDGET);
    assertFalse(lost.ok(), lost.detail());
    assertTrue(lost.unapplied().startsWith("0-2-"), lost.unapplied());
  }

  @Override
  void afterTheFence(Fence fence) throws Exception {
    assertTrue(facts(one).semiSync().sourceEnabled());
  }
}
