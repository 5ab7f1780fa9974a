package dev.mpp.node.exchange;

import dev.mpp.proto.v1.PeerExchangeGrpc;
import dev.mpp.proto.v1.PeerMessage;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** Accepts the peers' streams, a bounded number of them. Confined to the exchange thread. */
final class InboundStreams extends PeerExchangeGrpc.PeerExchangeImplBase {
  private static final Context.Key<String> REMOTE = Context.key("remote address");

  /** Lets the service see where a call comes from. */
  static final ServerInterceptor REMOTE_ADDRESS =
      new ServerInterceptor() {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
          SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
          String text =
              remote instanceof InetSocketAddress inet && inet.getAddress() != null
                  ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                  : "unknown";
          return Contexts.interceptCall(
              Context.current().withValue(REMOTE, text), call, headers, next);
        }
      };

  private final int limit;
  private final BiFunction<ServerCallStreamObserver<PeerMessage>, String, PeerStream> opener;
  private final Set<PeerStream> open = new LinkedHashSet<>();

  InboundStreams(
      int limit, BiFunction<ServerCallStreamObserver<PeerMessage>, String, PeerStream> opener) {
    this.limit = limit;
    this.opener = opener;
  }

  @Override
  public StreamObserver<PeerMessage> exchange(StreamObserver<PeerMessage> responses) {
    var call = (ServerCallStreamObserver<PeerMessage>) responses;
    PeerStream stream = opener.apply(call, REMOTE.get());
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
