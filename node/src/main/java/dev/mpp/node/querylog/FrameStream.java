package dev.mpp.node.querylog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Frames of the Frame Streams format (https://farsightsec.github.io/fstrm/): a data frame is its
 * length and its octets; a control frame begins with a length of 0, then its own length, its type,
 * and fields. All numbers are 32 bits, most significant octet first.
 */
final class FrameStream {
  static final int ACCEPT = 1;
  static final int START = 2;
  static final int STOP = 3;
  static final int READY = 4;
  static final int FINISH = 5;

  /** The longest control frame that a reader has to take. */
  static final int MOST_CONTROL = 512;

  private static final int CONTENT_TYPE = 1;
  private static final byte[] DNSTAP = "protobuf:dnstap.Dnstap".getBytes(StandardCharsets.US_ASCII);

  private FrameStream() {}

  static byte[] data(byte[] payload) {
    return ByteBuffer.allocate(4 + payload.length).putInt(payload.length).put(payload).array();
  }

  /** READY, ACCEPT or START of a stream of dnstap. */
  static byte[] controlOfDnstap(int type) {
    int length = 12 + DNSTAP.length;
    return ByteBuffer.allocate(8 + length)
        .putInt(0)
        .putInt(length)
        .putInt(type)
        .putInt(CONTENT_TYPE)
        .putInt(DNSTAP.length)
        .put(DNSTAP)
        .array();
  }

  /** STOP or FINISH. */
  static byte[] control(int type) {
    return ByteBuffer.allocate(12).putInt(0).putInt(4).putInt(type).array();
  }

  /**
   * Whether a control frame, from its type on, is of that type and, if it names contents at all,
   * takes dnstap.
   */
  static boolean agrees(byte[] frame, int type) {
    ByteBuffer in = ByteBuffer.wrap(frame);
    if (in.remaining() < 4 || in.getInt() != type) {
      return false;
    }
    boolean named = false;
    while (in.remaining() >= 8) {
      int field = in.getInt();
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) {
        return false;
      }
      byte[] value = new byte[length];
      in.get(value);
      if (field == CONTENT_TYPE) {
        named = true;
        if (Arrays.equals(value, DNSTAP)) {
          return true;
        }
      }
    }
    return !named && !in.hasRemaining();
  }
}
