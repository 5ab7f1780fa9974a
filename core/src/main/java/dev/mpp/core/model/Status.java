package dev.mpp.core.model;

/** Health level of a node, a checkpoint or a pool, best first. */
public enum Status {
  OK,
  OK_INFO,
  OK_WARN,
  OK_CRITICAL,
  FAIL;

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
