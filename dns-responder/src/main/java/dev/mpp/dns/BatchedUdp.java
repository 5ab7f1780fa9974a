package dev.mpp.dns;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Datagrams in batches through recvmmsg(2) and sendmmsg(2). One thread serves it; nothing is
 * allocated per datagram or per batch.
 *
 * <p>Bound to the wildcard it has the kernel say which address was asked, and answers from there.
 */
final class BatchedUdp implements UdpSocket {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final Duration PAUSE_AFTER_ERROR = Duration.ofMillis(10);

  private final int fd;
  private final boolean wildcard;
  private boolean served;
  private boolean fdClosed;
  private volatile boolean closing;

  private BatchedUdp(int fd, boolean wildcard) {
    this.fd = fd;
    this.wildcard = wildcard;
  }

  static BatchedUdp bind(InetSocketAddress address, boolean share) throws IOException {
    boolean wildcard = address.getAddress().isAnyLocalAddress();
    boolean ipv4 = address.getAddress() instanceof Inet4Address;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linux.STATE);
      int fd = Linux.udpSocket(ipv4 ? Linux.AF_INET : Linux.AF_INET6, state);
      if (fd < 0) {
        throw new SocketException(Linux.words(-fd));
      }
      try {
        configure(fd, ipv4, wildcard, share, arena, state);
        int result = Linux.bind(fd, SocketAddresses.of(address, arena), state);
        if (result < 0) {
          throw new BindException(Linux.words(-result));
        }
      } catch (IOException | RuntimeException e) {
        Linux.close(fd, state);
        throw e;
      }
      return new BatchedUdp(fd, wildcard);
    }
  }

  private static void configure(
      int fd, boolean ipv4, boolean wildcard, boolean share, Arena arena, MemorySegment state)
      throws SocketException {
    set(fd, Linux.SOL_SOCKET, Linux.SO_RCVBUF, BoundSockets.RECEIVE_BUFFER, arena, state);
    if (share) {
      set(fd, Linux.SOL_SOCKET, Linux.SO_REUSEPORT, 1, arena, state);
    }
    // On an IPv6 socket the IPv4 options hold for the IPv4 clients of a dual-stack wildcard.
    set(fd, Linux.IPPROTO_IP, Linux.IP_MTU_DISCOVER, Linux.PMTUDISC_OMIT, arena, state);
    if (!ipv4) {
      set(fd, Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY, wildcard ? 0 : 1, arena, state);
      set(fd, Linux.IPPROTO_IPV6, Linux.IPV6_MTU_DISCOVER, Linux.PMTUDISC_OMIT, arena, state);
    }
    if (wildcard && ipv4) {
      set(fd, Linux.IPPROTO_IP, Linux.IP_PKTINFO, 1, arena, state);
    } else if (wildcard) {
      set(fd, Linux.IPPROTO_IPV6, Linux.IPV6_RECVPKTINFO, 1, arena, state);
    }
  }

  private static void set(
      int fd, int level, int option, int value, Arena arena, MemorySegment state)
      throws SocketException {
    int result = Linux.setOption(fd, level, option, arena.allocateFrom(INT, value), state);
    if (result < 0) {
      throw new SocketException("socket option " + option + ": " + Linux.words(-result));
    }
  }

  @Override
  public void serve(QueryHandler handler, DnsCounters counters) {
    synchronized (this) {
      if (served || fdClosed) {
        return;
      }
      served = true;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linux.STATE);
      try {
        loop(new Datagrams(arena, wildcard), state, handler, counters);
      } finally {
        closeDescriptor(state);
      }
    }
  }

  private void loop(
      Datagrams datagrams, MemorySegment state, QueryHandler handler, DnsCounters counters) {
    while (!closing) {
      int received = Linux.receive(fd, datagrams.received(), Datagrams.BATCH, state);
      if (received > 0 && !closing) {
        long start = System.nanoTime();
        int answers = datagrams.answer(received, handler);
        send(datagrams, answers, state, counters);
        counters.latency(System.nanoTime() - start, received);
      } else if (received < 0 && received != -Linux.EINTR) {
        counters.event(DnsCounters.Event.RECEIVE_ERROR);
        // An interface that went away fails every call: do not spin on it.
        LockSupport.parkNanos(PAUSE_AFTER_ERROR.toNanos());
      }
    }
  }

  /** A datagram that cannot be sent is the sender's concern, not that of those behind it. */
  private void send(Datagrams datagrams, int answers, MemorySegment state, DnsCounters counters) {
    int done = 0;
    while (done < answers && !closing) {
      int sent = Linux.send(fd, datagrams.toSend(done), answers - done, state);
      if (sent > 0) {
        done += sent;
      } else if (sent != -Linux.EINTR) {
        counters.event(DnsCounters.Event.SEND_ERROR);
        done++;
      }
    }
  }

  /** The number of a closed descriptor may be another file's the next instant: under the lock. */
  private synchronized void closeDescriptor(MemorySegment state) {
    if (!fdClosed) {
      fdClosed = true;
      Linux.close(fd, state);
    }
  }

  @Override
  public synchronized void close() {
    closing = true;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linux.STATE);
      if (!served) {
        closeDescriptor(state);
      } else if (!fdClosed) {
        Linux.shutdown(fd, state);
      }
    }
  }
}
