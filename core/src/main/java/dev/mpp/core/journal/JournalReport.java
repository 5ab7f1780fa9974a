package dev.mpp.core.journal;

import java.util.List;

/**
 * What the check of a journal found.
 *
 * @param checked how many entries were read
 * @param head the last entry that MPP wrote, by the store's own mark
 * @param begun entries up to this one were there before the chain was begun: for what was done to
 *     them before, nothing speaks
 * @param base entries up to this one were pruned; 0 when none was
 * @param faults in the order of the entries, the first ones only
 * @param more further faults that are not listed
 */
public record JournalReport(
    long checked, JournalHead head, long begun, long base, List<Fault> faults, long more) {

  public JournalReport {
    faults = List.copyOf(faults);
  }

  /** What may be wrong with a journal. */
  public enum Kind {
    /** An entry does not fit its hash. */
    CHANGED,
    /** Entries between others are gone. */
    MISSING,
    /** The last entries are gone. */
    TRUNCATED,
    /** Entries that MPP did not write follow the last one it did. */
    ADDED,
    /** The chain is whole, but is not the one that somebody else saw. */
    REWRITTEN
  }

  /**
   * @param sequence of the first entry concerned
   * @param text one sentence
   */
  public record Fault(Kind kind, long sequence, String text) {}

  public boolean whole() {
    return faults.isEmpty();
  }
}
