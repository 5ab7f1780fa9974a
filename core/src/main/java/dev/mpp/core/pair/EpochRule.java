package dev.mpp.core.pair;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.SiteId;

/**
 * Which epochs a site may open: the first by name the even ones, the other the odd ones. So an
 * epoch is never held by two sites, not even when both claim without each other.
 */
record EpochRule(SiteId a, SiteId b) {

  /** The claim as the ledger accepted it, in the next epoch that its holder may open. */
  Grant adjust(Grant claimed) {
    SiteId holder = claimed.holder().orElseThrow();
    long parity = holder.compareTo(a.compareTo(b) < 0 ? a : b) == 0 ? 0 : 1;
    long epoch = claimed.epoch() % 2 == parity ? claimed.epoch() : claimed.epoch() + 1;
    return new Grant(
        claimed.service(),
        epoch,
        claimed.holder(),
        claimed.incarnation(),
        claimed.renewal(),
        claimed.serving(),
        claimed.servedBy(),
        claimed.inSync(),
        claimed.stated(),
        claimed.directives());
  }
}
