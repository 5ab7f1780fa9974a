package dev.mpp.core.journal;

import java.util.regex.Pattern;

/**
 * Where a node's journal ends. Kept elsewhere, it shows later that nothing before it was changed
 * and nothing was cut off.
 *
 * @param sequence of the last entry; 0 before the first
 * @param hash SHA-256 over the last entry and, through the hash before it, over all of them; 64
 *     lower-case hexadecimal digits
 */
public record JournalHead(long sequence, String hash) {
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

  /** Before the first entry: the hash that the first one is chained to is all zeros. */
  public static final JournalHead START = new JournalHead(0, "0".repeat(64));

  public JournalHead {
    if (sequence < 0 || !SHA_256.matcher(hash).matches()) {
      throw new IllegalArgumentException("no head of a journal: #" + sequence + " " + hash);
    }
  }

  /** {@code 150:9f3a…}, as operators write it. */
  public static JournalHead parse(String text) {
    int colon = text.indexOf(':');
    try {
      return new JournalHead(
          Long.parseLong(text.substring(0, Math.max(0, colon))), text.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not SEQUENCE:HASH, as mpp journal verify prints the head", e);
    }
  }

  @Override
  public String toString() {
    return sequence + ":" + hash;
  }
}
