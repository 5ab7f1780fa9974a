package dev.mpp.node.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mpp.core.model.Reach;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.proto.v1.NodeView;
import dev.mpp.proto.v1.PoolView;
import org.junit.jupiter.api.Test;

final class ExchangeCodecTest {

  @Test
  void everyFieldSurvivesTheWire() throws Exception {
    for (long seed = 0; seed < 2_000; seed++) {
      SiteView view = new RandomViews(seed).view();
      byte[] bytes = ViewCodec.encode(view).toByteArray();
      SiteView back = ViewCodec.decode(dev.mpp.proto.v1.SiteView.parseFrom(bytes));
      assertEquals(view, back, "seed " + seed);
    }
  }

  @Test
  void aValueOfANewerPeerIsReadAsTheLeastHealthy() {
    var message =
        dev.mpp.proto.v1.SiteView.newBuilder()
            .setSite("site1")
            .setReachValue(99)
            .addPools(
                PoolView.newBuilder()
                    .setService("db.example.org")
                    .setStatusValue(99)
                    .addNodes(NodeView.newBuilder().setHost("h").setPort(1).setStateValue(99)))
            .build();
    SiteView view = ViewCodec.decode(message);
    assertEquals(Reach.NONE, view.reach());
    assertEquals(Status.FAIL, view.pools().getFirst().status());
    assertEquals(State.UNKNOWN, view.pools().getFirst().nodes().getFirst().state());
    assertEquals(Status.FAIL, view.pools().getFirst().nodes().getFirst().status());
  }

  @Test
  void aMalformedNameIsRefused() {
    var message = dev.mpp.proto.v1.SiteView.newBuilder().setSite("Not A Site").build();
    assertThrows(IllegalArgumentException.class, () -> ViewCodec.decode(message));
  }
}
