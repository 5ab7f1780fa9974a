package dev.mpp.dns;

/** Big-endian integers of the wire format, and the ranges they allow. */
final class Wire {
  static final int HEADER = 12;
  static final int CLASS_IN = 1;
  static final int CLASS_CH = 3;
  static final int MAX_MESSAGE = 65535;

  private Wire() {}

  static int u16(byte[] b, int at) {
    return (b[at] & 0xff) << 8 | (b[at + 1] & 0xff);
  }

  static long u32(byte[] b, int at) {
    return (long) u16(b, at) << 16 | u16(b, at + 2);
  }

  static void putU16(byte[] b, int at, int value) {
    b[at] = (byte) (value >>> 8);
    b[at + 1] = (byte) value;
  }

  static void putU32(byte[] b, int at, long value) {
    putU16(b, at, (int) (value >>> 16));
    putU16(b, at + 2, (int) value);
  }

  static void requireU16(String what, int value) {
    if (value < 0 || value > 0xffff) {
      throw new IllegalArgumentException(what + " not in 0..65535: " + value);
    }
  }

  /** TTLs and other spans are 31 bits (RFC 2181 section 8). */
  static void requireTtl(String what, long seconds) {
    if (seconds < 0 || seconds > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(what + " not in 0..2^31-1 seconds: " + seconds);
    }
  }
}
