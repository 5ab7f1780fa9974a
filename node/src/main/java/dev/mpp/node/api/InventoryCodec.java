package dev.mpp.node.api;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.wire.ViewCodec;
import dev.mpp.proto.v1.CheckpointView;
import dev.mpp.proto.v1.CheckpointsReply;
import dev.mpp.proto.v1.ConfiguredPool;
import dev.mpp.proto.v1.ListedCheckpoint;
import dev.mpp.proto.v1.MeasuredReply;
import dev.mpp.proto.v1.MeasuredTime;
import dev.mpp.proto.v1.PoolsReply;
import dev.mpp.proto.v1.Setting;
import dev.mpp.proto.v1.SiteView;
import dev.mpp.proto.v1.StoredNode;
import dev.mpp.proto.v1.TestCheckpointReply;

/** What a node has, as it goes to an operator. */
final class InventoryCodec {
  private InventoryCodec() {}

  static PoolsReply pools(NodeControl control) {
    PoolsReply.Builder b = PoolsReply.newBuilder();
    control.pools().forEach(p -> b.addPools(encode(p)));
    control.stored().forEach(s -> b.addStored(encode(s)));
    return b.build();
  }

  private static ConfiguredPool encode(NodeControl.Pool p) {
    ConfiguredPool.Builder b =
        ConfiguredPool.newBuilder()
            .setSite(p.site().name())
            .setService(p.service().name())
            .setName(p.name())
            .setLogic(p.logic())
            .setLine(p.line())
            .setYaml(p.yaml())
            .addAllNodes(p.nodes().stream().map(NodeAddress::toString).toList());
    p.policies()
        .forEach(s -> b.addPolicies(Setting.newBuilder().setKey(s.key()).setValue(s.value())));
    return b.build();
  }

  private static StoredNode encode(NodeControl.Stored s) {
    return StoredNode.newBuilder()
        .setService(s.service().name())
        .setPool(s.pool())
        .setNode(s.node().toString())
        .setState(ViewCodec.encode(s.state()))
        .setStatus(ViewCodec.encode(s.status()))
        .setLastWallMillis(s.lastWallMillis())
        .setOverride(s.override())
        .build();
  }

  /** The configured ones, each with its result in the picture. */
  static CheckpointsReply checkpoints(
      Checkpoints checkpoints, NodeSnapshot picture, long wallMillis) {
    SiteView view = ViewCodec.encode(picture.local());
    CheckpointsReply.Builder b = CheckpointsReply.newBuilder();
    for (Checkpoints.Listed c : checkpoints.list()) {
      ListedCheckpoint.Builder each =
          ListedCheckpoint.newBuilder()
              .setMethod(c.method())
              .setTimeoutMillis(c.timeout().toMillis())
              .setIntervalMillis(c.interval().toMillis());
      each.getViewBuilder().setSpec(c.spec());
      for (CheckpointView v : view.getCheckpointsList()) {
        if (v.getSpec().equals(c.spec())) {
          each.setView(v);
          if (v.getLastWallMillis() > 0) {
            each.setAgeMillis(Math.max(0, wallMillis - v.getLastWallMillis()));
          }
        }
      }
      b.addCheckpoints(each);
    }
    return b.build();
  }

  static TestCheckpointReply encode(Checkpoints.Tested t) {
    return TestCheckpointReply.newBuilder()
        .setCheckpoint(t.spec())
        .setOk(t.ok())
        .setMicros(t.micros())
        .setMessage(t.message())
        .build();
  }

  static MeasuredReply encode(NodeControl.Times t) {
    MeasuredReply.Builder b = MeasuredReply.newBuilder().setSinceWallMillis(t.sinceWallMillis());
    t.times()
        .forEach(
            each ->
                b.addTimes(
                    MeasuredTime.newBuilder()
                        .setService(each.service().name())
                        .setStage(each.stage())
                        .setMillis(each.millis())
                        .setWallMillis(each.wallMillis())
                        .setText(each.text())));
    return b.build();
  }
}
