package dev.mpp.core.model;

/** Health level of a node, a checkpoint or a pool, best first. */
public enum Status {
  OK,
  OK_INFO,
  OK_WARN,
  OK_CRITICAL,
  FAIL;

  /**
   * The ladder: 0 consecutive errored requests is OK, 1 OK_INFO, 2 OK_WARN, 3 OK_CRITICAL, 4 or
   * more FAIL.
   *
   * @param req negative (nothing asked yet) counts as 0
   */
  public static Status ladder(int req) {
    return switch (Math.clamp(req, 0, 4)) {
      case 0 -> OK;
      case 1 -> OK_INFO;
      case 2 -> OK_WARN;
      case 3 -> OK_CRITICAL;
      default -> FAIL;
    };
  }

  /** The less healthy of the two. */
  public Status worse(Status other) {
    return compareTo(other) >= 0 ? this : other;
  }

  /** The healthier of the two. */
  public Status better(Status other) {
    return compareTo(other) <= 0 ? this : other;
  }

  public boolean atLeast(Status limit) {
    return compareTo(limit) >= 0;
  }

  /** The three-valued form of the classic listings: OK, OK_WARN or FAIL. */
  public Status classic() {
    return switch (this) {
      case OK -> OK;
      case OK_INFO, OK_WARN, OK_CRITICAL -> OK_WARN;
      case FAIL -> FAIL;
    };
  }
}
