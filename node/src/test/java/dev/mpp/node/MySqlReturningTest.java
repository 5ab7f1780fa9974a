package dev.mpp.node;

import dev.mpp.node.mysql.MySqlProcess;
import dev.mpp.node.mysql.ServerProcess;
import org.junit.jupiter.api.Tag;

/** With MySQL, which merges silently whatever it is told to replicate. */
@Tag("mysql-server")
class MySqlReturningTest extends ReturningContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MySqlProcess.start(serverId);
  }

  @Override
  String pastTheFlag(String sql) {
    return "DO GET_LOCK('mpp_lease', 1); SET GLOBAL super_read_only = 0; "
        + sql
        + "; SET GLOBAL super_read_only = 1";
  }
}
