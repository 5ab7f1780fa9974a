package dev.mpp.core.pair;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.ServiceName;
import java.util.Optional;

/** What one side of a pair wants done. */
public sealed interface PairOutput {

  /** Over every way to the peer; it may be lost. */
  record Send(PairMessage message) implements PairOutput {}

  /** Force this to disk, then say {@link PairInput.Persisted}. One at a time. */
  record Persist(long generation, PairStored stored) implements PairOutput {}

  /** Tell the brain: this was applied. */
  record Applied(LedgerCommand command, LedgerOutcome outcome, LedgerState after)
      implements PairOutput {}

  /** The own proposal with that origin sequence is decided. */
  record Settled(long sequence, LedgerOutcome outcome) implements PairOutput {}

  /** It was given up; a command that was sent may still be applied later. */
  record GivenUp(long sequence, String reason) implements PairOutput {}

  /**
   * Look at every target, each within a second.
   *
   * @param fence whether servers that are found read-only shall be fenced and verified; a writable
   *     one is left alone
   */
  record Look(boolean fence) implements PairOutput {}

  /**
   * This site held the role when the peer took it without this site.
   *
   * @param fromAgo nanoseconds since the overlap began, at most
   * @param untilAgo since it ended by this site's lease; 0 when it ends only now
   * @param forced by whom the peer's epoch was opened, if it was forced
   */
  record Overlap(
      ServiceName service,
      long ownEpoch,
      long peerEpoch,
      long fromAgo,
      long untilAgo,
      Optional<Register.Forced> forced)
      implements PairOutput {}

  /** What readers and the brain need to know changed. */
  record Picture(PairPicture picture) implements PairOutput {}
}
