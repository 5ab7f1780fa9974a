package dev.mpp.node.agreement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Move;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.proto.v1.HeldService;
import dev.mpp.proto.v1.LedgerEntry;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerCodecTest {
  static final SiteId A = new SiteId("a");
  static final SiteId B = new SiteId("b");
  static final ServiceName S = new ServiceName("mysql.eraser.com");
  static final SiteId C = new SiteId("c");
  static final Origin ORIGIN = new Origin(A, "run-7", 42);
  static final Move MOVE = new Move("m1", B, 30_000_000_000L, "ann", "drill", Optional.empty());
  static final SiteOrder DRAIN = new SiteOrder(SiteOrder.Mode.DRAIN, "ann", "racks");

  static final String MYSQL = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:8:nightly:1-2";

  static final List<LedgerCommand> COMMANDS =
      List.of(
          new LedgerCommand.Claim(ORIGIN, S, 3, Long.MAX_VALUE),
          new LedgerCommand.Claim(ORIGIN, S, 0, 0),
          new LedgerCommand.Renew(
              ORIGIN,
              List.of(
                  new LedgerCommand.Held(S, 4),
                  new LedgerCommand.Held(new ServiceName("other.eraser.com"), 1))),
          new LedgerCommand.Renew(ORIGIN, List.of()),
          new LedgerCommand.Release(ORIGIN, S, 4),
          new LedgerCommand.Serve(ORIGIN, S, 4),
          new LedgerCommand.InSync(ORIGIN, S, 4, Set.of(A, B)),
          new LedgerCommand.Pause(ORIGIN, S, true, "ann", "switch upgrade"),
          new LedgerCommand.Pause(ORIGIN, S, false, "", ""),
          new LedgerCommand.Adopt(ORIGIN, 3),
          new LedgerCommand.BeginMove(ORIGIN, S, 4, MOVE),
          new LedgerCommand.EndMove(ORIGIN, S, "m1", "no"),
          new LedgerCommand.Prefer(ORIGIN, S, Optional.of(B), "ann", "racks"),
          new LedgerCommand.Prefer(ORIGIN, S, Optional.empty(), "ann", ""),
          new LedgerCommand.Handover(ORIGIN, S, 4, "m1", GtidSet.parse("0-1-100")),
          new LedgerCommand.Handover(ORIGIN, S, 4, "m1", GtidSet.parse(MYSQL)),
          new LedgerCommand.OrderSite(ORIGIN, B, Optional.of(DRAIN), "ann", "racks"),
          new LedgerCommand.OrderSite(ORIGIN, B, Optional.empty(), "ann", "done"),
          new LedgerCommand.Beat(ORIGIN));

  @Test
  void commandsSurviveTheRoundTrip() {
    for (LedgerCommand c : COMMANDS) {
      assertEquals(c, LedgerCodec.command(LedgerCodec.encode(c)));
    }
    assertEquals(
        Set.of(LedgerCommand.class.getPermittedSubclasses()).size(),
        COMMANDS.stream().map(Object::getClass).distinct().count(),
        "a kind without a round trip");
  }

  @Test
  void outcomesSurviveTheRoundTrip() {
    for (LedgerOutcome o :
        List.of(
            new LedgerOutcome.Accepted(List.of()),
            new LedgerOutcome.Accepted(List.of(S)),
            new LedgerOutcome.Refused("because"))) {
      assertEquals(o, LedgerCodec.outcome(LedgerCodec.encode(o)));
    }
  }

  @Test
  void statesSurviveTheRoundTripAndEqualStatesHaveEqualBytes() {
    LedgerState state = LedgerState.EMPTY;
    assertEquals(state, LedgerCodec.state(LedgerCodec.encode(state)));
    for (LedgerCommand c :
        List.of(
            new LedgerCommand.Claim(ORIGIN, S, 0, 0),
            new LedgerCommand.Serve(ORIGIN, S, 1),
            new LedgerCommand.InSync(ORIGIN, S, 1, Set.of(A, B)),
            new LedgerCommand.Claim(ORIGIN, new ServiceName("other.eraser.com"), 0, 0),
            new LedgerCommand.OrderSite(ORIGIN, C, Optional.of(DRAIN), "ann", "racks"),
            new LedgerCommand.BeginMove(ORIGIN, S, 1, MOVE),
            new LedgerCommand.Prefer(ORIGIN, S, Optional.of(B), "ann", "racks"),
            new LedgerCommand.Handover(
                new Origin(A, "run-7", 43), S, 1, "m1", GtidSet.parse("0-1-100")),
            new LedgerCommand.Claim(ORIGIN, S, 1, 2),
            new LedgerCommand.Adopt(new Origin(A, "other", 1), 0),
            new LedgerCommand.Release(ORIGIN, S, 1),
            new LedgerCommand.Pause(ORIGIN, S, true, "ann", "switch upgrade"),
            new LedgerCommand.Pause(ORIGIN, S, false, "ann", ""))) {
      state = state.apply(c).state();
      LedgerState copy = LedgerCodec.state(LedgerCodec.encode(state));
      assertEquals(state, copy);
      assertArrayEquals(LedgerCodec.encode(state), LedgerCodec.encode(copy));
    }
  }

  @Test
  void whatAnotherVersionWroteIsRefused() throws Exception {
    LedgerEntry known = LedgerEntry.parseFrom(LedgerCodec.encode(COMMANDS.getFirst()));
    UnknownFieldSet extra =
        UnknownFieldSet.newBuilder()
            .addField(
                77,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("new"))
                    .build())
            .build();
    refused("another version", known.toBuilder().setFormat(LedgerCodec.FORMAT + 1).build());
    refused("another version", known.toBuilder().setFormat(0).build());
    refused("fields unknown here", known.toBuilder().clearKind().setUnknownFields(extra).build());
    refused(
        "fields unknown here",
        known.toBuilder().setClaim(known.getClaim().toBuilder().setUnknownFields(extra)).build());
    refused(
        "fields unknown here",
        known.toBuilder()
            .setRenew(
                LedgerEntry.Renew.newBuilder()
                    .addHeld(HeldService.newBuilder().setUnknownFields(extra)))
            .build());
    refused("its kind is missing", known.toBuilder().clearKind().build());
  }

  @Test
  void damageIsRefused() {
    byte[] bytes = LedgerCodec.encode(COMMANDS.getFirst());
    bytes[3] = (byte) 0xff;
    assertThrows(UnreadableLedgerException.class, () -> LedgerCodec.command(bytes));
    assertThrows(UnreadableLedgerException.class, () -> LedgerCodec.command(new byte[0]));
    assertThrows(UnreadableLedgerException.class, () -> LedgerCodec.state(new byte[] {1, 2, 3}));
  }

  private static void refused(String expected, LedgerEntry entry) {
    String message =
        assertThrows(
                UnreadableLedgerException.class, () -> LedgerCodec.command(entry.toByteArray()))
            .getMessage();
    assertTrue(message.contains(expected), message);
  }
}
