package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With MySQL. */
@Tag("mysql-server")
class MySqlServerTest extends ServerContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MySqlProcess.start(serverId);
  }

  @Test
  void thePluginsAreFoundUnderWhateverNameAndWhenever() throws Exception {
    assumeTrue(facts().version().startsWith("8."), "the old names are gone in 9");
    assertEquals(true, facts().semiSync().replicaEnabled());
    db.locally("UNINSTALL PLUGIN rpl_semi_sync_replica");
    assertEquals(false, facts().semiSync().replicaEnabled());
    db.locally(
        "INSTALL PLUGIN rpl_semi_sync_slave SONAME 'semisync_slave.so';"
            + " SET GLOBAL rpl_semi_sync_slave_enabled = ON");
    Eventually.within(
        Duration.ofSeconds(5), "it is found", () -> facts().semiSync().replicaEnabled());
    db.locally(
        "UNINSTALL PLUGIN rpl_semi_sync_slave;"
            + " INSTALL PLUGIN rpl_semi_sync_replica SONAME 'semisync_replica.so';"
            + " SET GLOBAL rpl_semi_sync_replica_enabled = ON");
  }
}
