package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServerFacts;
import java.time.Duration;
import java.util.Optional;

/**
 * One MySQL or MariaDB server as MPP controls it. Methods block the calling (virtual) thread for at
 * most the stated bound and never throw for what a server can do wrong: they say it in the result.
 */
public interface MySqlServer extends AutoCloseable {

  NodeAddress address();

  /** One poll over the persistent connection, bounded by the configured poll time-out. */
  Poll poll();

  /** Result of {@link #poll}. */
  sealed interface Poll {
    record Answered(ServerFacts facts) implements Poll {}

    /**
     * @param error for operators; begins with the wording of the trouble, or is more exact
     */
    record ConnectFailed(PollTrouble trouble, String error) implements Poll {}
  }

  /** Called at once when the server drops the held connection (killed, shut down). Set once. */
  void onConnectionLost(Runnable listener);

  /** Makes the server refuse client writes and reads the flags back. */
  Fence fence(Duration budget, String reason);

  /**
   * As above, of a server whose site has given the role up: it has been fenced, or its port has
   * been closed for a while, so that one refusal means {@link Fence.Outcome#DOWN}.
   */
  default Fence fenceReleased(Duration budget, String reason) {
    return fence(budget, reason);
  }

  /**
   * @param micros from the start to the verified result
   * @param detail one sentence: blockers killed, what failed
   */
  record Fence(Outcome outcome, long micros, String detail) {
    public enum Outcome {
      /** Flags read back: no client can write. */
      FENCED,
      /** The flag is pending and every client session is killed: nothing commits. */
      QUIESCED,
      /** Nothing listens at the address; it boots read-only. */
      DOWN,
      /** Not verified. */
      FAILED
    }

    public boolean safe() {
      return outcome != Outcome.FAILED;
    }
  }

  /**
   * Allows the dead-man lock of this server to be held and refreshed until the given monotonic
   * instant ({@code System.nanoTime} scale of the injected clock); the refresher stops by itself
   * when the instant passes, and the server's own event then fences it. Never blocks.
   */
  void holdDeadManUntil(long nanos);

  /**
   * As {@link #holdDeadManUntil}; if another session of this account holds the lock it is ended.
   * Only for the successor of the process that held it: the server stays writable all the while.
   */
  void takeDeadManUntil(long nanos);

  /** Gives the dead-man lock up at once. Never blocks longer than the poll time-out. */
  void dropDeadMan();

  /**
   * First half of a promotion: stops the receiver, waits until everything received is applied,
   * stops the applier. The server stays read-only.
   */
  Prepared prepare(Duration budget);

  /**
   * @param executed after the applier stopped
   * @param unapplied received but not applied when the budget ended; empty when none
   */
  record Prepared(boolean ok, Optional<GtidSet> executed, String unapplied, String detail) {}

  /**
   * Second half: makes the server writable in one statement that succeeds only while the dead-man
   * lock is held by this process, then commits a canary with the epoch and reads the flags back.
   */
  Promoted makeWritable(String service, long epoch, String site, Duration budget);

  record Promoted(boolean ok, long micros, String detail) {}

  /**
   * Starts receiver and applier towards the configured source. Refused between {@link #prepare} and
   * the next fence.
   */
  Change startReplication(Duration budget);

  /**
   * Has it receive from that server by GTID, from where its own data is, with the configured
   * account, and starts receiver and applier. What it received and did not apply is thrown away:
   * whoever calls this has compared. Refused between {@link #prepare} and the next fence.
   */
  Change follow(NodeAddress source, Duration budget);

  /** Stops the receiver and the applier. */
  Change stopReplication(Duration budget);

  /**
   * Switches waiting for semi-synchronous acknowledgements on this server as a source on or off.
   */
  Change semiSyncSource(boolean on, Duration budget);

  /** Result of a small administrative change. */
  record Change(boolean ok, String detail) {}

  @Override
  void close();
}
