package dev.mpp.node;

import dev.mpp.node.mysql.MariaDbProcess;
import dev.mpp.node.mysql.ServerProcess;

/** With MariaDB. */
class MariaDbFenceHooksTest extends FenceHooksContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MariaDbProcess.start(serverId);
  }
}
