package dev.mpp.node.agreement;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.tls.Identity;
import dev.mpp.tls.SiteTls;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftClientRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member speaks for its own site only: what it votes, appends and proposes must bear the name
 * that its certificate bears. A member that was broken into can then disturb the ledger as one
 * voter can, and claim nothing in the name of another.
 */
final class LedgerGate implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerGate.class);

  private final LedgerTls tls;

  LedgerGate(LedgerTls tls) {
    this.tls = tls;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String source =
        call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress from
            ? from.getAddress().getHostAddress()
            : "unknown";
    Optional<Identity> shown = shown(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    if (shown.isEmpty()) {
      refuse(call, source, "it showed no certificate");
      return new ServerCall.Listener<>() {};
    }
    return new Checked<>(next.startCall(call, headers), call, source, shown.get());
  }

  private static Optional<Identity> shown(SSLSession session) {
    try {
      return session == null ? Optional.empty() : Optional.of(SiteTls.peer(session));
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  private void refuse(ServerCall<?, ?> call, String source, String why) {
    LOG.warn("Ledger: refused {}: {}", source, why);
    tls.rejections().rejected(LedgerDoor.NAME, source, why);
    call.close(Status.PERMISSION_DENIED.withDescription(why), new Metadata());
  }

  private final class Checked<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final String source;
    private final Identity shown;
    private boolean refused;

    Checked(ServerCall.Listener<Q> next, ServerCall<Q, ?> call, String source, Identity shown) {
      super(next);
      this.call = call;
      this.source = source;
      this.shown = shown;
    }

    @Override
    public void onMessage(Q request) {
      Optional<String> claimed = speaker(request).filter(name -> !name.equals(shown.name()));
      if (claimed.isPresent() && !refused) {
        refused = true;
        String name = claimed.get().replaceAll("[^ -~]", "?");
        refuse(
            call,
            source,
            "it speaks for site %s, and its certificate is of %s"
                .formatted(name.length() > 80 ? name.substring(0, 80) : name, shown));
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

  /** Whom a request claims to be from; empty for one that claims nobody. */
  private static Optional<String> speaker(Object request) {
    return switch (request) {
      case RequestVoteRequestProto r -> requestor(r.getServerRequest());
      case AppendEntriesRequestProto r -> requestor(r.getServerRequest());
      case InstallSnapshotRequestProto r -> requestor(r.getServerRequest());
      case ReadIndexRequestProto r -> requestor(r.getServerRequest());
      case StartLeaderElectionRequestProto r -> requestor(r.getServerRequest());
      case RaftClientRequestProto r ->
          r.getTypeCase() == RaftClientRequestProto.TypeCase.WRITE
              ? proposer(r.getMessage().getContent().toByteArray())
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<String> requestor(RaftRpcRequestProto r) {
    return Optional.of(MemberId.site(r.getRequestorId().toStringUtf8()));
  }

  /** What nobody can read goes on: the leader refuses it with its reason. */
  private static Optional<String> proposer(byte[] proposal) {
    try {
      LedgerCommand command = LedgerCodec.command(proposal);
      return Optional.of(command.origin().site().name());
    } catch (UnreadableLedgerException e) {
      return Optional.empty();
    }
  }
}
