package dev.mpp.checkpoints;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The five calls of the C library that an ICMP socket takes: socket(2), connect(2), send(2),
 * recv(2), close(2), with the numbers of Linux. Each returns what the call returns, or minus the
 * error number. None of them is ever asked to block.
 */
final class Libc {
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;

  /** SOCK_NONBLOCK and SOCK_CLOEXEC. */
  static final int SOCK_FLAGS = 0x800 | 0x80000;

  static final int IPPROTO_ICMP = 1;
  static final int IPPROTO_ICMPV6 = 58;

  private static final int MSG_DONTWAIT = 0x40;
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final VarHandle ERRNO =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET =
      call("socket", FunctionDescriptor.of(INT, INT, INT, INT));
  private static final MethodHandle CONNECT =
      call("connect", FunctionDescriptor.of(INT, INT, POINTER, INT));
  private static final MethodHandle SEND =
      call("send", FunctionDescriptor.of(LONG, INT, POINTER, LONG, INT));
  private static final MethodHandle RECV =
      call("recv", FunctionDescriptor.of(LONG, INT, POINTER, LONG, INT));
  private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(INT, INT));

  private Libc() {}

  private static MethodHandle call(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"));
  }

  static int socket(int family, int type, int protocol) {
    return (int) outcome(s -> (int) SOCKET.invokeExact(s, family, type, protocol));
  }

  static int connect(int fd, MemorySegment address) {
    int size = (int) address.byteSize();
    return (int) outcome(s -> (int) CONNECT.invokeExact(s, fd, address, size));
  }

  static long send(int fd, MemorySegment bytes) {
    return outcome(s -> (long) SEND.invokeExact(s, fd, bytes, bytes.byteSize(), MSG_DONTWAIT));
  }

  static long receive(int fd, MemorySegment into) {
    return outcome(s -> (long) RECV.invokeExact(s, fd, into, into.byteSize(), MSG_DONTWAIT));
  }

  static int close(int fd) {
    return (int) outcome(s -> (int) CLOSE.invokeExact(s, fd));
  }

  @FunctionalInterface
  private interface Call {
    long run(MemorySegment state) throws Throwable;
  }

  private static long outcome(Call call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      long result = call.run(state);
      return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
