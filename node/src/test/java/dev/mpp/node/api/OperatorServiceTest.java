package dev.mpp.node.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.proto.v1.JournalRequest;
import dev.mpp.proto.v1.NodeChange;
import dev.mpp.proto.v1.OperatorGrpc;
import dev.mpp.proto.v1.RecoverRequest;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import dev.mpp.proto.v1.TakeoverRequest;
import dev.mpp.proto.v1.WatchEvent;
import dev.mpp.proto.v1.WatchRequest;
import dev.mpp.tls.PeerRule;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OperatorServiceTest {
  private final FakeControl control = new FakeControl();
  private OperatorServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    GrpcTransport transport = GrpcTransport.plaintext();
    server =
        new OperatorServer(
            transport.server(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "operator",
                PeerRule.anyOperator("test")),
            control,
            () -> Pictures.NOW,
            () -> Pictures.WALL);
    server.start();
    channel = transport.channel("127.0.0.1", server.port(), PeerRule.anySite("test")).build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  private OperatorGrpc.OperatorBlockingStub stub() {
    return OperatorGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  @Test
  void instantsLeaveAsDurations() {
    StatusReply reply = stub().status(StatusRequest.getDefaultInstance());
    assertEquals(100, reply.getAgeMillis());
    assertEquals(4_900, reply.getServices(0).getOwnLeftMillis());
    assertEquals(5_200, reply.getServices(0).getLeaseLeftMillis());
    assertEquals(250, reply.getLedger().getFreshAgeMillis());
    assertEquals(12_400, reply.getPeers(1).getHeardAgeMillis());
    assertFalse(reply.getPeers(1).hasView());
  }

  /** Of several nodes another one may answer while the operator types. */
  @Test
  void aTakeoverConfirmedForAnotherSiteIsRefused() {
    var request =
        TakeoverRequest.newBuilder()
            .setService(Pictures.SERVICE.name())
            .setConfirmed(Pictures.SERVICE.name())
            .setReason("gone")
            .setSite("site2");
    StatusRuntimeException refused =
        assertThrows(StatusRuntimeException.class, () -> stub().takeover(request.build()));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("this is site1, and the takeover was"),
        refused.getMessage());
    assertTrue(control.orders.isEmpty());
    var taken = stub().takeover(request.setSite("site1").build());
    assertEquals(1, control.orders.size(), taken.toString());
  }

  @Test
  void recoverGoesThroughOrIsRefusedWithTheReason() {
    var request = RecoverRequest.newBuilder().setNode("10.1.0.2").setUser("ann").build();
    assertTrue(stub().recover(request).getText().startsWith("OK: Cached level reset"));
    assertEquals(
        new BrainEvent.OperatorRecover(Pictures.SERVICE, Optional.of(Pictures.S1), "ann", ""),
        control.orders.getFirst());
    control.answer = CompletableFuture.failedFuture(new IllegalStateException("it has not failed"));
    var refused = assertThrows(StatusRuntimeException.class, () -> stub().recover(request));
    assertEquals("FAILED_PRECONDITION: it has not failed", refused.getMessage());
    var foreign = RecoverRequest.newBuilder().setNode("10.2.0.1:3306").build();
    var elsewhere = assertThrows(StatusRuntimeException.class, () -> stub().recover(foreign));
    assertTrue(elsewhere.getMessage().contains("it is a node of site2"), elsewhere.getMessage());
    var nonsense = RecoverRequest.newBuilder().setNode("2001:db8::1").build();
    var malformed = assertThrows(StatusRuntimeException.class, () -> stub().recover(nonsense));
    assertEquals(io.grpc.Status.Code.INVALID_ARGUMENT, malformed.getStatus().getCode());
    assertEquals(2, control.orders.size());
  }

  @Test
  void theJournalIsPaged() {
    for (int i = 0; i < 250; i++) {
      control.log("test", "entry " + i, "");
    }
    assertEquals(100, stub().journal(JournalRequest.getDefaultInstance()).getEntriesCount());
    var page = stub().journal(JournalRequest.newBuilder().setAfter(240).setMax(1_000).build());
    assertEquals(10, page.getEntriesCount());
    assertEquals(241, page.getEntries(0).getSequence());
  }

  @Test
  void aFollowerSeesRolesChangesAndEntriesOnce() {
    control.log("start", "before the follower", "");
    Iterator<WatchEvent> events = stub().watch(WatchRequest.newBuilder().setAfter(0).build());
    assertEquals("before the follower", events.next().getEntry().getText());
    assertEquals("site1", events.next().getRole().getHolder());
    control.log("failover", "to site2", "");
    assertEquals("to site2", events.next().getEntry().getText());
    control.publish(
        Pictures.picture(
            List.of(
                Pictures.node(Pictures.P1, NodeType.PRIMARY, 0, Status.OK, State.STANDBY, "fenced"),
                control.picture.local().pools().getFirst().nodes().get(1)),
            false));
    assertEquals("site2", events.next().getRole().getHolder());
    WatchEvent node = events.next();
    assertEquals("10.1.0.1:3306", node.getNode().getNode());
    assertEquals(dev.mpp.proto.v1.State.STATE_STANDBY, node.getNode().getTo());
  }

  @Test
  void aFollowerIsToldOfOverridesAndPauses() {
    Iterator<WatchEvent> events = stub().watch(WatchRequest.getDefaultInstance());
    events.next();
    control.publish(Pictures.overridden(Pictures.standard()));
    NodeChange set = events.next().getNode();
    assertEquals("10.1.0.2:3306", set.getNode());
    assertTrue(set.getOverrideChanged());
    assertEquals(0, set.getOverride().getWeight());
    assertEquals("slow disk", set.getOverride().getReason());
    control.publish(Pictures.standard());
    NodeChange lifted = events.next().getNode();
    assertTrue(lifted.getOverrideChanged());
    assertFalse(lifted.hasOverride());
    control.publish(Pictures.paused(Pictures.standard()));
    assertTrue(events.next().getRole().getSentence().startsWith("PAUSED by ann (firmware). "));
  }

  @Test
  void aFollowerThatLeavesIsForgotten() throws Exception {
    Iterator<WatchEvent> events = stub().watch(WatchRequest.getDefaultInstance());
    events.next();
    assertEquals(1, control.watchers.size());
    channel.shutdownNow();
    long limit = System.nanoTime() + 5_000_000_000L;
    while (!control.watchers.isEmpty() && System.nanoTime() < limit) {
      Thread.sleep(5);
    }
    assertTrue(control.watchers.isEmpty());
  }

  @Test
  void aSlowFollowerCostsBoundedMemoryAndIsToldWhatItLost() {
    Iterator<WatchEvent> events = stub().watch(WatchRequest.getDefaultInstance());
    events.next();
    String big = "x".repeat(2_000);
    for (int i = 0; i < 20_000; i++) {
      control.log("flood", big, "");
    }
    long entries = 0;
    long lost = 0;
    long last = 0;
    while (last < 20_000) {
      WatchEvent event = events.next();
      if (event.hasEntry()) {
        entries++;
        assertTrue(event.getEntry().getSequence() > last);
        last = event.getEntry().getSequence();
      } else {
        lost += event.getLost();
      }
    }
    assertEquals(20_000, entries + lost);
    assertTrue(lost > 0, "nothing was lost: the bound was not tried");
  }
}
