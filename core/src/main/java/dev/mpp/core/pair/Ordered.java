package dev.mpp.core.pair;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.SiteId;
import java.util.Optional;

/**
 * An operator's order about a site as one of the two keeps it. It has no owner: each of them may
 * change it without the other, and of two versions the later wins on both sides.
 *
 * @param changes ever made to it
 * @param last the command that made it; its origin breaks a tie
 */
public record Ordered(long changes, LedgerCommand.OrderSite last) {

  SiteId site() {
    return last.site();
  }

  Optional<SiteOrder> order() {
    return last.order();
  }

  boolean newerThan(Ordered o) {
    return changes != o.changes
        ? changes > o.changes
        : last.origin().site().compareTo(o.last().origin().site()) > 0;
  }
}
