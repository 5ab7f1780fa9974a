package dev.mpp.node.api;

import dev.mpp.core.model.SiteId;
import dev.mpp.node.NodeSnapshot;
import java.util.Optional;

/** What the ledger's role is worth at an instant, by this site's evidence. */
final class Roles {
  private Roles() {}

  /** The site that is ACTIVE: it has the role, and a lease stands behind it. */
  static Optional<SiteId> active(NodeSnapshot.Service s, long now) {
    boolean own = s.holding() && s.validUntil() - now > 0;
    boolean live = s.leaseEnd() != Long.MIN_VALUE && s.leaseEnd() - now > 0;
    return s.grant().holder().filter(site -> own || live);
  }

  static boolean lapsed(NodeSnapshot.Service s, long now) {
    return s.grant().holder().isPresent() && active(s, now).isEmpty();
  }

  /** Several sites have data, and only one of them has every acknowledged write. */
  static boolean alone(NodeSnapshot.Service s) {
    return s.addresses().size() > 1 && s.grant().inSync().size() == 1;
  }
}
