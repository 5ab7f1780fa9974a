package dev.mpp.node.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mpp.core.journal.JournalHead;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Chains journal entries, so that none can be changed or taken out unseen (docs/operations.md has
 * the rule for third parties): the hash of an entry is the SHA-256 of eleven netstrings (LENGTH in
 * bytes, colon, the bytes, comma) — the hash before it and the ten columns in the order of the
 * table, integers in decimal, text in UTF-8. Not thread-safe.
 */
final class JournalChain {
  private final MessageDigest sha256;

  JournalChain() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The hash of an entry that follows the one with the hash {@code before}. */
  String hash(String before, long sequence, JournalEvent e) {
    net(before);
    net(Long.toString(sequence));
    net(Long.toString(e.wallMillis()));
    net(e.service());
    net(e.kind());
    net(e.subject());
    net(e.from());
    net(e.to());
    net(Long.toString(e.epoch()));
    net(e.reason());
    net(e.by());
    return HexFormat.of().formatHex(sha256.digest());
  }

  JournalHead next(JournalHead before, JournalEntry entry) {
    return new JournalHead(entry.sequence(), hash(before.hash(), entry.sequence(), entry.event()));
  }

  private void net(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    sha256.update(Integer.toString(bytes.length).getBytes(UTF_8));
    sha256.update((byte) ':');
    sha256.update(bytes);
    sha256.update((byte) ',');
  }
}
