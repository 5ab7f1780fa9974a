package dev.mpp.core.pair;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.List;
import java.util.Set;

/**
 * One of the two sites.
 *
 * @param incarnation of this run of the process; never reused
 * @param first owner of what nobody ever held: the site of higher priority, then by name
 * @param zero those of them whose acknowledged writes may not be lost ({@code rpo: zero})
 * @param targets what to look at when the peer is silent
 */
public record PairConfig(
    SiteId self,
    SiteId peer,
    String incarnation,
    SiteId first,
    Set<ServiceName> services,
    Set<ServiceName> zero,
    List<Target> targets,
    PairTiming timing) {
  public PairConfig {
    services = Set.copyOf(services);
    zero = Set.copyOf(zero);
    targets = List.copyOf(targets);
    if (self.equals(peer) || !(first.equals(self) || first.equals(peer))) {
      throw new IllegalArgumentException(
          "a pair of " + self + " and " + peer + ", first " + first + ", is none");
    }
  }
}
