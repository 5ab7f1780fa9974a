package dev.mpp.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * The address a query came from, and when. Mutable scratch of one thread, so that a query costs no
 * object.
 *
 * <p>Both families are kept as 128 bits, IPv4 in its mapped form {@code ::ffff:a.b.c.d}: a
 * dual-stack socket and an IPv4 one say the same of one client.
 */
public final class Client {
  static final long MAPPED = 0xffffL;
  private static final int PREFIX_V4 = 24;
  private static final int PREFIX_V6 = 56;

  private long high;
  private long low;
  private long seconds;
  private int port;

  /** The unspecified address at second 0. */
  public Client() {}

  /** Takes the address over. */
  public Client from(InetAddress address) {
    ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
    if (address instanceof Inet4Address) {
      return set(0, MAPPED << 32 | Integer.toUnsignedLong(octets.getInt()));
    }
    return set(octets.getLong(), octets.getLong());
  }

  /**
   * When the query came, for the age of cookies alone (RFC 9018 section 4.3); seconds since 1970.
   */
  public Client at(long unixSeconds) {
    seconds = unixSeconds;
    return this;
  }

  /** The port it came from, for the log alone. */
  Client port(int number) {
    port = number;
    return this;
  }

  int port() {
    return port;
  }

  /** Takes 128 bits over, most significant first. */
  Client set(long upper, long lower) {
    high = upper;
    low = lower;
    return this;
  }

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  long seconds() {
    return seconds;
  }

  boolean isIpv4() {
    return high == 0 && low >>> 32 == MAPPED;
  }

  /**
   * What one customer of a provider has, as a number to count by: the /24 or the /56. Equal for two
   * clients of one prefix, different for those of two except by chance.
   */
  long prefix() {
    return isIpv4() ? low >>> (32 - PREFIX_V4) : high >>> (64 - PREFIX_V6) | 1L << 63;
  }
}
