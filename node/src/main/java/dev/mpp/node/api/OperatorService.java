package dev.mpp.node.api;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalQuery;
import dev.mpp.core.model.SiteId;
import dev.mpp.proto.v1.ActivatePrimaryRequest;
import dev.mpp.proto.v1.ChangeMemberRequest;
import dev.mpp.proto.v1.CheckpointsReply;
import dev.mpp.proto.v1.CheckpointsRequest;
import dev.mpp.proto.v1.DeletePoolRequest;
import dev.mpp.proto.v1.EndSwitchoverRequest;
import dev.mpp.proto.v1.JournalPage;
import dev.mpp.proto.v1.JournalRequest;
import dev.mpp.proto.v1.MeasuredReply;
import dev.mpp.proto.v1.MeasuredRequest;
import dev.mpp.proto.v1.MembersReply;
import dev.mpp.proto.v1.MembersRequest;
import dev.mpp.proto.v1.OperatorGrpc;
import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.OrderSiteRequest;
import dev.mpp.proto.v1.PauseRequest;
import dev.mpp.proto.v1.PlanFailoverReply;
import dev.mpp.proto.v1.PlanFailoverRequest;
import dev.mpp.proto.v1.PoolsReply;
import dev.mpp.proto.v1.PoolsRequest;
import dev.mpp.proto.v1.PreferRequest;
import dev.mpp.proto.v1.RecoverReply;
import dev.mpp.proto.v1.RecoverRequest;
import dev.mpp.proto.v1.SetNodeRequest;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import dev.mpp.proto.v1.SwitchoverEvent;
import dev.mpp.proto.v1.SwitchoverRequest;
import dev.mpp.proto.v1.TakeoverRequest;
import dev.mpp.proto.v1.TestCheckpointReply;
import dev.mpp.proto.v1.TestCheckpointRequest;
import dev.mpp.proto.v1.TwinHandoverRequest;
import dev.mpp.proto.v1.UnsetNodeRequest;
import dev.mpp.proto.v1.VerifyJournalReply;
import dev.mpp.proto.v1.VerifyJournalRequest;
import dev.mpp.proto.v1.WatchEvent;
import dev.mpp.proto.v1.WatchRequest;
import dev.mpp.proto.v1.WhyNotReply;
import dev.mpp.proto.v1.WhyNotRequest;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator API. Its executor may block; it never blocks the loop. */
public final class OperatorService extends OperatorGrpc.OperatorImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorService.class);
  private static final int MAX_PAGE = 1_000;

  /** How long a pause is waited for; less when the asker has less time. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(8);

  /** What an answer needs to reach an asker that is about to give up. */
  private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  private final NodeControl control;
  private final Orders orders;
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
    this.orders = new Orders(control, nanos, wallMillis);
    this.nanos = nanos;
    this.wallMillis = wallMillis;
    this.executor = executor;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusReply> out) {
    answer(
        out,
        StatusCodec.encode(
            control.snapshot(),
            control.alarms(),
            control.outbound(),
            nanos.getAsLong(),
            wallMillis.getAsLong()));
  }

  @Override
  public void journal(JournalRequest request, StreamObserver<JournalPage> out) {
    run(
        "journal",
        out,
        () -> {
          JournalQuery query = JournalCodec.query(request, wallMillis.getAsLong());
          JournalHead head = control.journalHead();
          return JournalCodec.page(site(), head, query, control.journal(query));
        });
  }

  @Override
  public void followJournal(JournalRequest request, StreamObserver<JournalPage> responses) {
    var out = (ServerCallStreamObserver<JournalPage>) responses;
    FollowStream stream =
        new FollowStream(
            out, control, executor, JournalCodec.query(request, wallMillis.getAsLong()));
    NodeControl.Subscription subscription = control.subscribe(stream);
    out.setOnCancelHandler(subscription::close);
    out.setOnCloseHandler(subscription::close);
    out.setOnReadyHandler(stream::wake);
    stream.wake();
  }

  @Override
  public void verifyJournal(VerifyJournalRequest request, StreamObserver<VerifyJournalReply> out) {
    run(
        "journal verify",
        out,
        () -> JournalCodec.encode(site(), control.verifyJournal(JournalCodec.known(request))));
  }

  @Override
  public void whyNot(WhyNotRequest request, StreamObserver<WhyNotReply> out) {
    run("why-not", out, () -> new WhyNot(control.snapshot(), nanos.getAsLong()).answer(request));
  }

  @Override
  public void planFailover(PlanFailoverRequest request, StreamObserver<PlanFailoverReply> out) {
    run(
        "plan failover",
        out,
        () ->
            new FailoverCodec(control.snapshot(), nanos.getAsLong())
                .answer(request, control::failover));
  }

  private SiteId site() {
    return control.snapshot().local().site();
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
        stream.backlog(control.journal(JournalQuery.after(request.getAfter(), MAX_PAGE)));
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
    run("recover", out, () -> orders.recover(request));
  }

  @Override
  public void setNode(SetNodeRequest request, StreamObserver<OrderReply> out) {
    run("node set", out, () -> orders.set(request));
  }

  @Override
  public void unsetNode(UnsetNodeRequest request, StreamObserver<OrderReply> out) {
    run("node unset", out, () -> orders.unset(request));
  }

  @Override
  public void pause(PauseRequest request, StreamObserver<OrderReply> out) {
    long within = within();
    run("pause", out, () -> orders.pause(request, within));
  }

  /** How long an order may be waited for. */
  private static long within() {
    Deadline asked = Context.current().getDeadline();
    return asked == null
        ? PAUSE_NANOS
        : Math.clamp(asked.timeRemaining(TimeUnit.NANOSECONDS) - ANSWER_NANOS, 0, PAUSE_NANOS);
  }

  @Override
  public void switchover(SwitchoverRequest request, StreamObserver<SwitchoverEvent> responses) {
    var out = (ServerCallStreamObserver<SwitchoverEvent>) responses;
    // Without a handler a message to an asker who left would throw.
    out.setOnCancelHandler(() -> {});
    run(
        "switchover",
        out,
        () -> new Switching(control, request, nanos, out::onNext, out::isCancelled));
  }

  private static void run(
      String what, ServerCallStreamObserver<SwitchoverEvent> out, Supplier<Switching> work) {
    try {
      work.get().run();
    } catch (RuntimeException e) {
      refuse(out, what, e);
      return;
    }
    out.onCompleted();
  }

  @Override
  public void endSwitchover(EndSwitchoverRequest request, StreamObserver<OrderReply> out) {
    long within = within();
    run("switchover end", out, () -> orders.endSwitchover(request, within));
  }

  @Override
  public void orderSite(OrderSiteRequest request, StreamObserver<OrderReply> out) {
    long within = within();
    run("site", out, () -> orders.orderSite(request, within));
  }

  @Override
  public void prefer(PreferRequest request, StreamObserver<OrderReply> out) {
    long within = within();
    run("prefer", out, () -> orders.prefer(request, within));
  }

  @Override
  public void activatePrimary(ActivatePrimaryRequest request, StreamObserver<OrderReply> out) {
    run("activate-primary", out, () -> orders.activate(request));
  }

  @Override
  public void twinHandover(TwinHandoverRequest request, StreamObserver<OrderReply> out) {
    run("twin handover", out, () -> orders.handOver(request));
  }

  @Override
  public void takeover(TakeoverRequest request, StreamObserver<OrderReply> out) {
    run("takeover", out, () -> orders.takeover(request));
  }

  @Override
  public void pools(PoolsRequest request, StreamObserver<PoolsReply> out) {
    run("pools", out, () -> InventoryCodec.pools(control));
  }

  @Override
  public void deletePool(DeletePoolRequest request, StreamObserver<OrderReply> out) {
    run("pool delete", out, () -> orders.forget(request));
  }

  @Override
  public void checkpoints(CheckpointsRequest request, StreamObserver<CheckpointsReply> out) {
    run(
        "checkpoints",
        out,
        () ->
            InventoryCodec.checkpoints(
                control.checkpoints(), control.snapshot(), wallMillis.getAsLong()));
  }

  @Override
  public void testCheckpoint(
      TestCheckpointRequest request, StreamObserver<TestCheckpointReply> out) {
    run(
        "checkpoint test",
        out,
        () -> InventoryCodec.encode(control.checkpoints().test(request.getCheckpoint())));
  }

  @Override
  public void measured(MeasuredRequest request, StreamObserver<MeasuredReply> out) {
    run("measured", out, () -> InventoryCodec.encode(control.times()));
  }

  @Override
  public void members(MembersRequest request, StreamObserver<MembersReply> out) {
    run("member list", out, () -> MemberCodec.encode(control.voters()));
  }

  @Override
  public void changeMember(ChangeMemberRequest request, StreamObserver<OrderReply> out) {
    run(
        "member",
        out,
        () ->
            OrderReply.newBuilder()
                .addLines(control.changeMember(MemberCodec.decode(request)))
                .build());
  }

  private static <T> void run(String what, StreamObserver<T> out, Supplier<T> work) {
    T reply;
    try {
      reply = work.get();
    } catch (RuntimeException e) {
      refuse(out, what, e);
      return;
    }
    answer(out, reply);
  }

  private static <T> void answer(StreamObserver<T> out, T reply) {
    out.onNext(reply);
    out.onCompleted();
  }

  private static void refuse(StreamObserver<?> out, String what, RuntimeException cause) {
    switch (cause) {
      case StatusRuntimeException said -> out.onError(said);
      case IllegalArgumentException no -> out.onError(precondition(no));
      case IllegalStateException no -> out.onError(precondition(no));
      default -> {
        LOG.error("{} failed", what, cause);
        out.onError(
            Status.INTERNAL.withDescription(what + " failed: " + cause).asRuntimeException());
      }
    }
  }

  private static StatusRuntimeException precondition(RuntimeException no) {
    return Status.FAILED_PRECONDITION
        .withDescription(String.valueOf(no.getMessage()))
        .asRuntimeException();
  }
}
