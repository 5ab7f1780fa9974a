package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.pool.PoolEvent;
import java.util.Optional;

/**
 * Keeps a pool FAIL after the reason for it is gone, until it may return (BEHAVIOUR section 8):
 * nobody takes ACTIVE back merely because a link came back.
 *
 * <pre>
 *   recovery   who is ACTIVE        the pool returns after
 *   proven     another site         the hold-down of uninterrupted health
 *   proven     nobody               the shorter of hold-down and lease: the service is down, and a
 *                                   link that flaps faster than that must not flap the role
 *   manual                          mpp recover --pool
 * </pre>
 */
final class PoolReturn {
  private final ServiceState state;
  private boolean failed;
  private String failedFor = "";
  private long healthySince = LeaseClock.NEVER;
  private boolean asked;

  PoolReturn(ServiceState state) {
    this.state = state;
  }

  /**
   * The operator wants it back.
   *
   * @return what to answer; empty when the pool is not FAIL
   */
  Optional<String> recover() {
    if (!failed) {
      return Optional.empty();
    }
    asked = healthySince != LeaseClock.NEVER;
    String pool = state.service.pool().name();
    return Optional.of(
        asked
            ? "OK: pool " + pool + " returns to service; its nodes are judged anew"
            : "ERROR: pool " + pool + " is still FAIL: " + failedFor);
  }

  boolean waiting() {
    return failed;
  }

  /**
   * @param raw what the checkpoints, the peers and the nodes say at this instant
   * @return FAIL as long as the pool may not serve
   */
  PoolVerdict judge(PoolVerdict raw, Turn turn) {
    if (!raw.ok()) {
      failed = true;
      asked = false;
      failedFor = raw.reason();
      healthySince = LeaseClock.NEVER;
      return raw;
    }
    if (!failed) {
      return raw;
    }
    if (healthySince == LeaseClock.NEVER) {
      healthySince = turn.now();
    }
    long left = healthySince + due(turn.now()) - turn.now();
    boolean proven = state.service.pool().provenRecovery();
    if (asked || (proven && left <= 0)) {
      failed = false;
      String proof =
          asked
              ? "the operator returned the pool to service"
              : "the pool was well again for " + seconds(turn.now() - healthySince);
      state.journal(turn, "pool", state.service.pool().name(), "FAIL", "OK", proof);
      state.step(new PoolEvent.Returned(proof), turn);
      return raw;
    }
    return new PoolVerdict(
        false,
        "The pool was FAIL ("
            + failedFor
            + "); it returns "
            + (proven ? "by itself in " + seconds(left) : "by mpp recover --pool")
            + ".");
  }

  private long due(long now) {
    boolean vacant = state.lease.learnt() && state.lease.claimable(now);
    long holdDown = state.service.holdDown();
    return vacant ? Math.min(holdDown, state.config.timing().duration()) : holdDown;
  }

  private static String seconds(long nanos) {
    return (nanos + 999_999_999L) / 1_000_000_000L + " s";
  }
}
