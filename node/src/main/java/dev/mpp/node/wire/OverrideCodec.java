package dev.mpp.node.wire;

import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.SiteView.OverrideView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.proto.v1.Health;
import dev.mpp.proto.v1.Override;
import java.util.Optional;
import java.util.OptionalInt;

/** An override between its record and its message. */
public final class OverrideCodec {
  private OverrideCodec() {}

  public static Override encode(OverrideView o) {
    Override.Builder b =
        Override.newBuilder()
            .setUntilWallMillis(o.untilWallMillis())
            .setBy(o.by())
            .setReason(o.reason());
    o.what().state().ifPresent(s -> b.setState(ViewCodec.encode(s)));
    o.what().status().ifPresent(s -> b.setStatus(ViewCodec.encode(s)));
    o.what().type().ifPresent(t -> b.setType(encode(t)));
    o.what().weight().ifPresent(b::setWeight);
    return b.build();
  }

  /**
   * @throws IllegalArgumentException if a part of it is not allowed; the message says which
   */
  public static OverrideView decode(Override o) {
    return new OverrideView(
        new NodeOverride(state(o), status(o), type(o), weight(o)),
        o.getUntilWallMillis(),
        o.getBy(),
        o.getReason());
  }

  private static Optional<State> state(Override o) {
    return o.getState() == dev.mpp.proto.v1.State.STATE_UNSPECIFIED
        ? Optional.empty()
        : Optional.of(ViewCodec.decode(o.getState()));
  }

  private static Optional<Status> status(Override o) {
    return o.getStatus() == Health.HEALTH_UNSPECIFIED
        ? Optional.empty()
        : Optional.of(ViewCodec.decode(o.getStatus()));
  }

  private static Optional<NodeType> type(Override o) {
    return switch (o.getType()) {
      case NODE_TYPE_PRIMARY -> Optional.of(NodeType.PRIMARY);
      case NODE_TYPE_SECONDARY -> Optional.of(NodeType.SECONDARY);
      case NODE_TYPE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  private static OptionalInt weight(Override o) {
    return o.hasWeight() ? OptionalInt.of(o.getWeight()) : OptionalInt.empty();
  }

  private static dev.mpp.proto.v1.NodeType encode(NodeType type) {
    return switch (type) {
      case PRIMARY -> dev.mpp.proto.v1.NodeType.NODE_TYPE_PRIMARY;
      case SECONDARY -> dev.mpp.proto.v1.NodeType.NODE_TYPE_SECONDARY;
    };
  }
}
