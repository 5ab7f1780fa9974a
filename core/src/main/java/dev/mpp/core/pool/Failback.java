package dev.mpp.core.pool;

/** Whether a PRIMARY that is STANDBY again gets the role back from a SECONDARY (BEHAVIOUR 8). */
public enum Failback {
  /** Never by itself; {@code mpp activate-primary} is the operator's. */
  MANUAL,
  /** As a planned hand-over: the SECONDARY announces it, stands down, then the PRIMARY takes it. */
  AUTO,
  /** Hostile takeover: the SECONDARY is fenced at once. */
  HOSTILE
}
