package dev.mpp.core.model;

/** How far a site can see, farthest first. */
public enum Reach {
  GLOBAL,
  WAN,
  LAN,
  NONE;

  /** Whether this reach extends at least as far as {@code required}. */
  public boolean sufficientFor(Reach required) {
    return compareTo(required) <= 0;
  }
}
