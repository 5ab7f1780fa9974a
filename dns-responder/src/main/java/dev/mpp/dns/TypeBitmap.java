package dev.mpp.dns;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.TreeSet;

/** The types at a name, as NSEC tells them (RFC 4034 section 4.1.2). */
final class TypeBitmap {
  private TypeBitmap() {}

  static byte[] of(Collection<Integer> types) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TreeSet<Integer> ordered = new TreeSet<>(types);
    while (!ordered.isEmpty()) {
      int window = ordered.first() >>> 8;
      byte[] bits = new byte[32];
      int octets = 0;
      for (int type : ordered.headSet((window + 1) << 8)) {
        int low = type & 0xff;
        bits[low >>> 3] |= (byte) (0x80 >>> (low & 7));
        octets = (low >>> 3) + 1;
      }
      ordered.headSet((window + 1) << 8).clear();
      out.write(window);
      out.write(octets);
      out.writeBytes(Arrays.copyOf(bits, octets));
    }
    return out.toByteArray();
  }
}
