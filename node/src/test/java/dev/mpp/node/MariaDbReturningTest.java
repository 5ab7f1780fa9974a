package dev.mpp.node;

import dev.mpp.node.mysql.MariaDbProcess;
import dev.mpp.node.mysql.ServerProcess;

/** With MariaDB. */
class MariaDbReturningTest extends ReturningContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MariaDbProcess.start(serverId);
  }

  /** Administrators have READ ONLY ADMIN. */
  @Override
  String pastTheFlag(String sql) {
    return sql;
  }
}
