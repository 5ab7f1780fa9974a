package dev.mpp.core.reach;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.Status;

/**
 * Health of one checkpoint: the counter and the ladder of a node, on its own (BEHAVIOUR section 6).
 *
 * @param req consecutive failed probes; -1 before the first result
 * @param status of the checkpoint's ladder at {@code req}
 * @param message of the last failure; with the prefix {@code (recovering) } for the first probe
 *     that succeeds again, empty after that
 */
public record CheckpointState(int req, Status status, String message) {

  /** Nothing asked yet. Not FAIL, so it counts as answering until it is judged. */
  public static final CheckpointState INITIAL = new CheckpointState(-1, Status.OK, "");

  /** The state after one more verdict. */
  public CheckpointState step(Verdict verdict, Ladder ladder) {
    if (verdict.ok()) {
      return new CheckpointState(0, Status.OK, req >= 1 ? "(recovering) " + message : "");
    }
    int next = Math.max(req, 0) + 1;
    return new CheckpointState(next, ladder.status(next), verdict.message());
  }

  public boolean failed() {
    return status == Status.FAIL;
  }
}
