package dev.mpp.node.agreement;

import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.proto.v1.PairEnvelope;
import dev.mpp.proto.v1.PairLedgerGrpc;
import dev.mpp.proto.v1.PairReceipt;
import dev.mpp.tls.PeerRule;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One way to the peer. It queues nothing: what cannot be sent now is dropped, because the next
 * message says it again. A stream without receipts is dead, whatever TCP says, and is replaced by
 * one over a fresh connection. Confined to the given thread.
 */
final class PairPath {
  private static final Logger LOG = LoggerFactory.getLogger(PairAgreement.class);

  private final InetSocketAddress address;
  private final GrpcTransport transport;
  private final PeerRule peer;
  private final Executor thread;
  private final LongSupplier nanos;
  private final long silence;
  private @Nullable ManagedChannel channel;
  private @Nullable Stream stream;
  private boolean up;
  private boolean told;

  /** One stream; callbacks of a former one are recognised by it. */
  private final class Stream implements ClientResponseObserver<PairEnvelope, PairReceipt> {
    private @Nullable ClientCallStreamObserver<PairEnvelope> call;
    private long heardAt;

    Stream(long now) {
      heardAt = now;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<PairEnvelope> started) {
      call = started;
    }

    @Override
    public void onNext(PairReceipt receipt) {
      heardAt = nanos.getAsLong();
      state(true, "");
    }

    @Override
    public void onError(Throwable t) {
      ended(this, String.valueOf(t.getMessage()));
    }

    @Override
    public void onCompleted() {
      ended(this, "the other end closed it");
    }
  }

  /**
   * @param silence nanoseconds without a receipt after which the stream is replaced
   */
  PairPath(
      InetSocketAddress address,
      GrpcTransport transport,
      PeerRule peer,
      Executor thread,
      LongSupplier nanos,
      long silence) {
    this.address = address;
    this.transport = transport;
    this.peer = peer;
    this.thread = thread;
    this.nanos = nanos;
    this.silence = silence;
  }

  /** Opens the stream if there is none, replaces it if it is silent. */
  void tend(long now) {
    Stream s = stream;
    if (s != null && now - s.heardAt > silence) {
      ended(s, "nothing came back");
    }
    if (stream == null) {
      Stream fresh = new Stream(now);
      ManagedChannel c =
          transport
              .channel(address.getHostString(), address.getPort(), peer)
              .executor(thread)
              .build();
      channel = c;
      stream = fresh;
      var unused = PairLedgerGrpc.newStub(c).deliver(fresh);
    }
  }

  void send(PairEnvelope message) {
    Stream s = stream;
    ClientCallStreamObserver<PairEnvelope> call = s == null ? null : s.call;
    if (call != null && call.isReady()) {
      call.onNext(message);
    }
  }

  private void ended(Stream s, String why) {
    if (s.equals(stream)) {
      state(false, why);
      close();
    }
  }

  private void state(boolean now, String why) {
    if (up != now || !told) {
      up = now;
      told = true;
      LOG.info("Ledger: the way to {} {}", address, now ? "is up" : "is down: " + why);
    }
  }

  void close() {
    stream = null;
    ManagedChannel c = channel;
    channel = null;
    if (c != null) {
      c.shutdownNow();
    }
  }
}
