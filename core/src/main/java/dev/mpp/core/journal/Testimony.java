package dev.mpp.core.journal;

/**
 * Somebody else's word on where the journal once ended.
 *
 * @param who for the operator, for example {@code site2 heard}
 */
public record Testimony(String who, JournalHead head) {}
