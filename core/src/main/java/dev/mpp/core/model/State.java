package dev.mpp.core.model;

/** Role of a node in its pool. At most one node of a failover pool is {@link #ACTIVE}. */
public enum State {
  /** Not judged yet, or just recovered. */
  UNKNOWN,
  /** Healthy and fenced: read-only, ready to take over. */
  STANDBY,
  /** Verified writable. */
  ACTIVE,
  /** Failed, but it answers: replication is broken or its data diverged. */
  FAILED_ONLINE,
  /** Failed and unreachable. */
  FAILED_OFFLINE;

  public boolean failed() {
    return this == FAILED_ONLINE || this == FAILED_OFFLINE;
  }

  /**
   * Parses a state name; {@code FAIL_ONLINE} and {@code FAIL_OFFLINE} are accepted.
   *
   * @throws IllegalArgumentException if the text names no state
   */
  public static State parse(String text) {
    return switch (text) {
      case "FAIL_ONLINE" -> FAILED_ONLINE;
      case "FAIL_OFFLINE" -> FAILED_OFFLINE;
      default -> valueOf(text);
    };
  }
}
