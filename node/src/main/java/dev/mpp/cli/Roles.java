package dev.mpp.cli;

import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.ServiceStatus;
import dev.mpp.proto.v1.SiteView;

/** What the ledger's role is worth now, by the asked node's evidence. */
final class Roles {
  private Roles() {}

  /** Somebody was given the role, but no lease stands behind it any more: nobody is ACTIVE. */
  static boolean lapsed(ServiceStatus s) {
    return !s.getHolder().isEmpty() && s.getActive().isEmpty();
  }

  static boolean nobody(ServiceStatus s) {
    return s.getActive().isEmpty();
  }

  /** {@code NOBODY ACTIVE (last: site1)} or {@code ACTIVE at site1, serving}. */
  static String sentence(ServiceStatus s) {
    if (nobody(s)) {
      String last = s.getHolder().isEmpty() ? s.getServedBy() : s.getHolder();
      return "NOBODY ACTIVE" + (last.isEmpty() ? "" : " (last: " + last + ")");
    }
    return "ACTIVE at " + s.getHolder() + (s.getServing() ? ", serving" : ", not serving yet");
  }

  /** This pool's site has the role and uses it: whether it could take it is no question. */
  static boolean serves(ServiceStatus s, SiteView site, PoolView pool) {
    return !nobody(s)
        && s.getServing()
        && s.getHolder().equals(site.getSite())
        && !Names.classic(pool.getStatus()).equals("FAIL");
  }

  /** Several sites have data, and only one of them has every acknowledged write. */
  static boolean alone(ServiceStatus s) {
    return s.getAddressesCount() > 1 && s.getInSyncCount() == 1;
  }
}
