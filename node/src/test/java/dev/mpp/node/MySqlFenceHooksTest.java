package dev.mpp.node;

import dev.mpp.node.mysql.MySqlProcess;
import dev.mpp.node.mysql.ServerProcess;
import org.junit.jupiter.api.Tag;

/** With MySQL. */
@Tag("mysql-server")
class MySqlFenceHooksTest extends FenceHooksContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MySqlProcess.start(serverId);
  }
}
