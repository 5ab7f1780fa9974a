package dev.mpp.node.api;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.SiteView;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.proto.v1.JournalPage;
import dev.mpp.proto.v1.JournalRequest;
import dev.mpp.proto.v1.OperatorGrpc;
import dev.mpp.proto.v1.RecoverReply;
import dev.mpp.proto.v1.RecoverRequest;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import dev.mpp.proto.v1.WatchEvent;
import dev.mpp.proto.v1.WatchRequest;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator API. Its executor may block; it never blocks the loop. */
public final class OperatorService extends OperatorGrpc.OperatorImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorService.class);
  private static final int DEFAULT_PAGE = 100;
  private static final int MAX_PAGE = 1_000;
  private static final long RECOVER_TIMEOUT_SECONDS = 10;

  private final NodeControl control;
  private final LongSupplier nanos;
  private final LongSupplier wallMillis;
  private final Executor executor;

  /**
   * @param nanos the monotonic clock of the snapshots
   * @param wallMillis wall clock, for display only
   * @param executor sends to followers
   */
  public OperatorService(
      NodeControl control, LongSupplier nanos, LongSupplier wallMillis, Executor executor) {
    this.control = control;
    this.nanos = nanos;
    this.wallMillis = wallMillis;
    this.executor = executor;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusReply> out) {
    answer(out, StatusCodec.encode(control.snapshot(), nanos.getAsLong(), wallMillis.getAsLong()));
  }

  @Override
  public void journal(JournalRequest request, StreamObserver<JournalPage> out) {
    int max = request.getMax() <= 0 ? DEFAULT_PAGE : Math.min(request.getMax(), MAX_PAGE);
    JournalPage.Builder page = JournalPage.newBuilder();
    try {
      control.journal(request.getAfter(), max).forEach(e -> page.addEntries(StatusCodec.encode(e)));
    } catch (RuntimeException e) {
      refuse(out, "journal", e);
      return;
    }
    answer(out, page.build());
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<WatchEvent> responses) {
    var out = (ServerCallStreamObserver<WatchEvent>) responses;
    WatchStream stream = new WatchStream(out, executor, wallMillis);
    NodeControl.Subscription subscription = control.subscribe(stream);
    out.setOnCancelHandler(subscription::close);
    out.setOnCloseHandler(subscription::close);
    out.setOnReadyHandler(stream::wake);
    try {
      if (request.hasAfter()) {
        stream.backlog(control.journal(request.getAfter(), MAX_PAGE));
      }
    } catch (RuntimeException e) {
      subscription.close();
      refuse(responses, "watch", e);
      return;
    }
    stream.picture(control.snapshot());
  }

  @Override
  public void recover(RecoverRequest request, StreamObserver<RecoverReply> out) {
    NodeControl.Recovery order;
    try {
      order =
          new NodeControl.Recovery(
              NodeAddress.parse(request.getNode()),
              request.getPool(),
              request.getReason(),
              request.getUser());
    } catch (IllegalArgumentException e) {
      out.onError(Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
      return;
    }
    Optional<String> elsewhere = notHere(control.snapshot(), order.node());
    if (elsewhere.isPresent()) {
      out.onError(Status.NOT_FOUND.withDescription(elsewhere.get()).asRuntimeException());
      return;
    }
    LOG.info(
        "recover {} asked by {}: {}",
        order.node(),
        order.user().isEmpty() ? "nobody named" : order.user(),
        order.reason().isEmpty() ? "no reason given" : order.reason());
    var unused =
        control
            .recover(order)
            .copy()
            .orTimeout(RECOVER_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .whenCompleteAsync(
                (text, failure) -> {
                  if (failure == null) {
                    answer(out, RecoverReply.newBuilder().setText(text).build());
                  } else {
                    refuse(out, "recover", failure);
                  }
                },
                executor);
  }

  /** Why a node cannot be recovered from this site, empty when it can. */
  private static Optional<String> notHere(NodeSnapshot s, NodeAddress node) {
    if (has(s.local(), node)) {
      return Optional.empty();
    }
    String owner =
        s.peers().stream()
            .filter(p -> p.view().isPresent() && has(p.view().get(), node))
            .map(p -> "; it is a node of " + p.site() + ": ask a node of that site (--node)")
            .findFirst()
            .orElse("; no site lists it");
    return Optional.of(node + " is not a node of " + s.local().site() + owner);
  }

  private static boolean has(SiteView view, NodeAddress node) {
    return view.pools().stream()
        .flatMap(p -> p.nodes().stream())
        .anyMatch(n -> n.address().equals(node));
  }

  private static <T> void answer(StreamObserver<T> out, T reply) {
    out.onNext(reply);
    out.onCompleted();
  }

  private static void refuse(StreamObserver<?> out, String what, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    Status status;
    if (cause instanceof IllegalArgumentException || cause instanceof IllegalStateException) {
      status = Status.FAILED_PRECONDITION.withDescription(String.valueOf(cause.getMessage()));
    } else if (cause instanceof java.util.concurrent.TimeoutException) {
      status =
          Status.DEADLINE_EXCEEDED.withDescription(
              "no answer from the loop within " + RECOVER_TIMEOUT_SECONDS + " s; look at status");
    } else {
      LOG.error("{} failed", what, cause);
      status = Status.INTERNAL.withDescription(what + " failed: " + cause);
    }
    out.onError(status.asRuntimeException());
  }
}
