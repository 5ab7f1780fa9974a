package dev.mpp.core.model;

/** Configured type of a node. A pool has exactly one {@link #PRIMARY}, listed first. */
public enum NodeType {
  PRIMARY,
  SECONDARY;

  /** The one-letter form of the classic listing. */
  public char letter() {
    return this == PRIMARY ? 'P' : 'S';
  }
}
