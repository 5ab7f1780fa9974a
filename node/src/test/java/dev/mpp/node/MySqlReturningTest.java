package dev.mpp.node;

import dev.mpp.node.mysql.MySqlProcess;
import dev.mpp.node.mysql.ServerProcess;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** With MySQL, which merges silently whatever it is told to replicate. */
@Tag("mysql-server")
class MySqlReturningTest extends ReturningContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MySqlProcess.start(serverId);
  }

  @Override
  @Test
  @EnabledIfSystemProperty(named = "mpp.long", matches = "true")
  void isFoundWhileItReconnects() throws Exception {
    super.isFoundWhileItReconnects();
  }

  @Override
  @Test
  @EnabledIfSystemProperty(named = "mpp.long", matches = "true")
  void isFoundLongAfterItReconnected() throws Exception {
    super.isFoundLongAfterItReconnected();
  }

  @Override
  String pastTheFlag(String sql) {
    return "DO GET_LOCK('mpp_lease', 1); SET GLOBAL super_read_only = 0; "
        + sql
        + "; SET GLOBAL super_read_only = 1";
  }
}
