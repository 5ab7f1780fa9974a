package dev.mpp.dns;

/** What a live name answers once its {@link Liveness.Lease#staleAfterNanos} has passed. */
public enum StalePolicy {
  /** SERVFAIL, so that resolvers ask the zone's next server. The default. */
  SERVFAIL,
  /** The last agreed records with TTL 0, for ever: availability before truth. */
  LAST_KNOWN
}
