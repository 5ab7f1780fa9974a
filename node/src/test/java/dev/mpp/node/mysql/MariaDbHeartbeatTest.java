package dev.mpp.node.mysql;

/** With MariaDB. */
class MariaDbHeartbeatTest extends HeartbeatContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MariaDbProcess.start(serverId);
  }

  @Override
  String globalReadLock() {
    return "Waiting for backup lock (FLUSH TABLES WITH READ LOCK or a backup is in the way)";
  }
}
