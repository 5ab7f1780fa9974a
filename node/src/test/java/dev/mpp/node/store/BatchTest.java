package dev.mpp.node.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import org.junit.jupiter.api.Test;

class BatchTest {
  @Test
  void statesThatWaitForTheDiskTakeNoMoreRoomThanTheNodes() {
    Batch batch = new Batch();
    for (int req = 0; req < 10_000; req++) {
      var unused = batch.add(failing(req));
    }
    assertEquals(1, batch.tickets());
  }

  private static NodeRecord failing(int req) {
    return new NodeRecord(
        new ServiceName("orders.example.com"),
        "pool",
        new NodeAddress("10.0.0." + req % 3, 3306),
        req,
        Status.FAIL,
        Status.OK,
        State.FAILED_OFFLINE,
        "no answer",
        req);
  }
}
