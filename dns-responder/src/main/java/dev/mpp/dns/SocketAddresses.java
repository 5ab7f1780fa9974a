package dev.mpp.dns;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/** The C library's socket addresses: sockaddr_in (ip(7)) and sockaddr_in6 (ipv6(7)). */
final class SocketAddresses {
  /** Octets of the longer one. */
  static final int MOST = 28;

  private static final int V4_SIZE = 16;
  private static final int V4_ADDRESS = 4;
  private static final int V6_ADDRESS = 8;
  private static final int V6_SCOPE = 24;
  private static final ValueLayout.OfShort FAMILY = ValueLayout.JAVA_SHORT;
  private static final ValueLayout.OfInt SCOPE = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfShort NET16 =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt NET32 =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong NET64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketAddresses() {}

  static MemorySegment of(InetSocketAddress address, Arena arena) {
    byte[] octets = address.getAddress().getAddress();
    boolean ipv4 = address.getAddress() instanceof Inet4Address;
    MemorySegment out = arena.allocate(ipv4 ? V4_SIZE : MOST, Long.BYTES);
    out.set(FAMILY, 0, (short) (ipv4 ? Linux.AF_INET : Linux.AF_INET6));
    out.set(NET16, 2, (short) address.getPort());
    MemorySegment.copy(
        octets, 0, out, ValueLayout.JAVA_BYTE, ipv4 ? V4_ADDRESS : V6_ADDRESS, octets.length);
    if (address.getAddress() instanceof Inet6Address six) {
      out.set(SCOPE, V6_SCOPE, six.getScopeId());
    }
    return out;
  }

  /** Reads the address and the port at {@code at} into a scratch client. */
  static void read(MemorySegment from, long at, Client client) {
    client.port(Short.toUnsignedInt(from.get(NET16, at + 2)));
    if (from.get(FAMILY, at) == Linux.AF_INET) {
      long address = Integer.toUnsignedLong(from.get(NET32, at + V4_ADDRESS));
      client.set(0, Client.MAPPED << 32 | address);
    } else {
      client.set(from.get(NET64, at + V6_ADDRESS), from.get(NET64, at + V6_ADDRESS + 8));
    }
  }
}
