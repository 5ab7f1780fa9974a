package dev.mpp.node.exchange;

import dev.mpp.proto.v1.Echo;
import dev.mpp.proto.v1.Heartbeat;
import dev.mpp.proto.v1.Hello;
import dev.mpp.proto.v1.PeerMessage;
import dev.mpp.proto.v1.SiteView;
import io.grpc.Status;
import io.grpc.stub.CallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One stream, inbound or outbound. Confined to the exchange thread. Nothing is queued here: while
 * the transport is not ready, views are conflated and heartbeats left out.
 */
final class PeerStream implements StreamObserver<PeerMessage> {

  /** What the stream reports. */
  interface Owner {
    /** Judges the first message; a refusal closes the stream. */
    Optional<Status> hello(PeerStream stream, Hello hello);

    /** The other end was accepted. */
    void established(PeerStream stream);

    /** The newest own view to send, null before the first. */
    @Nullable PeerMessage view();

    void received(PeerStream stream, SiteView view, long arrival);

    void heard(PeerStream stream, long arrival, long rttNanos);

    /** Called once, whoever closed the stream. */
    void closed(PeerStream stream, Status why);
  }

  private static final long NO_RTT = -1;
  private static final long MAX_RTT_NANOS = 60_000_000_000L;

  private final Owner owner;
  private final LongSupplier nanos;
  private final Hello own;
  private final String remote;
  private final CallStreamObserver<PeerMessage> out;
  private final Consumer<Status> closer;

  private final HeardPools heardPools = new HeardPools();
  private boolean readsParts;
  private int parts;
  private boolean helloSent;
  private boolean established;
  private boolean closed;
  private long heardAt;
  private long heartbeatAt = Long.MIN_VALUE;
  private @Nullable PeerMessage viewSent;
  private String incarnation = "";

  /**
   * @param remote address of the other end, for logs
   * @param closer ends the call
   */
  PeerStream(
      Owner owner,
      LongSupplier nanos,
      Hello own,
      String remote,
      CallStreamObserver<PeerMessage> out,
      Consumer<Status> closer) {
    this.owner = owner;
    this.nanos = nanos;
    this.own = own;
    this.remote = remote;
    this.out = out;
    this.closer = closer;
    this.heardAt = nanos.getAsLong();
  }

  boolean established() {
    return established && !closed;
  }

  String incarnation() {
    return incarnation;
  }

  /** What this stream told about pools. */
  HeardPools heardPools() {
    return heardPools;
  }

  String remote() {
    return remote;
  }

  long silentNanos(long now) {
    return now - heardAt;
  }

  void sendHello() {
    if (!helloSent && !closed) {
      helloSent = true;
      out.onNext(PeerMessage.newBuilder().setHello(own).build());
    }
  }

  /** Sends the newest view if it was not sent yet and the transport can take it. */
  void flush() {
    PeerMessage view = owner.view();
    if (established() && view != null && view != viewSent && out.isReady()) {
      PeerMessage message = forReader(view);
      viewSent = view;
      out.onNext(message);
    }
  }

  private PeerMessage forReader(PeerMessage view) {
    PeerMessage before = viewSent;
    if (before != null && readsParts && ++parts < ViewParts.WHOLE_EVERY) {
      Optional<SiteView> part = ViewParts.since(before.getView(), view.getView());
      if (part.isPresent()) {
        return PeerMessage.newBuilder().setView(part.get()).build();
      }
    }
    parts = 0;
    return view;
  }

  /** Sends a heartbeat if one is due. */
  void heartbeat(long now, long periodNanos) {
    boolean due = heartbeatAt == Long.MIN_VALUE || now - heartbeatAt >= periodNanos;
    if (established() && due && out.isReady()) {
      heartbeatAt = now;
      out.onNext(
          PeerMessage.newBuilder()
              .setHeartbeat(Heartbeat.newBuilder().setStamp(nanos.getAsLong()))
              .build());
    }
  }

  @Override
  public void onNext(PeerMessage message) {
    if (closed) {
      return;
    }
    long now = nanos.getAsLong();
    heardAt = now;
    if (established != (message.getMessageCase() != PeerMessage.MessageCase.HELLO)) {
      close(Status.FAILED_PRECONDITION.withDescription("the first message is not a hello"));
      return;
    }
    switch (message.getMessageCase()) {
      case HELLO -> accept(message.getHello(), now);
      case VIEW -> {
        owner.heard(this, now, NO_RTT);
        owner.received(this, message.getView(), now);
      }
      case HEARTBEAT -> {
        owner.heard(this, now, NO_RTT);
        echo(message.getHeartbeat().getStamp());
      }
      case ECHO -> owner.heard(this, now, roundTrip(now, message.getEcho().getStamp()));
      case MESSAGE_NOT_SET -> owner.heard(this, now, NO_RTT);
    }
  }

  private void accept(Hello hello, long now) {
    Optional<Status> refusal = owner.hello(this, hello);
    if (refusal.isPresent()) {
      close(refusal.get());
      return;
    }
    incarnation = hello.getIncarnation();
    readsParts = hello.getProtocolVersion() >= HelloCheck.PARTS;
    established = true;
    sendHello();
    owner.established(this);
    owner.heard(this, now, NO_RTT);
    heartbeat(now, 0);
    flush();
  }

  /** A stamp that cannot be one of ours says nothing. */
  private long roundTrip(long now, long stamp) {
    long nanosTaken = now - stamp;
    return nanosTaken >= 0 && nanosTaken < MAX_RTT_NANOS ? nanosTaken : NO_RTT;
  }

  private void echo(long stamp) {
    if (out.isReady()) {
      out.onNext(PeerMessage.newBuilder().setEcho(Echo.newBuilder().setStamp(stamp)).build());
    }
  }

  /** Ends the stream, or takes note that it has ended; the first reason counts. */
  void close(Status why) {
    if (!closed) {
      closed = true;
      closer.accept(why);
      owner.closed(this, why);
    }
  }

  @Override
  public void onError(Throwable t) {
    close(Status.fromThrowable(t));
  }

  @Override
  public void onCompleted() {
    close(Status.UNAVAILABLE.withDescription("the peer closed the stream"));
  }
}
