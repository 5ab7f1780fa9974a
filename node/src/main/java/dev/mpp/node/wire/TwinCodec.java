package dev.mpp.node.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.TwinState;
import dev.mpp.proto.v1.TwinFloor;
import java.util.stream.Collectors;

/** {@link TwinState} to and from its bytes in the group of a site's instances. */
public final class TwinCodec {
  static final int FORMAT = 1;

  private TwinCodec() {}

  public static byte[] encode(String deployment, TwinState s) {
    var b =
        dev.mpp.proto.v1.TwinState.newBuilder()
            .setFormat(FORMAT)
            .setDeployment(deployment)
            .setView(ViewCodec.encode(s.view()))
            .setTerm(s.term())
            .setActing(s.acting())
            .setReady(s.ready())
            .setHanding(s.handing())
            .setSequence(s.sequence())
            .setSentWallMillis(s.sentWallMillis());
    s.busy().stream().sorted().forEach(n -> b.addBusy(n.name()));
    for (TwinState.Floor f : s.floors()) {
      b.addFloors(
          TwinFloor.newBuilder()
              .setService(f.service().name())
              .setHost(f.node().host())
              .setPort(f.node().port())
              .setFloor(ViewCodec.encode(f.floor())));
    }
    return b.build().toByteArray();
  }

  /**
   * @throws IllegalArgumentException if the bytes are malformed, of another deployment or of
   *     another format
   */
  public static TwinState decode(String deployment, byte[] bytes, int offset, int length) {
    dev.mpp.proto.v1.TwinState s;
    try {
      s = dev.mpp.proto.v1.TwinState.parser().parseFrom(bytes, offset, length);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    if (s.getFormat() != FORMAT || !s.getDeployment().equals(deployment)) {
      throw new IllegalArgumentException(
          "format %d of deployment \"%s\", this is format %d of \"%s\""
              .formatted(s.getFormat(), s.getDeployment(), FORMAT, deployment));
    }
    return new TwinState(
        ViewCodec.decode(s.getView()),
        s.getTerm(),
        s.getActing(),
        s.getReady(),
        s.getHanding(),
        s.getSequence(),
        s.getSentWallMillis(),
        s.getBusyList().stream().map(ServiceName::new).collect(Collectors.toSet()),
        s.getFloorsList().stream()
            .map(
                f ->
                    new TwinState.Floor(
                        new ServiceName(f.getService()),
                        new NodeAddress(f.getHost(), f.getPort()),
                        ViewCodec.decode(f.getFloor())))
            .toList());
  }
}
