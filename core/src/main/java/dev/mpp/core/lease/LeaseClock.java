package dev.mpp.core.lease;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;

/**
 * What one process may conclude about one service's lease, and until when. The holder counts from
 * before it proposed, everybody else from when they applied: the two never overlap, whatever the
 * delays (DESIGN section 3). Confined to the loop; it reads no clock.
 */
public final class LeaseClock {
  /** Stands for "never" or "unknown" among instants. */
  public static final long NEVER = Long.MIN_VALUE;

  private final SiteId self;
  private final String incarnation;
  private final LeaseTiming timing;
  private Grant grant;
  private boolean learnt;
  private long learntAt = NEVER;
  private long changedAt = NEVER;
  private long notBefore = NEVER;
  private long validUntil = NEVER;
  private boolean fromVacant;

  public LeaseClock(ServiceName service, SiteId self, String incarnation, LeaseTiming timing) {
    this.self = self;
    this.incarnation = incarnation;
    this.timing = timing;
    this.grant = Grant.none(service);
  }

  /**
   * A command of this very process was applied: what the replica holds is the present, not the
   * replay of a log.
   */
  public void caughtUp(long now) {
    if (!learnt) {
      learnt = true;
      learntAt = now;
    }
  }

  /** Since when the replica holds the present; only meaningful once {@link #learnt}. */
  public long learntAt() {
    return learntAt;
  }

  /** Whether the replica holds the present; before, nothing may be concluded from it. */
  public boolean learnt() {
    return learnt;
  }

  public Grant grant() {
    return grant;
  }

  /** The replica was loaded: whatever it says counts as granted just now. */
  public void restored(Grant loaded, long now) {
    learnt = false;
    grant = loaded;
    fromVacant = false;
    changedAt = now;
    notBefore = NEVER;
    validUntil = NEVER;
  }

  /**
   * A command that changed this entry was applied.
   *
   * @param proposedAt when this very process read its clock before proposing it, or {@link #NEVER}
   *     if another proposed it
   * @param freshSince proposal instant of the last own command applied before it: the change was
   *     committed after that
   */
  public void applied(
      LedgerCommand command, Grant after, long proposedAt, long freshSince, long now) {
    boolean sameEpoch = after.epoch() == grant.epoch();
    boolean granted =
        command instanceof LedgerCommand.Claim
            || command instanceof LedgerCommand.Renew
            || command instanceof LedgerCommand.Adopt;
    if (!sameEpoch) {
      fromVacant = learnt && command instanceof LedgerCommand.Claim && grant.holder().isEmpty();
    }
    grant = after;
    if (granted) {
      changedAt = now;
      if (proposedAt != NEVER) {
        notBefore = proposedAt;
      } else if (!assumed(command)) {
        notBefore = freshSince;
      } else if (!sameEpoch) {
        notBefore = NEVER;
      }
      if (proposedAt != NEVER && after.heldBy(self, incarnation)) {
        long until = proposedAt + timing.duration();
        validUntil = validUntil == NEVER ? until : Math.max(validUntil, until);
      }
    }
    if (after.holder().isEmpty()) {
      changedAt = now;
    }
    if (!after.heldBy(self, incarnation)) {
      validUntil = NEVER;
    }
  }

  /**
   * Whether the renewal stands for changes that were missed, of which one may have been a renewal:
   * to be waited for, but no evidence that the holder has the role now.
   */
  private static boolean assumed(LedgerCommand command) {
    return command instanceof LedgerCommand.Renew && command.origin().sequence() == 0;
  }

  /**
   * Whether the present epoch began with a vacant role: the holder before it had given it up, and
   * does that only when none of its servers can be writable.
   */
  public boolean afterRelease() {
    return fromVacant;
  }

  /** Whether this process holds the lease now. */
  public boolean holds(long now) {
    return validUntil != NEVER && now < validUntil;
  }

  /** End of the own lease, {@link #NEVER} when this process has none. */
  public long validUntil() {
    return validUntil;
  }

  /** Whether the holder may still act, or has to fence because the end is near. */
  public boolean mayAct(long now) {
    return validUntil != NEVER && now < validUntil - timing.fenceBudget();
  }

  /** Whether a renewal proposed within the last half lease was committed: needed to un-fence. */
  public boolean fresh(long now) {
    return validUntil != NEVER && now < validUntil - timing.duration() / 2;
  }

  /** The dead-man lock may be refreshed until then. */
  public long deadManUntil() {
    return validUntil == NEVER ? NEVER : validUntil - timing.deadMan();
  }

  /** Whether a claim may be proposed now: vacant, or unchanged for the whole waiting time. */
  public boolean claimable(long now) {
    if (!learnt) {
      return false;
    }
    return grant.holder().isEmpty() || now - changedAt >= timing.claimAfter();
  }

  /** Since when it has been claimable; only meaningful while it is. */
  public long claimableSince() {
    return grant.holder().isEmpty() ? changedAt : changedAt + timing.claimAfter();
  }

  /**
   * Before this instant nobody but the present holder can be granted the role, by this process's
   * own evidence; {@link #NEVER} when the role is vacant or there is no evidence.
   */
  public long leaseEnd() {
    return grant.holder().isEmpty() || notBefore == NEVER ? NEVER : notBefore + timing.duration();
  }
}
