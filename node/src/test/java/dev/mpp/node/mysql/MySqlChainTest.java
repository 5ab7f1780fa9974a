package dev.mpp.node.mysql;

import org.junit.jupiter.api.Tag;

/** With MySQL. */
@Tag("mysql-server")
class MySqlChainTest extends ChainContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MySqlProcess.start(serverId);
  }

  @Override
  boolean masksPasswords() {
    return true;
  }
}
