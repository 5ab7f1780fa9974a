package dev.mpp.node;

import dev.mpp.node.mysql.MySqlProcess;
import dev.mpp.node.mysql.ServerProcess;
import org.junit.jupiter.api.Tag;

/** With MySQL. */
@Tag("mysql-server")
class ManagedMySqlSitesTest extends ManagedSitesContract {
  @Override
  ServerProcess server(int id) throws Exception {
    return MySqlProcess.start(id);
  }
}
