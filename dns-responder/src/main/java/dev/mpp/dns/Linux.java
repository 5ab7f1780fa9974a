package dev.mpp.dns;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The calls of the C library that batches of datagrams take, with the numbers of Linux on 64 bits.
 * Each returns what the call returns, or minus the error number. {@code state} is a segment of
 * {@link #STATE}, one a thread, so that a call costs no allocation.
 */
final class Linux {
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SOL_SOCKET = 1;
  static final int SO_RCVBUF = 8;
  static final int SO_REUSEPORT = 15;
  static final int IPPROTO_IP = 0;
  static final int IP_PKTINFO = 8;
  static final int IP_MTU_DISCOVER = 10;
  static final int IPPROTO_IPV6 = 41;
  static final int IPV6_V6ONLY = 26;
  static final int IPV6_MTU_DISCOVER = 23;
  static final int IPV6_RECVPKTINFO = 49;
  static final int IPV6_PKTINFO = 50;

  /** Neither set DF nor believe what ICMP says of the path: it could be made up (RFC 9715). */
  static final int PMTUDISC_OMIT = 5;

  /** Wait for the first datagram only. */
  static final int MSG_WAITFORONE = 0x10000;

  static final int EINTR = 4;
  static final MemoryLayout STATE = Linker.Option.captureStateLayout();

  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int SHUT_RDWR = 2;

  private static final AddressLayout POINTER = ValueLayout.ADDRESS;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET =
      call("socket", FunctionDescriptor.of(INT, INT, INT, INT));
  private static final MethodHandle BIND =
      call("bind", FunctionDescriptor.of(INT, INT, POINTER, INT));
  private static final MethodHandle SETSOCKOPT =
      call("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, POINTER, INT));
  private static final MethodHandle RECVMMSG =
      call("recvmmsg", FunctionDescriptor.of(INT, INT, POINTER, INT, INT, POINTER));
  private static final MethodHandle SENDMMSG =
      call("sendmmsg", FunctionDescriptor.of(INT, INT, POINTER, INT, INT));
  private static final MethodHandle SHUTDOWN =
      call("shutdown", FunctionDescriptor.of(INT, INT, INT));
  private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(INT, INT));

  private Linux() {}

  private static MethodHandle call(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"));
  }

  static int udpSocket(int family, MemorySegment state) {
    try {
      return outcome((int) SOCKET.invokeExact(state, family, SOCK_DGRAM_CLOEXEC, 0), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int bind(int fd, MemorySegment address, MemorySegment state) {
    try {
      int size = (int) address.byteSize();
      return outcome((int) BIND.invokeExact(state, fd, address, size), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int setOption(int fd, int level, int name, MemorySegment value, MemorySegment state) {
    try {
      int size = (int) value.byteSize();
      return outcome((int) SETSOCKOPT.invokeExact(state, fd, level, name, value, size), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Waits for a datagram and takes as many as there are, up to {@code count}. */
  static int receive(int fd, MemorySegment messages, int count, MemorySegment state) {
    try {
      return outcome(
          (int)
              RECVMMSG.invokeExact(state, fd, messages, count, MSG_WAITFORONE, MemorySegment.NULL),
          state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int send(int fd, MemorySegment messages, int count, MemorySegment state) {
    try {
      return outcome((int) SENDMMSG.invokeExact(state, fd, messages, count, 0), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Wakes whoever receives on the socket, now and whenever he tries again. */
  static void shutdown(int fd, MemorySegment state) {
    try {
      // ENOTCONN is the usual outcome for a socket without a peer, and receivers wake all the same.
      int unused = (int) SHUTDOWN.invokeExact(state, fd, SHUT_RDWR);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void close(int fd, MemorySegment state) {
    try {
      int unused = (int) CLOSE.invokeExact(state, fd);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static int outcome(int result, MemorySegment state) {
    return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
  }

  private static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException r ? r : new IllegalStateException(e);
  }

  /** The usual words for the error numbers of bind(2) and socket(2). */
  static String words(int errno) {
    return switch (errno) {
      case 1 -> "Operation not permitted";
      case 13 -> "Permission denied";
      case 24 -> "Too many open files";
      case 97 -> "Address family not supported by protocol";
      case 98 -> "Address already in use";
      case 99 -> "Cannot assign requested address";
      default -> "error number " + errno;
    };
  }
}
