package dev.mpp.node.mysql;

/** With MariaDB. */
class MariaDbFenceTest extends FenceContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MariaDbProcess.start(serverId);
  }
}
