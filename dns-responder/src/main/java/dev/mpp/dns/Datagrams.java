package dev.mpp.dns;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The memory of one thread's batches, laid out as recvmmsg(2) and sendmmsg(2) want it: for each
 * datagram a mmsghdr, an iovec, an address, its octets, and, at the wildcard, what cmsg(3) says of
 * the address it was sent to. An answer goes out with the address and the control data its query
 * came in with, so neither is ever copied.
 */
final class Datagrams {
  /** More brings nothing, less costs a sixth of the throughput at 1 (measured). */
  static final int BATCH = 32;

  /** Far above any query; a longer datagram is cut here and then fails to parse. */
  private static final int MAX_QUERY = 2048;

  private static final int MAX_ANSWER = Response.EDNS_PAYLOAD;

  // struct mmsghdr { struct msghdr { name, namelen, iov, iovlen, control, controllen, flags }, len
  // }
  private static final int HEADER = 64;
  private static final int NAME = 0;
  private static final int NAME_LENGTH = 8;
  private static final int VECTOR = 16;
  private static final int VECTOR_COUNT = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int FLAGS = 48;
  private static final int LENGTH = 56;

  private static final int IOVEC = 16;
  private static final int ADDRESS = 32;
  private static final int CONTROL_SPACE = 64;

  // struct cmsghdr { size_t len; int level; int type; }, then in_pktinfo or in6_pktinfo
  private static final int CMSG_LEVEL = 8;
  private static final int CMSG_TYPE = 12;
  private static final int CMSG_DATA = 16;
  private static final int V6_INTERFACE = CMSG_DATA + 16;
  private static final int LINK_LOCAL = 0xfe80;

  private static final ValueLayout.OfByte OCTET = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong SIZE = ValueLayout.JAVA_LONG;

  private final boolean wildcard;
  private final MemorySegment received;
  private final MemorySegment toSend;
  private final MemorySegment outVectors;
  private final MemorySegment addresses;
  private final MemorySegment controls;
  private final MemorySegment queries;
  private final MemorySegment answers;
  private final byte[] packet = new byte[MAX_QUERY];
  private final Client client = new Client();

  /**
   * @param wildcard whether the socket is bound to no address in particular
   */
  Datagrams(Arena arena, boolean wildcard) {
    this.wildcard = wildcard;
    received = arena.allocate(BATCH * HEADER, Long.BYTES);
    toSend = arena.allocate(BATCH * HEADER, Long.BYTES);
    MemorySegment inVectors = arena.allocate(BATCH * IOVEC, Long.BYTES);
    outVectors = arena.allocate(BATCH * IOVEC, Long.BYTES);
    addresses = arena.allocate(BATCH * ADDRESS, Long.BYTES);
    controls = arena.allocate(BATCH * CONTROL_SPACE, Long.BYTES);
    queries = arena.allocate((long) BATCH * MAX_QUERY, Long.BYTES);
    answers = arena.allocate((long) BATCH * MAX_ANSWER, Long.BYTES);
    for (int i = 0; i < BATCH; i++) {
      vector(inVectors, i, queries.address() + (long) i * MAX_QUERY, MAX_QUERY);
      vector(outVectors, i, answers.address() + (long) i * MAX_ANSWER, 0);
      header(received, i, inVectors.address() + (long) i * IOVEC);
      header(toSend, i, outVectors.address() + (long) i * IOVEC);
      received.set(SIZE, (long) i * HEADER + NAME, addresses.address() + (long) i * ADDRESS);
      received.set(
          SIZE,
          (long) i * HEADER + CONTROL,
          wildcard ? controls.address() + (long) i * CONTROL_SPACE : 0);
      rearm(i);
    }
  }

  private static void vector(MemorySegment vectors, int i, long base, int length) {
    vectors.set(SIZE, (long) i * IOVEC, base);
    vectors.set(SIZE, (long) i * IOVEC + 8, length);
  }

  private static void header(MemorySegment headers, int i, long vector) {
    headers.set(SIZE, (long) i * HEADER + VECTOR, vector);
    headers.set(SIZE, (long) i * HEADER + VECTOR_COUNT, 1);
  }

  /** The kernel writes what it used over the lengths that it may use. */
  private void rearm(int i) {
    long at = (long) i * HEADER;
    received.set(INT, at + NAME_LENGTH, SocketAddresses.MOST);
    received.set(SIZE, at + CONTROL_LENGTH, wildcard ? CONTROL_SPACE : 0);
    received.set(INT, at + FLAGS, 0);
  }

  /** For recvmmsg: room for {@link #BATCH} datagrams. */
  MemorySegment received() {
    return received;
  }

  /** For sendmmsg: the answers from the given one on. */
  MemorySegment toSend(int from) {
    return from == 0 ? toSend : toSend.asSlice((long) from * HEADER);
  }

  /**
   * Answers the datagrams that were received, and makes room for the next ones.
   *
   * @return how many answers there are to send
   */
  int answer(int count, QueryHandler handler) {
    int out = 0;
    for (int i = 0; i < count; i++) {
      int length = received.get(INT, (long) i * HEADER + LENGTH);
      MemorySegment.copy(queries, OCTET, (long) i * MAX_QUERY, packet, 0, length);
      SocketAddresses.read(addresses, (long) i * ADDRESS, client);
      if (handler.handle(packet, length, client, Transport.UDP)) {
        put(out++, i, handler.response());
      }
      rearm(i);
    }
    return out;
  }

  private void put(int out, int in, Response response) {
    long from = (long) in * HEADER;
    long to = (long) out * HEADER;
    MemorySegment.copy(
        response.bytes(), 0, answers, OCTET, (long) out * MAX_ANSWER, response.length());
    outVectors.set(SIZE, (long) out * IOVEC + 8, response.length());
    toSend.set(SIZE, to + NAME, received.get(SIZE, from + NAME));
    toSend.set(INT, to + NAME_LENGTH, received.get(INT, from + NAME_LENGTH));
    if (wildcard) {
      long length = received.get(SIZE, from + CONTROL_LENGTH);
      toSend.set(SIZE, to + CONTROL, received.get(SIZE, from + CONTROL));
      toSend.set(SIZE, to + CONTROL_LENGTH, length);
      if (length > 0) {
        freeInterface((long) in * CONTROL_SPACE);
      }
    }
  }

  /**
   * The answer leaves from the address that was asked, but by the route to the client, which need
   * not be the interface that the query came in by; only link-local addresses mean one.
   */
  private void freeInterface(long at) {
    int level = controls.get(INT, at + CMSG_LEVEL);
    int type = controls.get(INT, at + CMSG_TYPE);
    if (level == Linux.IPPROTO_IP && type == Linux.IP_PKTINFO) {
      controls.set(INT, at + CMSG_DATA, 0);
    } else if (level == Linux.IPPROTO_IPV6 && type == Linux.IPV6_PKTINFO) {
      int start =
          (controls.get(OCTET, at + CMSG_DATA) & 0xff) << 8
              | controls.get(OCTET, at + CMSG_DATA + 1) & 0xc0;
      if (start != LINK_LOCAL) {
        controls.set(INT, at + V6_INTERFACE, 0);
      }
    }
  }
}
