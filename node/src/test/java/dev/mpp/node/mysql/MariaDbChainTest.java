package dev.mpp.node.mysql;

/** With MariaDB. */
class MariaDbChainTest extends ChainContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MariaDbProcess.start(serverId, "--ssl");
  }

  @Override
  boolean masksPasswords() {
    return false;
  }
}
