package dev.mpp.node.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.proto.v1.Heartbeat;
import dev.mpp.proto.v1.Hello;
import dev.mpp.proto.v1.PeerMessage;
import dev.mpp.proto.v1.SiteView;
import io.grpc.Status;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** One stream without a network. */
final class ExchangeStreamTest {
  private final AtomicLong now = new AtomicLong();
  private final FakeCall call = new FakeCall();
  private final FakeOwner owner = new FakeOwner();
  private final PeerStream stream =
      new PeerStream(
          owner,
          now::get,
          Hello.newBuilder().setSite("one").build(),
          "test",
          call,
          why -> call.closedWith = why);

  private static PeerMessage view(int sequence) {
    return PeerMessage.newBuilder().setView(SiteView.newBuilder().setSequence(sequence)).build();
  }

  private static PeerMessage hello() {
    return PeerMessage.newBuilder().setHello(Hello.newBuilder().setSite("two")).build();
  }

  private static PeerMessage heartbeat(long stamp) {
    return PeerMessage.newBuilder().setHeartbeat(Heartbeat.newBuilder().setStamp(stamp)).build();
  }

  @Test
  void whileTheTransportIsBusyOnlyTheNewestViewIsKept() {
    stream.sendHello();
    stream.onNext(hello());
    call.sent.clear();
    call.ready = false;
    for (int i = 1; i <= 1_000; i++) {
      owner.newest = view(i);
      stream.flush();
      stream.heartbeat(i, 1);
      stream.onNext(heartbeat(i));
    }
    assertTrue(call.sent.isEmpty());
    call.ready = true;
    stream.flush();
    stream.flush();
    assertEquals(List.of(view(1_000)), call.sent);
  }

  @Test
  void nothingIsSaidBeforeTheHelloIsAccepted() {
    owner.newest = view(1);
    stream.sendHello();
    stream.flush();
    stream.heartbeat(1, 1);
    assertEquals(1, call.sent.size());
    assertTrue(call.sent.getFirst().hasHello());
  }

  @Test
  void aViewBeforeTheHelloEndsTheStream() {
    stream.onNext(view(1));
    assertFalse(stream.established());
    assertEquals(Status.Code.FAILED_PRECONDITION, call.closedWith.getCode());
    stream.onNext(hello());
    assertFalse(stream.established());
  }

  @Test
  void theRoundTripIsMeasuredAndNonsenseIgnored() {
    stream.onNext(hello());
    now.set(5_000_000);
    stream.onNext(echo(2_000_000));
    assertEquals(3_000_000, owner.rtt);
    stream.onNext(echo(6_000_000));
    assertEquals(-1, owner.rtt);
    stream.onNext(echo(Long.MIN_VALUE + 1));
    assertEquals(-1, owner.rtt);
  }

  private static PeerMessage echo(long stamp) {
    return PeerMessage.newBuilder()
        .setEcho(dev.mpp.proto.v1.Echo.newBuilder().setStamp(stamp))
        .build();
  }

  private static final class FakeOwner implements PeerStream.Owner {
    PeerMessage newest = ExchangeStreamTest.view(0);
    long rtt;

    @Override
    public Optional<Status> hello(PeerStream stream, Hello hello) {
      return Optional.empty();
    }

    @Override
    public void established(PeerStream stream) {}

    @Override
    public PeerMessage view() {
      return newest;
    }

    @Override
    public void received(PeerStream stream, SiteView view, long arrival) {}

    @Override
    public void heard(PeerStream stream, long arrival, long rttNanos) {
      rtt = rttNanos;
    }

    @Override
    public void closed(PeerStream stream, Status why) {}
  }

  private static final class FakeCall extends RecordedCall {
    Status closedWith = Status.OK;
  }
}
