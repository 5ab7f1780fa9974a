package dev.mpp.core.pair;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.SiteId;

/**
 * Which epochs a site may open: the first by name the even ones, the other the odd ones. So an
 * epoch is never held by two sites, not even when both claim without each other.
 */
record EpochRule(SiteId a, SiteId b) {
  /**
   * What a claim without the peer leaves out: the peer may have opened epochs alone since it was
   * heard, one each time its server was lost and came back, and none of them may win when the two
   * meet again.
   */
  static final long LEFT_OUT = 1_000;

  /** The claim as the ledger accepted it, in the next epoch that its holder may open. */
  Grant adjust(Grant claimed) {
    return adjust(claimed, 0);
  }

  /** Of a claim without the peer. */
  Grant adjustAlone(Grant claimed) {
    return adjust(claimed, LEFT_OUT);
  }

  private Grant adjust(Grant claimed, long leftOut) {
    SiteId holder = claimed.holder().orElseThrow();
    long parity = holder.compareTo(a.compareTo(b) < 0 ? a : b) == 0 ? 0 : 1;
    long next = claimed.epoch() + leftOut;
    long epoch = next % 2 == parity ? next : next + 1;
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
