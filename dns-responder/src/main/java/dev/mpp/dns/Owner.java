package dev.mpp.dns;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A name that exists in a zone. Without any record it is an empty non-terminal (RFC 8020). */
final class Owner {
  static final Owner EMPTY_NON_TERMINAL = new Owner(List.of(), null, null);

  private final RecordSet[] sets;
  private final @Nullable Liveness liveness;
  private final @Nullable DnsName aliasTarget;

  Owner(List<RecordSet> sets, @Nullable Liveness liveness, @Nullable DnsName aliasTarget) {
    this.sets =
        sets.stream().sorted(Comparator.comparing(RecordSet::type)).toArray(RecordSet[]::new);
    this.liveness = liveness;
    this.aliasTarget = aliasTarget;
  }

  @Nullable RecordSet find(int type) {
    for (RecordSet set : sets) {
      if (set.type() == type) {
        return set;
      }
    }
    return null;
  }

  /** Null for a name of which everything is static. */
  @Nullable Liveness liveness() {
    return liveness;
  }

  /** Where the CNAME at this name leads, or null. */
  @Nullable DnsName aliasTarget() {
    return aliasTarget;
  }

  /** Whether what is live at this name cannot be told at {@code now}. */
  boolean unknown(long now) {
    return liveness != null && liveness.phase(now) == Liveness.Phase.UNKNOWN;
  }

  /** {@code configured} seconds, or less where a lease bounds what is said about this name. */
  long boundedTtl(long configured, long now) {
    return liveness == null ? configured : liveness.ttlSeconds(configured, now);
  }

  /** One set that can be told at {@code now}, the lowest type first (RFC 8482 section 4.1). */
  @Nullable RecordSet any(long now) {
    for (RecordSet set : sets) {
      if (!set.live() || !unknown(now)) {
        return set;
      }
    }
    return null;
  }
}
