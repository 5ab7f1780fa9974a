package dev.mpp.checkpoints;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * A connected ICMP socket (icmp(7)): the unprivileged datagram kind where {@code
 * net.ipv4.ping_group_range} admits this process's group, otherwise the raw kind, which wants
 * CAP_NET_RAW. Nothing blocks. Any thread may close it under another one.
 */
final class IcmpSocket implements Closeable {
  private static final String RANGE = "/proc/sys/net/ipv4/ping_group_range";
  private static final int EAGAIN = 11;
  private static final int ECONNREFUSED = 111;
  private static final int LARGEST = 2_048;

  /** errno(3), those an ICMP socket meets. */
  private static final Map<Integer, String> NAMES =
      Map.of(
          1, "not permitted",
          13, "permission denied",
          24, "too many open files",
          97, "this host does not do this kind of address",
          101, "network unreachable",
          110, "timed out",
          111, "refused by the target or a router",
          113, "no route to host");

  private final boolean raw;
  private final int fd;
  private final MemorySegment buffer = Arena.ofAuto().allocate(LARGEST);
  private boolean closed;

  private IcmpSocket(boolean raw, int fd) {
    this.raw = raw;
    this.fd = fd;
  }

  /**
   * A socket that talks to one address.
   *
   * @throws IOException if this process may not, with what has to be changed; or if there is no way
   *     to the address
   */
  static IcmpSocket open(InetAddress target) throws IOException {
    IcmpSocket socket = open(target instanceof Inet6Address);
    int result = Libc.connect(socket.fd, address(target));
    if (result < 0) {
      socket.close();
      throw failure("connect", -result);
    }
    return socket;
  }

  private static IcmpSocket open(boolean v6) throws IOException {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      throw new IOException("icmp probes need Linux");
    }
    int family = v6 ? Libc.AF_INET6 : Libc.AF_INET;
    int protocol = v6 ? Libc.IPPROTO_ICMPV6 : Libc.IPPROTO_ICMP;
    int datagram = Libc.socket(family, Libc.SOCK_DGRAM | Libc.SOCK_FLAGS, protocol);
    if (datagram >= 0) {
      return new IcmpSocket(false, datagram);
    }
    int raw = Libc.socket(family, Libc.SOCK_RAW | Libc.SOCK_FLAGS, protocol);
    if (raw >= 0) {
      return new IcmpSocket(true, raw);
    }
    if (raw != -1 && raw != -13) {
      throw failure("socket", -raw);
    }
    throw new IOException(
        "this process may not send ICMP echo: admit its group in sysctl net.ipv4.ping_group_range"
            + range()
            + ", or give it CAP_NET_RAW");
  }

  /** Why this process cannot probe with icmp on this host; empty if it can. */
  static Optional<String> refusal(boolean v6) {
    try (IcmpSocket socket = open(v6)) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Whether messages pass as they are: with their own identifier, and on IPv4 with an IP header
   * before them. The datagram kind has the kernel set the identifier and take the header off.
   */
  boolean raw() {
    return raw;
  }

  synchronized void send(byte[] message) throws IOException {
    check();
    MemorySegment.copy(message, 0, buffer, ValueLayout.JAVA_BYTE, 0, message.length);
    long sent = Libc.send(fd, buffer.asSlice(0, message.length));
    if (sent < 0 && sent != -EAGAIN) {
      throw failure("send", (int) -sent);
    }
  }

  /** A message that has arrived; empty if none has. */
  synchronized byte[] receive() throws IOException {
    check();
    long count = Libc.receive(fd, buffer);
    if (count == -EAGAIN) {
      return new byte[0];
    }
    if (count < 0) {
      throw failure(count == -ECONNREFUSED ? "echo" : "receive", (int) -count);
    }
    return buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
  }

  private void check() throws IOException {
    if (closed) {
      throw new IOException("closed by the watchdog");
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }

  /** sockaddr_in (ip(7)) or sockaddr_in6 (ipv6(7)). */
  private static MemorySegment address(InetAddress target) {
    byte[] address = target.getAddress();
    boolean v6 = target instanceof Inet6Address;
    MemorySegment out = Arena.ofAuto().allocate(v6 ? 28 : 16, 4);
    out.set(ValueLayout.JAVA_SHORT, 0, (short) (v6 ? Libc.AF_INET6 : Libc.AF_INET));
    MemorySegment.copy(address, 0, out, ValueLayout.JAVA_BYTE, v6 ? 8 : 4, address.length);
    return out;
  }

  private static IOException failure(String call, int errno) {
    return new IOException(call + ": " + NAMES.getOrDefault(errno, "error " + errno));
  }

  /** In one read: the kernel gives the rest of such a file to nobody. */
  private static String range() {
    byte[] text = new byte[64];
    try (InputStream in = new FileInputStream(RANGE)) {
      int length = Math.max(0, in.read(text));
      String range = new String(text, 0, length, StandardCharsets.US_ASCII);
      return " (now \"" + range.strip().replaceAll("\\s+", " ") + "\")";
    } catch (IOException e) {
      return "";
    }
  }
}
