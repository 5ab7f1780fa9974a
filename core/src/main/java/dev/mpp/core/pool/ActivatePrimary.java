package dev.mpp.core.pool;

import dev.mpp.core.model.State;
import dev.mpp.core.pool.Draft.Row;
import dev.mpp.core.pool.PoolState.Pending;

/**
 * The operator's {@code mpp activate-primary} in a failover pool: obeyed, or refused with the
 * reason and what to do about it.
 */
final class ActivatePrimary {
  private ActivatePrimary() {}

  static String order(Draft draft) {
    Row primary = draft.primary();
    Row pinned = draft.pinned();
    if (primary.state == State.ACTIVE && primary.pending == Pending.NONE) {
      return "OK: PRIMARY " + primary.address + " is ACTIVE already";
    }
    if (primary.pending == Pending.PROMOTING) {
      return "OK: PRIMARY " + primary.address + " is being made ACTIVE already";
    }
    if (!draft.allowed) {
      return "ERROR: this site may not be ACTIVE: " + draft.permissionReason;
    }
    if (pinned != null && pinned != primary) {
      return "ERROR: %s is ACTIVE by an override; lift it first: mpp node unset %s"
          .formatted(pinned.address, pinned.address);
    }
    if (primary.barred()) {
      return "ERROR: the status of PRIMARY %s is set to FAIL by an override; lift it first: mpp node unset %s"
          .formatted(primary.address, primary.address);
    }
    if (!primary.standsBy()) {
      return notReady(primary);
    }
    Row other = draft.otherThatMayWrite(primary);
    if (other == null) {
      draft.promote(primary, Messages.REINSTATED);
    } else {
      FailoverPool.promise(draft, primary, other, Messages.REINSTATED);
    }
    return "OK: PRIMARY " + primary.address + " is being made ACTIVE";
  }

  private static String notReady(Row primary) {
    String remedy =
        primary.state.failed()
            ? "recover it first: mpp recover " + primary.address
            : primary.pending == Pending.FENCING
                ? "it is being fenced; try again when that is done"
                : "its next healthy poll makes it one; try again then";
    if (primary.held()) {
      remedy = "it is held by an override; lift it first: mpp node unset " + primary.address;
    }
    String message = Messages.plain(primary.message);
    message = message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    return "ERROR: PRIMARY %s is not a healthy STANDBY: %s/%d (%s)%s; %s"
        .formatted(
            primary.address,
            primary.status(),
            Math.max(primary.req, 0),
            primary.state,
            message.isEmpty() ? "" : " " + message,
            remedy);
  }
}
