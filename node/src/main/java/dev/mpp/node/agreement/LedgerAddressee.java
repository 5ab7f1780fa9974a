package dev.mpp.node.agreement;

import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers only what is meant for this very storage. The library looks at the group alone: a member
 * on an empty disk, at the address of the one it replaces, would acknowledge entries and vote in
 * the name of the lost one, and the others would count that. (Raft, section 6 of the thesis, takes
 * for granted that a server keeps its state or has another name.)
 */
final class LedgerAddressee implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerAddressee.class);

  private final String own;

  LedgerAddressee(RaftPeerId own) {
    this.own = own.toString();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new Addressed<>(next.startCall(call, headers), call);
  }

  private final class Addressed<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private boolean refused;

    Addressed(ServerCall.Listener<Q> next, ServerCall<Q, ?> call) {
      super(next);
      this.call = call;
    }

    @Override
    public void onMessage(Q request) {
      if (!refused && !mine(request)) {
        refused = true;
        LOG.debug("Ledger: {} refused what was meant for another storage", own);
        call.close(
            Status.NOT_FOUND.withDescription("this is the ledger storage " + own), new Metadata());
      }
      if (!refused) {
        super.onMessage(request);
      }
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }
  }

  private boolean mine(Object request) {
    return switch (request) {
      case RequestVoteRequestProto r -> mine(r.getServerRequest());
      case AppendEntriesRequestProto r -> mine(r.getServerRequest());
      case InstallSnapshotRequestProto r -> mine(r.getServerRequest());
      case ReadIndexRequestProto r -> mine(r.getServerRequest());
      case StartLeaderElectionRequestProto r -> mine(r.getServerRequest());
      default -> true;
    };
  }

  private boolean mine(RaftRpcRequestProto r) {
    return r.getReplyId().toStringUtf8().equals(own);
  }
}
