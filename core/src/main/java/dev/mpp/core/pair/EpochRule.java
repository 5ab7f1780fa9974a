package dev.mpp.core.pair;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.SiteId;

/**
 * Which epochs a site may open: the first by name the even ones, the other the odd ones. So an
 * epoch is never held by two sites, not even when both claim without each other.
 */
record EpochRule(SiteId a, SiteId b) {
  /**
   * Epochs that a claim without the peer leaves out for each second since the two met: the peer may
   * have opened some alone, and none of them may win when they meet again. A role cannot change
   * more often than that, and of two sites that were alone in turn the later one leaves out more.
   */
  static final long LEFT_OUT_PER_SECOND = 10;

  /** And for an operator's word: it has to win over whatever the site that is gone did before. */
  static final long LEFT_OUT_BY_FORCE = 1_000_000;

  private static final long SECOND = 1_000_000_000L;

  /** The claim as the ledger accepted it, in the next epoch that its holder may open. */
  Grant adjust(Grant claimed) {
    return adjust(claimed, claimed.epoch());
  }

  /**
   * Of a claim without the peer.
   *
   * @param common the epoch when the two met last
   * @param since nanoseconds since then
   * @param forced an operator's word took the place of a proof
   */
  Grant adjustAlone(Grant claimed, long common, long since, boolean forced) {
    long out = (since / SECOND + 1) * LEFT_OUT_PER_SECOND + (forced ? LEFT_OUT_BY_FORCE : 0);
    return adjust(claimed, common + out);
  }

  private Grant adjust(Grant claimed, long least) {
    SiteId holder = claimed.holder().orElseThrow();
    long parity = holder.compareTo(a.compareTo(b) < 0 ? a : b) == 0 ? 0 : 1;
    long next = Math.max(claimed.epoch(), least);
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
        claimed.openedBy(),
        claimed.directives());
  }
}
