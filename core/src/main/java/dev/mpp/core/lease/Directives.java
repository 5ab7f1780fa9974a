package dev.mpp.core.lease;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.SiteId;
import java.util.Optional;

/**
 * What operators have ordered about one service, as the ledger carries it.
 *
 * @param paused by whom and why, while the roles stay where they are
 * @param preferred among equally advanced sites this one is ACTIVE
 * @param move the planned switchover that is under way
 * @param lastMove what became of the last one
 */
public record Directives(
    Optional<Grant.Paused> paused,
    Optional<SiteId> preferred,
    Optional<Move> move,
    Optional<Move.Outcome> lastMove) {
  public static final Directives NONE =
      new Directives(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** A pause ends a move that can still be ended. */
  Directives pausing(Optional<Grant.Paused> pause) {
    Directives next = new Directives(pause, preferred, move, lastMove);
    return pause.isPresent() && move.filter(m -> m.position().isEmpty()).isPresent()
        ? next.over(false, "paused by " + pause.get().by() + ": " + pause.get().reason())
        : next;
  }

  Directives preferring(Optional<SiteId> site) {
    return new Directives(paused, site, move, lastMove);
  }

  Directives moving(Move next) {
    return new Directives(paused, preferred, Optional.of(next), lastMove);
  }

  Directives handedOver(GtidSet position) {
    return new Directives(paused, preferred, move.map(m -> m.handedOver(position)), lastMove);
  }

  /** The move, if there is one, has ended. */
  Directives over(boolean done, String how) {
    return move.isEmpty()
        ? this
        : new Directives(
            paused,
            preferred,
            Optional.empty(),
            Optional.of(new Move.Outcome(move.get().id(), move.get().target(), done, how)));
  }

  /** A claim that is not the target's, after a hand-over, overtakes the move. */
  Directives claimedBy(SiteId site) {
    boolean asMeant =
        move.filter(m -> m.position().isPresent() && m.target().equals(site)).isPresent();
    return asMeant ? this : over(false, site + " took the role over first");
  }

  /** The holder gave the role up without handing it to the target. */
  Directives released(SiteId by) {
    return over(false, by + " gave the role up");
  }

  /** A confirmation by the target of a move that was handed over completes it. */
  Directives served() {
    return move.filter(m -> m.position().isPresent()).isPresent() ? over(true, "") : this;
  }
}
