package dev.mpp.node.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.wire.ViewCodec;
import dev.mpp.proto.v1.Hello;
import dev.mpp.proto.v1.PeerMessage;
import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.SiteView;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Views in parts, from the end that sends to the end that has them whole again. */
final class ViewPartsTest {
  private static final int POOLS = 40;

  private static SiteView view(long sequence, List<String> reasons) {
    SiteView.Builder view =
        SiteView.newBuilder().setSite("site1").setIncarnation("a").setSequence(sequence);
    for (int i = 0; i < reasons.size(); i++) {
      view.addPools(
          PoolView.newBuilder()
              .setService("s" + i + ".example.org")
              .setName("p" + i)
              .setReason(reasons.get(i)));
    }
    return view.build();
  }

  private static List<String> reasons(int count) {
    List<String> reasons = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      reasons.add("as it was");
    }
    return reasons;
  }

  private static final class End implements PeerStream.Owner {
    PeerMessage newest = PeerMessage.getDefaultInstance();

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
    public void heard(PeerStream stream, long arrival, long rttNanos) {}

    @Override
    public void closed(PeerStream stream, Status why) {}
  }

  /** A stream towards a reader of this protocol version, that has said hello. */
  private record Sender(End end, RecordedCall call, PeerStream stream) {
    static Sender to(int version, SiteView first) {
      End end = new End();
      RecordedCall call = new RecordedCall();
      PeerStream stream =
          new PeerStream(end, () -> 0, Hello.getDefaultInstance(), "test", call, why -> {});
      end.newest = PeerMessage.newBuilder().setView(first).build();
      stream.onNext(
          PeerMessage.newBuilder()
              .setHello(Hello.newBuilder().setProtocolVersion(version))
              .build());
      return new Sender(end, call, stream);
    }

    void send(SiteView view) {
      end.newest = PeerMessage.newBuilder().setView(view).build();
      stream.flush();
    }

    List<SiteView> sent() {
      return call.sent.stream().filter(PeerMessage::hasView).map(PeerMessage::getView).toList();
    }
  }

  @Test
  void theReaderAlwaysHasTheWholeView() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      List<String> reasons = reasons(POOLS);
      SiteView whole = view(0, reasons);
      Sender sender = Sender.to(HelloCheck.PARTS, whole);
      HeardPools reader = new HeardPools();
      int read = 0;
      for (int i = 1; i <= 300; i++) {
        if (random.nextInt(50) == 0) {
          reasons = reasons(random.nextBoolean() ? POOLS : random.nextInt(2 * POOLS));
        }
        for (int change = random.nextInt(4); change > 0 && !reasons.isEmpty(); change--) {
          reasons.set(random.nextInt(reasons.size()), "changed in " + random.nextInt(5));
        }
        SiteView before = whole;
        whole = ViewParts.sharing(before, view(i, reasons));
        // While the transport is busy views are left out.
        sender.call.ready = random.nextInt(3) > 0;
        sender.send(whole);
        List<SiteView> sent = sender.sent();
        for (; read < sent.size(); read++) {
          SiteView message = sent.get(read);
          var heard = reader.whole(ViewCodec.decode(message), message.getPartial());
          if (read == sent.size() - 1 && message.getSequence() == i) {
            assertEquals(Optional.of(ViewCodec.decode(whole)), heard, "seed " + seed + ", " + i);
          }
        }
      }
      assertTrue(sender.sent().stream().anyMatch(SiteView::getPartial));
    }
  }

  @Test
  void onlyWhatChangedIsSent() {
    List<String> reasons = reasons(1000);
    SiteView first = view(1, reasons);
    Sender sender = Sender.to(HelloCheck.PARTS, first);
    reasons.set(7, "something happened");
    sender.send(view(2, reasons));
    assertEquals(first, sender.sent().getFirst());
    SiteView part = sender.sent().getLast();
    assertTrue(part.getPartial());
    assertEquals(1, part.getPoolsCount());
    assertEquals("s7.example.org", part.getPools(0).getService());
    assertTrue(part.getSerializedSize() * 100 < first.getSerializedSize());
  }

  @Test
  void anOlderReaderGetsEveryViewWhole() {
    Sender sender = Sender.to(HelloCheck.PARTS - 1, view(1, reasons(POOLS)));
    sender.send(view(2, reasons(POOLS)));
    assertEquals(view(2, reasons(POOLS)), sender.sent().getLast());
  }

  @Test
  void fewPoolsGoWhole() {
    Sender sender = Sender.to(HelloCheck.PARTS, view(1, reasons(ViewParts.MANY - 1)));
    sender.send(view(2, reasons(ViewParts.MANY - 1)));
    assertFalse(sender.sent().getLast().getPartial());
  }

  @Test
  void aViewGoesWholeFromTimeToTime() {
    Sender sender = Sender.to(HelloCheck.PARTS, view(0, reasons(POOLS)));
    for (int i = 1; i <= 2 * ViewParts.WHOLE_EVERY; i++) {
      sender.send(view(i, reasons(POOLS)));
    }
    assertEquals(3, sender.sent().stream().filter(v -> !v.getPartial()).count());
  }

  @Test
  void aPartWithoutAWholeSaysNothing() {
    HeardPools reader = new HeardPools();
    SiteView part = view(2, reasons(1)).toBuilder().setPartial(true).build();
    assertEquals(Optional.empty(), reader.whole(ViewCodec.decode(part), true));
    SiteView whole = view(1, reasons(POOLS));
    assertTrue(reader.whole(ViewCodec.decode(whole), false).isPresent());
    assertTrue(reader.whole(ViewCodec.decode(part), true).isPresent());
    reader.forget();
    assertEquals(Optional.empty(), reader.whole(ViewCodec.decode(part), true));
  }

  @Test
  void aPoolThatNobodyToldOfMakesThePartsWorthless() {
    HeardPools reader = new HeardPools();
    assertTrue(reader.whole(ViewCodec.decode(view(1, reasons(POOLS))), false).isPresent());
    SiteView foreign =
        SiteView.newBuilder()
            .setSite("site1")
            .setPartial(true)
            .addPools(PoolView.newBuilder().setService("other.example.org"))
            .build();
    assertEquals(Optional.empty(), reader.whole(ViewCodec.decode(foreign), true));
    SiteView part = view(2, reasons(1)).toBuilder().setPartial(true).build();
    assertEquals(Optional.empty(), reader.whole(ViewCodec.decode(part), true));
  }
}
