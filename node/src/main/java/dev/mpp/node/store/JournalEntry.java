package dev.mpp.node.store;

/**
 * A journal line.
 *
 * @param sequence from 1, without gaps, in the order of {@link NodeStore#append}
 * @param hash chains it to the entry before ({@link JournalChain}), 64 hexadecimal digits; empty
 *     before it is committed
 */
public record JournalEntry(long sequence, JournalEvent event, String hash) {

  /** One that is not committed yet. */
  public JournalEntry(long sequence, JournalEvent event) {
    this(sequence, event, "");
  }
}
