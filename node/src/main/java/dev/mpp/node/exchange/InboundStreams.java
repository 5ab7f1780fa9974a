package dev.mpp.node.exchange;

import dev.mpp.node.wire.Caller;
import dev.mpp.proto.v1.PeerExchangeGrpc;
import dev.mpp.proto.v1.PeerMessage;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** Accepts the peers' streams, a bounded number of them. Confined to the exchange thread. */
final class InboundStreams extends PeerExchangeGrpc.PeerExchangeImplBase {
  private final int limit;
  private final BiFunction<ServerCallStreamObserver<PeerMessage>, Caller, PeerStream> opener;
  private final Set<PeerStream> open = new LinkedHashSet<>();

  InboundStreams(
      int limit, BiFunction<ServerCallStreamObserver<PeerMessage>, Caller, PeerStream> opener) {
    this.limit = limit;
    this.opener = opener;
  }

  @Override
  public StreamObserver<PeerMessage> exchange(StreamObserver<PeerMessage> responses) {
    var call = (ServerCallStreamObserver<PeerMessage>) responses;
    PeerStream stream = opener.apply(call, Caller.current());
    // With a cancel handler set, writing to a cancelled call is ignored instead of thrown.
    call.setOnCancelHandler(
        () -> stream.close(Status.CANCELLED.withDescription("the peer dropped the stream")));
    call.setOnReadyHandler(stream::flush);
    open.add(stream);
    if (open.size() > limit) {
      stream.close(Status.RESOURCE_EXHAUSTED.withDescription("too many streams"));
    }
    return stream;
  }

  List<PeerStream> open() {
    return List.copyOf(open);
  }

  void closed(PeerStream stream) {
    open.remove(stream);
  }

  void closeAll(Status why) {
    open().forEach(s -> s.close(why));
  }
}
