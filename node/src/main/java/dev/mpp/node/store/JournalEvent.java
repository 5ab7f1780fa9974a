package dev.mpp.node.store;

/**
 * A transition or a decision, before it has its place in the journal.
 *
 * @param wallMillis since 1970; for people
 * @param service empty for what concerns the whole process
 * @param kind short word, for example {@code transition}, {@code lease}, {@code operator}
 * @param subject what changed: a node's address, a site, a key
 * @param from earlier state; empty if there was none
 * @param to later state; empty if there is none
 * @param epoch epoch it happened in; 0 outside any
 * @param reason one sentence
 * @param by the operator who ordered it; empty when the node acted by itself
 */
public record JournalEvent(
    long wallMillis,
    String service,
    String kind,
    String subject,
    String from,
    String to,
    long epoch,
    String reason,
    String by) {}
