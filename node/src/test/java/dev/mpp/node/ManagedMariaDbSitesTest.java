package dev.mpp.node;

import dev.mpp.node.mysql.MariaDbProcess;
import dev.mpp.node.mysql.ServerProcess;

/** With MariaDB. */
class ManagedMariaDbSitesTest extends ManagedSitesContract {
  @Override
  ServerProcess server(int id) throws Exception {
    return MariaDbProcess.start(id, "--ssl");
  }
}
