package dev.mpp.node.agreement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.proto.v1.LedgerEntry;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class LedgerStateMachineTest implements Agreement.Listener {
  private final List<LedgerCommand> applied = new ArrayList<>();
  private final List<String> fatal = new ArrayList<>();
  private boolean broken;

  private final LedgerStateMachine replica = new LedgerStateMachine(this, () -> {}, fatal::add);

  @Override
  public void applied(LedgerCommand command, LedgerOutcome outcome, LedgerState after) {
    if (broken) {
      throw new IllegalStateException("broken listener");
    }
    applied.add(command);
  }

  @Override
  public void restored(LedgerState state) {}

  @Test
  void anEntryOfANewerVersionStopsTheReplicaInsteadOfBeingSkipped() {
    replica.applyTransaction(entry(1, LedgerCodec.encode(LedgerCodecTest.COMMANDS.get(1))));
    byte[] newer = LedgerEntry.newBuilder().setFormat(LedgerCodec.FORMAT + 1).build().toByteArray();
    assertThrows(UnreadableLedgerException.class, () -> replica.applyTransaction(entry(2, newer)));
    assertEquals(1, replica.getLastAppliedTermIndex().getIndex());
    assertEquals(1, applied.size());
    assertEquals(1, fatal.size());
    assertTrue(fatal.getFirst().contains("entry 2"), fatal.getFirst());
    assertTrue(fatal.getFirst().contains("Upgrade"), fatal.getFirst());
  }

  @Test
  void aListenerThatThrowsStopsTheReplica() {
    broken = true;
    assertThrows(
        IllegalStateException.class,
        () ->
            replica.applyTransaction(
                entry(1, LedgerCodec.encode(LedgerCodecTest.COMMANDS.get(1)))));
    assertTrue(fatal.getFirst().contains("broken listener"), fatal.getFirst());
  }

  private TransactionContext entry(long index, byte[] data) {
    return TransactionContext.newBuilder()
        .setServerRole(RaftPeerRole.FOLLOWER)
        .setStateMachine(replica)
        .setLogEntry(
            LogEntryProto.newBuilder()
                .setTerm(1)
                .setIndex(index)
                .setStateMachineLogEntry(
                    StateMachineLogEntryProto.newBuilder().setLogData(ByteString.copyFrom(data)))
                .build())
        .build();
  }
}
