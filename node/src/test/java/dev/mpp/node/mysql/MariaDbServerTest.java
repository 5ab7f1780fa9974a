package dev.mpp.node.mysql;

/** With MariaDB. */
class MariaDbServerTest extends ServerContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MariaDbProcess.start(serverId);
  }
}
