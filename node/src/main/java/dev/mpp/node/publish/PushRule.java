package dev.mpp.node.publish;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.Status;
import dev.mpp.node.NodeSnapshot;
import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What this process may tell another name server now: a pure function of the picture and the clock,
 * stricter than what {@link DnsTables} answers with a TTL.
 *
 * <pre>
 * the role is not this process's, or it is the passive instance     nothing
 * the lease has run out, or the ledger is older than a lease        nothing
 * it holds the role and serves                                      its site's addresses
 * it holds the role and does not serve (fencing, promoting, FAIL)   nothing; none if withdrawing
 * </pre>
 *
 * @param service the name
 * @param leaseNanos a ledger that is older is stale
 * @param withdraw whether a holder that does not serve takes the addresses away
 */
record PushRule(ServiceName service, long leaseNanos, boolean withdraw) {

  /** What to tell at {@code now}; empty: nothing. */
  Optional<PushPlan.Wanted> wanted(NodeSnapshot picture, long now) {
    return picture.services().stream()
        .filter(s -> s.name().equals(service) && holds(s, picture, now))
        .findFirst()
        .flatMap(s -> wanted(s, picture));
  }

  private boolean holds(NodeSnapshot.Service s, NodeSnapshot picture, long now) {
    SiteView self = picture.local();
    return !self.passive()
        && s.holding()
        && s.grant().heldBy(self.site(), self.incarnation())
        && s.validUntil() - now > 0
        && s.leaseEnd() != Long.MIN_VALUE
        && s.leaseEnd() - now > 0
        && picture.ledgerFreshAt() != Long.MIN_VALUE
        && picture.ledgerFreshAt() + leaseNanos - now > 0;
  }

  private Optional<PushPlan.Wanted> wanted(NodeSnapshot.Service s, NodeSnapshot picture) {
    SiteView self = picture.local();
    boolean failed = self.pool(service).filter(p -> p.status() != Status.FAIL).isEmpty();
    Set<String> addresses =
        s.addresses().stream()
            .filter(a -> a.site().equals(self.site()))
            .flatMap(a -> a.addresses().stream())
            .map(PushRule::canonical)
            .collect(Collectors.toSet());
    boolean serves =
        s.grant().serving()
            && s.grant().servedBy().filter(self.site()::equals).isPresent()
            && !failed
            && !addresses.isEmpty();
    if (!serves && !withdraw) {
      return Optional.empty();
    }
    return Optional.of(
        new PushPlan.Wanted(s.grant().epoch(), self.site().name(), serves ? addresses : Set.of()));
  }

  static String canonical(String address) {
    return InetAddress.ofLiteral(address).getHostAddress();
  }
}
