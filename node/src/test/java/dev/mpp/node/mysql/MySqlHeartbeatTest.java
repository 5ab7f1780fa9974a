package dev.mpp.node.mysql;

import org.junit.jupiter.api.Tag;

/** With MySQL. */
@Tag("mysql-server")
class MySqlHeartbeatTest extends HeartbeatContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MySqlProcess.start(serverId);
  }

  @Override
  String globalReadLock() {
    return "Waiting for global read lock (FLUSH TABLES WITH READ LOCK is in the way)";
  }
}
