package dev.mpp.dns;

/** SipHash-2-4 (Aumasson and Bernstein), the keyed hash of RFC 9018. */
final class SipHash {
  private static final int WORD = 8;

  private SipHash() {}

  /** The hash of {@code data[0, length)} under a key given as two little-endian words. */
  static long hash(long key0, long key1, byte[] data, int length) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    int whole = length / WORD * WORD;
    for (int at = 0; at <= whole + WORD; at += WORD) {
      boolean message = at <= whole;
      long word = at < whole ? word(data, at, WORD) : 0;
      if (at == whole) {
        word = word(data, at, length - whole) | (long) length << 56;
      }
      v2 ^= message ? 0 : 0xff;
      v3 ^= word;
      // Two rounds a word of the message, four at the end.
      for (int round = 0; round < (message ? 2 : 4); round++) {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= word;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** Up to eight octets, the first the least significant. */
  static long word(byte[] data, int at, int octets) {
    long word = 0;
    for (int i = octets - 1; i >= 0; i--) {
      word = word << 8 | (data[at + i] & 0xff);
    }
    return word;
  }
}
