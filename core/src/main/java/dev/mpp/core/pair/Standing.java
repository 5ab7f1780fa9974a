package dev.mpp.core.pair;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.ServiceName;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Whether this site's copy is still the truth about what it owns: since it last had all that its
 * peer knew, it must have been in contact or had the reach to go on alone, without a break longer
 * than a lease. After a longer break, a suspended process included, the peer may have taken over.
 */
final class Standing {
  private final long lease;
  private final Map<ServiceName, Long> stoodAt = new HashMap<>();
  private long contactAt = LeaseClock.NEVER;

  Standing(long lease) {
    this.lease = lease;
  }

  /** Everything that the peer knew at that instant was received. */
  void contact(long at) {
    contactAt = Math.max(contactAt, at);
  }

  /** Whether the peer was met since the process began. */
  boolean met() {
    return contactAt != LeaseClock.NEVER;
  }

  /** The role was taken with evidence. */
  void taken(ServiceName service, long now) {
    stoodAt.put(service, now);
  }

  /** It reaches far enough for these services now. */
  void reaches(Set<ServiceName> services, long now) {
    for (ServiceName s : services) {
      if (right(s, now)) {
        stoodAt.put(s, now);
      }
    }
  }

  boolean right(ServiceName service, long now) {
    Long stood = stoodAt.get(service);
    return (contactAt != LeaseClock.NEVER && now - contactAt <= lease)
        || (stood != null && now - stood <= lease);
  }
}
