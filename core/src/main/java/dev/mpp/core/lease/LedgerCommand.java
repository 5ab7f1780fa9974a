package dev.mpp.core.lease;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What can be proposed to the ledger. Every command is a compare-and-set: applied twice, late or
 * out of date it changes nothing. No command carries a time.
 */
public sealed interface LedgerCommand {
  Origin origin();

  /**
   * Takes the ACTIVE role for the origin's site. Succeeds iff the entry still has the epoch and
   * renewal count that the claimant looked at; the epoch grows by one.
   *
   * @param expectedEpoch 0 when the service was never claimed
   */
  record Claim(Origin origin, ServiceName service, long expectedEpoch, long expectedRenewal)
      implements LedgerCommand {}

  /** Renews the origin's leases: for each item iff it still holds that epoch. */
  record Renew(Origin origin, List<Held> held) implements LedgerCommand {
    public Renew {
      held = List.copyOf(held);
    }
  }

  /** A service and the epoch in which the origin believes to hold it. */
  record Held(ServiceName service, long epoch) {}

  /** The holder gives the role up after it has fenced itself: vacant at once. */
  record Release(Origin origin, ServiceName service, long epoch) implements LedgerCommand {}

  /** The holder's server is verified writable: answers may point at this site from here on. */
  record Serve(Origin origin, ServiceName service, long epoch) implements LedgerCommand {}

  /**
   * The holder states which sites have every acknowledged write; only they may claim next under
   * {@code rpo: zero}. Committed before the holder makes its server writable (itself alone) and
   * before it stops waiting for a replica.
   */
  record InSync(Origin origin, ServiceName service, long epoch, Set<SiteId> sites)
      implements LedgerCommand {
    public InSync {
      sites = Set.copyOf(sites);
    }
  }

  /**
   * An operator's directive: while a service is paused only the site that served it last may claim
   * it, and its nodes' roles stay where they are. Anybody may propose it; it moves no lease.
   *
   * @param by who ordered it, as the operator's machine said
   */
  record Pause(Origin origin, ServiceName service, boolean on, String by, String reason)
      implements LedgerCommand {}

  /**
   * The origin acts for its site from here on, in the place of the site's other instance, and holds
   * everything that the site holds: the site stays ACTIVE, the old incarnation holds nothing and
   * can claim nothing. Succeeds iff nobody adopted since the proposer looked; the epoch of every
   * grant that changes hands grows by one. All of it at once: there is never a service that one
   * instance holds and another that its twin holds.
   *
   * @param expectedTerm 0 when no instance ever acted
   */
  record Adopt(Origin origin, long expectedTerm) implements LedgerCommand {}

  /**
   * Orders a planned switchover; the holder's site carries it out. Anybody may propose it. Refused
   * while the service is paused, vacant or moving, when the target holds it, or has an order that
   * keeps it from roles.
   *
   * @param epoch in which whoever ordered it saw the holder
   * @param move without a position
   */
  record BeginMove(Origin origin, ServiceName service, long epoch, Move move)
      implements LedgerCommand {}

  /** Ends a move that has not been handed over yet: the holder stays. Anybody may propose it. */
  record EndMove(Origin origin, ServiceName service, String id, String reason)
      implements LedgerCommand {}

  /**
   * The holder, fenced, gives the role to the move's target.
   *
   * @param position everything that its server executed
   */
  record Handover(Origin origin, ServiceName service, long epoch, String id, GtidSet position)
      implements LedgerCommand {}

  /**
   * An operator's directive: among equally advanced sites this one is ACTIVE. It moves nothing by
   * itself.
   *
   * @param site empty to prefer none
   */
  record Prefer(Origin origin, ServiceName service, Optional<SiteId> site, String by, String reason)
      implements LedgerCommand {}

  /**
   * An operator's order about a site: while it is in force the site can claim nothing. Anybody may
   * propose it.
   *
   * @param order empty to end it
   * @param by who ordered or ended it
   */
  record OrderSite(Origin origin, SiteId site, Optional<SiteOrder> order, String by, String reason)
      implements LedgerCommand {}

  /**
   * Changes nothing. Its proposer learns, when it is applied, that everything applied since was
   * committed after it was proposed, and that its replica is fresh.
   */
  record Beat(Origin origin) implements LedgerCommand {}
}
