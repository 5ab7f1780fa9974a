package dev.mpp.node.agreement;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replica: applies the committed entries through {@link LedgerState#apply}, in order, on the
 * replication's updater thread, which also takes and reloads the snapshots. What it cannot read or
 * apply stops it: to skip an entry would be to leave the others silently.
 */
final class LedgerStateMachine extends BaseStateMachine {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerStateMachine.class);

  /** Forces the storage's identity to disk. */
  interface Formatted {
    void run() throws IOException;
  }

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final Agreement.Listener listener;
  private final Formatted formatted;
  private final Consumer<String> fatal;

  /** Of the updater thread (before it starts, of the starting one). */
  private LedgerState state = LedgerState.EMPTY;

  LedgerStateMachine(Agreement.Listener listener, Formatted formatted, Consumer<String> fatal) {
    this.listener = listener;
    this.formatted = formatted;
    this.fatal = fatal;
  }

  /** Called once the storage is formatted or found, before this member can vote or acknowledge. */
  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    super.initialize(server, group, raftStorage);
    formatted.run();
    storage.init(raftStorage);
    load();
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  @Override
  public void pause() {
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  /** A snapshot arrived from the leader. */
  @Override
  public void reinitialize() throws IOException {
    storage.loadLatestSnapshot();
    try {
      load();
    } catch (IOException | RuntimeException e) {
      fatal.accept("the ledger cannot load the snapshot it received: " + e.getMessage());
      throw e;
    }
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  private void load() throws IOException {
    SingleFileSnapshotInfo snapshot = storage.getLatestSnapshot();
    if (snapshot == null) {
      state = LedgerState.EMPTY;
      setLastAppliedTermIndex(TermIndex.INITIAL_VALUE);
    } else {
      FileInfo file = snapshot.getFile();
      if (file.getFileDigest() == null) {
        throw new IOException("the ledger snapshot " + file.getPath() + " has no checksum");
      }
      MD5FileUtil.verifySavedMD5(file.getPath().toFile(), file.getFileDigest());
      state = LedgerCodec.state(Files.readAllBytes(file.getPath()));
      setLastAppliedTermIndex(snapshot.getTermIndex());
    }
    listener.restored(state);
  }

  /** Keeps unreadable requests out of the log. On the leader, any thread. */
  @Override
  public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
    TransactionContext context = super.startTransaction(request);
    try {
      LedgerCodec.command(request.getMessage().getContent().toByteArray());
    } catch (UnreadableLedgerException e) {
      context.setException(new IOException("the leader refused a proposal: " + e.getMessage()));
    }
    return context;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext context) {
    LogEntryProto entry = context.getLogEntry();
    try {
      LedgerCommand command =
          LedgerCodec.command(entry.getStateMachineLogEntry().getLogData().toByteArray());
      LedgerState.Applied applied = state.apply(command);
      state = applied.state();
      updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
      listener.applied(command, applied.outcome(), applied.state());
      return CompletableFuture.completedFuture(
          Message.valueOf(ByteString.copyFrom(LedgerCodec.encode(applied.outcome()))));
    } catch (RuntimeException e) {
      fatal.accept(
          "the ledger stopped at entry %d: %s%s"
              .formatted(
                  entry.getIndex(),
                  e.getMessage(),
                  e instanceof UnreadableLedgerException
                      ? ". Upgrade this member to the version of the others"
                      : ""));
      // Thrown, not returned: a failed future would be logged and the entry skipped.
      throw e;
    }
  }

  /**
   * Writes the state to disk. The snapshot's name appears only after its bytes and its checksum
   * were forced, so a crash leaves the previous snapshot and the log.
   */
  @Override
  public long takeSnapshot() throws IOException {
    TermIndex last = getLastAppliedTermIndex();
    if (last == null || last.getIndex() < 0) {
      return RaftLog.INVALID_LOG_INDEX;
    }
    File target = storage.getSnapshotFile(last.getTerm(), last.getIndex());
    Path path = target.toPath();
    if (!Files.exists(path)) {
      Path tmp = path.resolveSibling("taking." + path.getFileName());
      Files.write(tmp, LedgerCodec.encode(state));
      try (FileChannel channel = FileChannel.open(tmp, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      MD5FileUtil.saveMD5File(target, MD5FileUtil.computeMd5ForFile(tmp.toFile()));
      Files.move(tmp, path, StandardCopyOption.ATOMIC_MOVE);
      LedgerStorage.force(path.resolveSibling("."));
    }
    MD5Hash digest = MD5FileUtil.readStoredMd5ForFile(target);
    storage.updateLatestSnapshot(
        new SingleFileSnapshotInfo(new FileInfo(path, digest), last.getTerm(), last.getIndex()));
    return last.getIndex();
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    LOG.info("Ledger: {} leads the replication, as {} sees it", leader, member.getPeerId());
  }

  /** A full or failing disk: this member stops to acknowledge; the others go on. */
  @Override
  public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
    LOG.error("Ledger: cannot write the log: {}", String.valueOf(cause));
  }
}
