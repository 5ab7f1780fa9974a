package dev.mpp.dns;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A name that exists in a zone. Without any record it is an empty non-terminal (RFC 8020). */
final class Owner {
  static final Owner EMPTY_NON_TERMINAL = new Owner(List.of(), null, 0, null);

  private final RecordSet[] sets;
  private final @Nullable Liveness liveness;
  private final long liveTtl;
  private final @Nullable DnsName aliasTarget;

  /**
   * @param liveness null for a name of which everything is static
   * @param liveTtl bounds what is said about a live name
   */
  Owner(
      List<RecordSet> sets,
      @Nullable Liveness liveness,
      long liveTtl,
      @Nullable DnsName aliasTarget) {
    this.sets =
        sets.stream().sorted(Comparator.comparing(RecordSet::type)).toArray(RecordSet[]::new);
    this.liveness = liveness;
    this.liveTtl = liveTtl;
    this.aliasTarget = aliasTarget;
  }

  /** Every set at the name, the lowest type first. */
  List<RecordSet> sets() {
    return List.of(sets);
  }

  @Nullable RecordSet find(int type) {
    for (RecordSet set : sets) {
      if (set.type() == type) {
        return set;
      }
    }
    return null;
  }

  /** Where the CNAME at this name leads, or null. */
  @Nullable DnsName aliasTarget() {
    return aliasTarget;
  }

  /** Whether what is live at this name cannot be told at {@code now}. */
  boolean unknown(long now) {
    return liveness != null && liveness.phase(now) == Liveness.Phase.UNKNOWN;
  }

  /** Seconds to answer with for a set of this name. */
  long ttl(RecordSet set, long now) {
    return set.live() && liveness != null ? liveness.ttlSeconds(set.ttl(), now) : set.ttl();
  }

  /**
   * Seconds for "no such type here". At a live name that is no more lasting than its records:
   * whoever is promoted next may have the type.
   */
  long negativeTtl(long configured, long now) {
    return liveness == null ? configured : liveness.ttlSeconds(Math.min(configured, liveTtl), now);
  }

  /**
   * One set that can be told to the client at {@code now}, the lowest type first (RFC 8482 section
   * 4.1).
   */
  @Nullable RecordSet any(long now, Client client) {
    for (RecordSet set : sets) {
      if ((!set.live() || !unknown(now)) && set.readable(client)) {
        return set;
      }
    }
    return null;
  }
}
