package dev.mpp.chaos.sim;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.Optional;

/** How the members agree, below their brains. */
sealed interface SimAgreement permits SimLedger, SimPair {

  void propose(SimSite from, LedgerCommand command);

  /** What that member's replica holds. */
  LedgerState view(SimSite site);

  /** The newest entry that anybody has. */
  Grant grant(ServiceName service);

  /**
   * A process begins, its brain does not exist yet.
   *
   * @param emptyDisk its ledger is lost
   */
  void boot(SimSite site, boolean emptyDisk);

  /** Its brain has begun. */
  void booted(SimSite site);

  /** It is about to be suspended. */
  void freezing(SimSite site);

  /** It was resumed, before it handles what came meanwhile. */
  void thawed(SimSite site);

  /** Links or members changed. */
  void changed();

  /** The member asks to lead. */
  void prefer(SimSite site);

  /** The leader gives way to another member. */
  void giveWay(SimSite from, SiteId to);

  /** Whom the member takes for the leader; empty where nobody leads. */
  Optional<SiteId> leaderFor(int member);
}
