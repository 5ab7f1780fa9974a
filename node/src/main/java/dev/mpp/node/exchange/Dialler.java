package dev.mpp.node.exchange;

import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.proto.v1.PeerExchangeGrpc;
import dev.mpp.proto.v1.PeerMessage;
import dev.mpp.tls.PeerRule;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.net.InetSocketAddress;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one outbound stream to a peer. Every attempt uses a fresh channel: no back-off state, no
 * stale name resolution and no half-dead connection survives a failure. Confined to the exchange
 * thread.
 */
final class Dialler {
  private static final Logger LOG = LoggerFactory.getLogger(PeerExchange.class);
  private static final long FIRST_BACKOFF_MILLIS = 50;
  private static final long MAX_BACKOFF_MILLIS = 500;

  /** Makes the stream object of a call that is about to start. */
  interface Opener {
    PeerStream open(Dialler dialler, ClientCallStreamObserver<PeerMessage> call, String remote);
  }

  private final ExchangeConfig.Peer peer;
  private final PeerRule rule;
  private final GrpcTransport transport;
  private final ScheduledExecutorService thread;
  private final Opener opener;

  private @Nullable ManagedChannel channel;
  private @Nullable PeerStream stream;
  private int failures;
  private int attempts;
  private boolean stopped;

  Dialler(
      ExchangeConfig.Peer peer,
      String deployment,
      GrpcTransport transport,
      ScheduledExecutorService thread,
      Opener opener) {
    this.peer = peer;
    this.rule = PeerRule.site(deployment, peer.site().name());
    this.transport = transport;
    this.thread = thread;
    this.opener = opener;
  }

  ExchangeConfig.Peer peer() {
    return peer;
  }

  @Nullable PeerStream stream() {
    return stream;
  }

  void dial() {
    if (stopped || stream != null) {
      return;
    }
    try {
      open();
    } catch (RuntimeException e) {
      LOG.error("cannot dial {}", peer.site(), e);
      drop();
      retry();
    }
  }

  private void open() {
    InetSocketAddress address =
        peer.addresses().get(Math.floorMod(attempts++, peer.addresses().size()));
    String remote = address.getHostString() + ":" + address.getPort();
    ManagedChannel fresh =
        transport
            .channel(address.getHostString(), address.getPort(), rule)
            .executor(thread)
            .build();
    channel = fresh;
    PeerExchangeGrpc.newStub(fresh)
        .exchange(
            new ClientResponseObserver<PeerMessage, PeerMessage>() {
              private @Nullable PeerStream opened;

              @Override
              public void beforeStart(ClientCallStreamObserver<PeerMessage> call) {
                PeerStream s = opener.open(Dialler.this, call, remote);
                call.setOnReadyHandler(s::flush);
                opened = s;
                stream = s;
              }

              @Override
              public void onNext(PeerMessage message) {
                if (opened != null) {
                  opened.onNext(message);
                }
              }

              @Override
              public void onError(Throwable t) {
                if (opened != null) {
                  opened.onError(t);
                }
              }

              @Override
              public void onCompleted() {
                if (opened != null) {
                  opened.onCompleted();
                }
              }
            });
    if (stream != null) {
      stream.sendHello();
    }
  }

  /** The stream is established: the next failure is a first one. */
  void succeeded() {
    failures = 0;
  }

  /** The stream has ended: a fresh channel after a pause of at most half a second. */
  void closed(PeerStream ended) {
    if (!ended.equals(stream)) {
      return;
    }
    drop();
    retry();
  }

  private void retry() {
    if (!stopped) {
      long pause = Math.min(MAX_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(failures++, 4));
      var unused = thread.schedule(this::dial, pause, TimeUnit.MILLISECONDS);
    }
  }

  private void drop() {
    stream = null;
    if (channel != null) {
      channel.shutdownNow();
      channel = null;
    }
  }

  void stop() {
    stopped = true;
    if (stream != null) {
      stream.close(Status.CANCELLED.withDescription("shutting down"));
    }
    drop();
  }
}
