package dev.mpp.core.model;

/**
 * One thing that keeps a site from being ACTIVE now.
 *
 * @param what one sentence, with names and numbers
 * @param remedy what an operator can do about it, or that it passes by itself
 */
public record Guard(Kind kind, String what, String remedy) {
  /** What others say of their servers may be long. */
  private static final int LONGEST = 400;

  public Guard {
    what = bounded(what);
    remedy = bounded(remedy);
  }

  private static String bounded(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
  }

  /** What kind of thing. Shown to operators and scripts under these names. */
  public enum Kind {
    /** Of a newer version. */
    OTHER,
    /** Nobody heard of the site lately: what is known of it is old. */
    SILENT,
    /** The site has no pool of the service. */
    NO_POOL,
    /** Its process is ending. */
    STOPPING,
    /** Its pool is FAIL by what its nodes are. */
    POOL_FAIL,
    /** Its pool is FAIL by what its checkpoints see. */
    REACH,
    /** Its pool was FAIL and may not return yet. */
    HOLD_DOWN,
    /** It has no majority: nothing it proposes is committed. */
    CUT_OFF,
    /** It has not learnt the present of the ledger since it started. */
    LEDGER_NOT_LEARNT,
    /** An operator keeps the roles where they are. */
    PAUSED,
    /** It failed to promote a moment ago. */
    PROMOTION_FAILED,
    /** None of its nodes can be promoted; {@link #NODE} says why, for each. */
    NO_CANDIDATE,
    /** Why this node cannot be promoted. */
    NODE,
    /** The node that it would promote is not verified read-only. */
    NOT_FENCED,
    /** The node that it would promote would not fence itself. */
    NO_DEAD_MAN,
    /** It may lack acknowledged writes. */
    NOT_IN_SYNC,
    /** It may have lost acknowledged writes that it had received. */
    RECEIVER,
    /** More may be lost than {@code rpo: bounded} lets a failover lose. */
    RPO_BOUND,
    /** Another process holds the lease. */
    LEASE_HELD,
    /** It has just started and waits for what the other sites say. */
    VIEWS,
    /** Another site is ahead and claims first. */
    RANK,
    /** Pair mode: the other site is silent and nothing proves that it is gone. */
    UNPROVEN,
    /** An operator ordered maintenance or a drain of the whole site. */
    SITE_ORDER,
    /** A switchover hands the role to another site. */
    MOVING,
    /** It has the lease and gives it up. */
    RELEASING,
    /** It has the lease and makes its server writable. */
    PROMOTING
  }
}
