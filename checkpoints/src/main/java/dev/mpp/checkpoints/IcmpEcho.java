package dev.mpp.checkpoints;

import dev.mpp.core.reach.CheckpointSpec;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Echo request and reply (RFC 792, RFC 4443 section 4). A reply counts when it carries the
 * identifier, a sequence number that was sent and the random payload of this run. Waiting is
 * sleeping between looks at a socket that never blocks, so no carrier thread is held.
 */
final class IcmpEcho {
  /** A lost packet is sent again this often. */
  private static final int SENDINGS = 3;

  private static final int HEADER = 8;
  private static final int PAYLOAD = 24;
  private static final Duration FIRST_LOOKS = Duration.ofMillis(1);
  private static final Duration LATER_LOOKS = Duration.ofMillis(5);
  private static final int FIRST = 20;

  private final CheckpointSpec spec;
  private final SecureRandom random = new SecureRandom();

  IcmpEcho(CheckpointSpec spec) {
    this.spec = spec;
  }

  String run(Attempt attempt, List<InetAddress> addresses)
      throws IOException, InterruptedException {
    return attempt.firstOf(addresses, (address, share) -> ask(attempt, address, share));
  }

  private String ask(Attempt attempt, InetAddress address, Deadline share)
      throws IOException, InterruptedException {
    Exchange exchange = new Exchange(address, random);
    IcmpSocket socket = attempt.track(IcmpSocket.open(address));
    for (int left = SENDINGS; left > 0; left--) {
      socket.send(exchange.request());
      Deadline turn = share.turn(left);
      for (int looks = 0; !turn.passed(); looks++) {
        for (byte[] in = socket.receive(); in.length > 0; in = socket.receive()) {
          if (exchange.answeredBy(in, socket.raw())) {
            return "echo from " + address.getHostAddress();
          }
          if (turn.passed()) {
            break; // a flood of other messages keeps nobody here
          }
        }
        Thread.sleep(looks < FIRST ? FIRST_LOOKS : LATER_LOOKS);
      }
    }
    throw new SocketTimeoutException("no echo from " + spec.host());
  }

  /** The messages of one run with one address. */
  static final class Exchange {
    private final boolean v6;
    private final short identifier;
    private final byte[] payload = new byte[PAYLOAD];
    private short sequence;

    Exchange(InetAddress address, SecureRandom random) {
      this.v6 = address instanceof Inet6Address;
      this.identifier = (short) random.nextInt();
      random.nextBytes(payload);
    }

    byte[] request() {
      sequence++;
      ByteBuffer message = ByteBuffer.allocate(HEADER + PAYLOAD);
      message.put((byte) (v6 ? 128 : 8)).put((byte) 0).putShort((short) 0);
      message.putShort(identifier).putShort(sequence).put(payload);
      // For ICMPv6 the kernel computes it: it covers the addresses (RFC 3542 section 3.1).
      return v6 ? message.array() : message.putShort(2, checksum(message.array())).array();
    }

    /**
     * @param raw whether the identifier is ours and, on IPv4, an IP header comes first
     */
    boolean answeredBy(byte[] packet, boolean raw) {
      int start = raw && !v6 ? (packet[0] & 0x0f) * 4 : 0;
      if (packet.length < start + HEADER + PAYLOAD) {
        return false;
      }
      ByteBuffer message = ByteBuffer.wrap(packet, start, packet.length - start).slice();
      short number = message.getShort(6);
      return message.get(0) == (byte) (v6 ? 129 : 0)
          && message.get(1) == 0
          && (!raw || message.getShort(4) == identifier)
          && number >= 1
          && number <= sequence
          && message.remaining() == HEADER + PAYLOAD
          && Arrays.equals(packet, start + HEADER, packet.length, payload, 0, PAYLOAD);
    }

    /** The Internet checksum (RFC 1071). */
    static short checksum(byte[] message) {
      long sum = 0;
      for (int i = 0; i < message.length; i += 2) {
        int low = i + 1 < message.length ? message[i + 1] & 0xff : 0;
        sum += (message[i] & 0xff) << 8 | low;
      }
      while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
      }
      return (short) ~sum;
    }
  }
}
