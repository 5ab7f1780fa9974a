package dev.mpp.core.lease;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The ledger's entry for one service.
 *
 * @param epoch grows by one with every claim; the fencing token
 * @param holder empty when the role is vacant
 * @param incarnation of the holder, empty when vacant
 * @param renewal grows with every renewal, within and across epochs
 * @param serving whether the holder has confirmed a verified writable server in this epoch
 * @param servedBy the site that last confirmed, in this epoch or before
 * @param inSync the sites that have every acknowledged write, as the last writable holder stated
 *     them; empty before there was one
 * @param stated origin sequence of the statement of {@code inSync} in this epoch, 0 before one: an
 *     older statement that arrives late is refused
 */
public record Grant(
    ServiceName service,
    long epoch,
    Optional<SiteId> holder,
    String incarnation,
    long renewal,
    boolean serving,
    Optional<SiteId> servedBy,
    Set<SiteId> inSync,
    long stated) {

  public Grant {
    inSync = java.util.Collections.unmodifiableSet(new TreeSet<>(inSync));
  }

  /** Without a statement in this epoch. */
  public Grant(
      ServiceName service,
      long epoch,
      Optional<SiteId> holder,
      String incarnation,
      long renewal,
      boolean serving,
      Optional<SiteId> servedBy,
      Set<SiteId> inSync) {
    this(service, epoch, holder, incarnation, renewal, serving, servedBy, inSync, 0);
  }

  /** The entry of a service that nobody ever claimed. */
  public static Grant none(ServiceName service) {
    return new Grant(service, 0, Optional.empty(), "", 0, false, Optional.empty(), Set.of());
  }

  public boolean heldBy(SiteId site, String byIncarnation) {
    return holder.isPresent() && holder.get().equals(site) && incarnation.equals(byIncarnation);
  }

  boolean heldBy(Origin origin, long inEpoch) {
    return epoch == inEpoch && heldBy(origin.site(), origin.incarnation());
  }
}
