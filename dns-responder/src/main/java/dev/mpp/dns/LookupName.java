package dev.mpp.dns;

import java.util.Arrays;

/**
 * A name being looked up: lower-cased once, every suffix hashed in one backward pass, so that
 * finding its zone costs a probe per label and allocates nothing. Mutable scratch of one thread.
 */
final class LookupName {
  static final int MALFORMED = -1;
  private static final int MAX_LABELS = 128;

  private final byte[] lower = new byte[DnsName.MAX_LENGTH];
  private final int[] starts = new int[MAX_LABELS];
  private final int[] hashes = new int[MAX_LABELS];
  private int length;
  private int labels;

  /**
   * Reads an uncompressed name. A pointer or a reserved label type is malformed here: nothing
   * precedes a question that it could point to.
   *
   * @param limit the end of what may be read, exclusive
   * @return the offset after the name, or {@link #MALFORMED}
   */
  int read(byte[] message, int offset, int limit) {
    int in = offset;
    int out = 0;
    labels = 0;
    while (in < limit) {
      int size = message[in];
      if (size == 0) {
        starts[labels++] = out;
        lower[out] = 0;
        length = out + 1;
        hashSuffixes();
        return in + 1;
      }
      // Two more octets than the label itself: its length, and the root that must still follow.
      if (size < 0 || size > DnsName.MAX_LABEL || out + size + 2 > DnsName.MAX_LENGTH) {
        return MALFORMED;
      }
      if (in + size >= limit) {
        return MALFORMED;
      }
      starts[labels++] = out;
      lower[out++] = message[in++];
      for (int end = in + size; in < end; in++) {
        lower[out++] = DnsName.toLower(message[in]);
      }
    }
    return MALFORMED;
  }

  private void hashSuffixes() {
    int h = 0;
    int label = labels - 1;
    for (int i = length - 1; i >= 0; i--) {
      h = 31 * h + lower[i];
      if (i == starts[label]) {
        hashes[label] = h;
        label = Math.max(0, label - 1);
      }
    }
  }

  /** Octets on the wire, the root included. */
  int length() {
    return length;
  }

  /** The name in lower case, on the heap. */
  DnsName copy() {
    return DnsName.ofWire(Arrays.copyOf(lower, length));
  }

  /** How many suffixes the name has: itself is number 0, the root the last. */
  int suffixes() {
    return labels;
  }

  int hash(int suffix) {
    return hashes[suffix];
  }

  boolean matches(DnsName name, int suffix) {
    return name.matches(lower, starts[suffix], length);
  }
}
