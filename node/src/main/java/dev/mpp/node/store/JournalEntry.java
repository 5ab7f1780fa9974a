package dev.mpp.node.store;

/**
 * A journal line.
 *
 * @param sequence from 1, without gaps, in the order of {@link NodeStore#append}
 */
public record JournalEntry(long sequence, JournalEvent event) {}
