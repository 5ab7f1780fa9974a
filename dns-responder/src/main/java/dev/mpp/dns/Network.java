package dev.mpp.dns;

import java.net.InetAddress;

/**
 * An address block such as {@code 192.0.2.0/24} or {@code 2001:db8::/32}; as 128 bits, IPv4 in its
 * mapped form.
 *
 * @param bits length of the prefix in the 128-bit form, 0 to 128
 */
record Network(long high, long low, int bits) {
  private static final int MAPPED_BITS = 96;

  Network {
    if (bits < 0 || bits > 128) {
      throw new IllegalArgumentException("prefix length not in 0..128: " + bits);
    }
    if ((high & ~mask(bits)) != 0 || (low & ~mask(bits - 64)) != 0) {
      throw new IllegalArgumentException("address bits set beyond the prefix length");
    }
  }

  /**
   * Reads an address or a block in CIDR notation.
   *
   * @throws IllegalArgumentException with the text and what is wrong with it
   */
  static Network of(String text) {
    int slash = text.indexOf('/');
    String literal = slash < 0 ? text : text.substring(0, slash);
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(literal);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a network: write 192.0.2.0/24 or 2001:db8::/32", e);
    }
    Client client = new Client().from(address);
    int extra = client.isIpv4() ? MAPPED_BITS : 0;
    int most = 128 - extra;
    String length = slash < 0 ? String.valueOf(most) : text.substring(slash + 1);
    if (!length.matches("[0-9]{1,3}") || Integer.parseInt(length) > most) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has no prefix length from 0 to " + most + " after the slash");
    }
    int bits = Integer.parseInt(length) + extra;
    if ((client.high() & ~mask(bits)) != 0 || (client.low() & ~mask(bits - 64)) != 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has address bits set beyond its prefix length: clear them");
    }
    return new Network(client.high(), client.low(), bits);
  }

  /** The upper {@code bits} of 64, for any number. */
  static long mask(int bits) {
    return bits <= 0 ? 0 : bits >= 64 ? -1L : -1L << (64 - bits);
  }

  boolean contains(long otherHigh, long otherLow) {
    return (otherHigh & mask(bits)) == high && (otherLow & mask(bits - 64)) == low;
  }

  boolean isIpv4() {
    return bits >= MAPPED_BITS && high == 0 && low >>> 32 == Client.MAPPED;
  }

  /** Length of the prefix as its family counts it: 0 to 32, or 0 to 128. */
  int familyBits() {
    return isIpv4() ? bits - MAPPED_BITS : bits;
  }
}
