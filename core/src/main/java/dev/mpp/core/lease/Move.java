package dev.mpp.core.lease;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.SiteId;
import java.util.Optional;

/**
 * A planned switchover of one service, as the ledger carries it from the order to the first
 * confirmed writable server at the target. Whoever reads the ledger can follow it and go on with
 * it: it belongs to no process.
 *
 * @param id of the order; the same order given twice is one move
 * @param target the site that shall be ACTIVE
 * @param budget nanoseconds that the holder may wait for the target to catch up before it fences
 * @param by who ordered it
 * @param position empty until the holder, fenced, gave the role to the target: what the target must
 *     have executed before it opens. From then on the move can only be overtaken, not ended
 */
public record Move(
    String id, SiteId target, long budget, String by, String reason, Optional<GtidSet> position) {

  /**
   * How a move ended.
   *
   * @param done whether the target is ACTIVE by it
   * @param reason empty when it is
   */
  public record Outcome(String id, SiteId target, boolean done, String reason) {}

  public Move {
    if (id.isBlank() || budget <= 0) {
      throw new IllegalArgumentException("a move needs an id and a budget above 0");
    }
  }

  Move handedOver(GtidSet at) {
    return new Move(id, target, budget, by, reason, Optional.of(at));
  }
}
