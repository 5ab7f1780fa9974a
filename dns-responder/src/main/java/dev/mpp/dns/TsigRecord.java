package dev.mpp.dns;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The TSIG record at the end of a message (RFC 8945 section 4.2).
 *
 * @param key its owner: wire form, lower case, not compressed
 * @param algorithm as the key
 * @param time seconds since 1970 when the message was signed
 * @param fudge seconds by which clocks may differ
 */
record TsigRecord(
    byte[] key,
    byte[] algorithm,
    long time,
    int fudge,
    byte[] mac,
    int originalId,
    int error,
    byte[] other) {
  static final int CLASS_ANY = 255;
  private static final int POINTER = 0xc0;
  private static final int RECORD_TAIL = 10;
  private static final int TIMES = 10;
  private static final int TAIL = 6;

  /**
   * Reads the record that begins at {@code at} and ends at {@code length}.
   *
   * @return null if it is malformed
   */
  static @Nullable TsigRecord read(byte[] packet, int at, int length) {
    byte[] key = name(packet, at, length);
    int tail = skip(packet, at, length);
    if (key == null || tail < 0 || tail + RECORD_TAIL > length) {
      return null;
    }
    int rdata = tail + RECORD_TAIL;
    boolean sound =
        Wire.u16(packet, tail) == RrType.TSIG
            && Wire.u16(packet, tail + 2) == CLASS_ANY
            && Wire.u32(packet, tail + 4) == 0
            && rdata + Wire.u16(packet, tail + 8) == length;
    byte[] algorithm = sound ? name(packet, rdata, length) : null;
    int times = sound ? skip(packet, rdata, length) : -1;
    if (algorithm == null || times < 0 || times + TIMES > length) {
      return null;
    }
    int macAt = times + TIMES;
    int macEnd = macAt + Wire.u16(packet, macAt - 2);
    if (macEnd + TAIL > length || macEnd + TAIL + Wire.u16(packet, macEnd + 4) != length) {
      return null;
    }
    return new TsigRecord(
        key,
        algorithm,
        (long) Wire.u16(packet, times) << 32 | Wire.u32(packet, times + 2),
        Wire.u16(packet, times + 6),
        Arrays.copyOfRange(packet, macAt, macEnd),
        Wire.u16(packet, macEnd),
        Wire.u16(packet, macEnd + 2),
        Arrays.copyOfRange(packet, macEnd + TAIL, length));
  }

  /** The offset behind a name where it stands, or -1. */
  private static int skip(byte[] packet, int start, int limit) {
    int at = start;
    while (at < limit) {
      int size = packet[at] & 0xff;
      if (size == 0) {
        return at + 1;
      }
      if (size >= POINTER) {
        return at + 2;
      }
      at += 1 + size;
    }
    return -1;
  }

  /** A name in lower case; pointers lead strictly backwards, so that following them ends. */
  private static byte @Nullable [] name(byte[] packet, int start, int limit) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = start;
    int before = start;
    while (at < limit && out.size() < DnsName.MAX_LENGTH) {
      int size = packet[at] & 0xff;
      if (size == 0) {
        out.write(0);
        return out.toByteArray();
      }
      if (size >= POINTER) {
        int target = at + 1 < limit ? (size & 0x3f) << 8 | (packet[at + 1] & 0xff) : limit;
        if (target >= before || target < Wire.HEADER) {
          return null;
        }
        at = target;
        before = target;
      } else if (size > DnsName.MAX_LABEL
          || at + size >= limit
          || out.size() + size + 2 > DnsName.MAX_LENGTH) {
        return null;
      } else {
        out.write(size);
        for (int i = at + 1; i <= at + size; i++) {
          out.write(DnsName.toLower(packet[i]));
        }
        at += 1 + size;
      }
    }
    return null;
  }
}
