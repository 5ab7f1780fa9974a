package dev.mpp.core.journal;

/**
 * Which journal entries are wanted; they come oldest first.
 *
 * @param after with a higher sequence than this
 * @param sinceWallMillis not older than this; 0 for any
 * @param service of this service only; empty for any
 * @param kind of this kind only; empty for any
 * @param max at most so many, at least 1
 * @param newest the newest of them instead of the oldest
 */
public record JournalQuery(
    long after, long sinceWallMillis, String service, String kind, int max, boolean newest) {

  public JournalQuery {
    if (max < 1) {
      throw new IllegalArgumentException("max " + max + " is less than 1");
    }
  }

  /** The oldest entries behind {@code after}. */
  public static JournalQuery after(long after, int max) {
    return new JournalQuery(after, 0, "", "", max, false);
  }
}
