package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.mysql.MySqlServer.Fence;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With MariaDB. */
class MariaDbLoginBlockTest extends LoginBlockContract {
  @Override
  ServerProcess start(int serverId) throws Exception {
    return MariaDbProcess.start(serverId);
  }

  @Test
  void offlineModeIsSaidToMeanNothing() throws Exception {
    manage(new FenceOptions(List.of(), true));
    promote();
    Fence fence = fence();
    assertTrue(fence.detail().contains("MariaDB has no offline_mode"), fence.detail());
    promote();
  }
}
