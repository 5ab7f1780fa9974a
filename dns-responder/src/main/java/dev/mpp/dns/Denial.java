package dev.mpp.dns;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Compact denial of existence (RFC 9824): for every name an NSEC record of its own, which says what
 * types there are and that the next name is the next possible one. No name of the zone is told to
 * who does not know it.
 */
final class Denial {
  private static final byte[] NO_SUCH_NAME =
      TypeBitmap.of(List.of(RrType.RRSIG, RrType.NSEC, RrType.NXNAME));

  private Denial() {}

  /** Of a name that exists, with these types or none. */
  static RecordSet existing(DnsName name, Collection<Integer> types, long ttl, DnsName apex) {
    return set(name, successor(name, apex), bitmap(types), ttl, apex);
  }

  /** Of a name that does not exist. */
  static RecordSet absent(DnsName name, long ttl, DnsName apex) {
    return set(name, successor(name, apex), NO_SUCH_NAME, ttl, apex);
  }

  /**
   * Of a zone cut: what lies below it is not denied, so the next name is the next one beside it
   * (RFC 9824 section 3.4).
   */
  static RecordSet cut(DnsName name, boolean signedChild, long ttl, DnsName apex) {
    List<Integer> types = signedChild ? List.of(RrType.NS, RrType.DS) : List.of(RrType.NS);
    return set(name, sibling(name, apex), bitmap(types), ttl, apex);
  }

  private static byte[] bitmap(Collection<Integer> types) {
    Set<Integer> all = new HashSet<>(types);
    all.add(RrType.RRSIG);
    all.add(RrType.NSEC);
    return TypeBitmap.of(all);
  }

  private static RecordSet set(DnsName name, byte[] next, byte[] bitmap, long ttl, DnsName apex) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.writeBytes(next);
    data.writeBytes(bitmap);
    Rdata nsec = new Rdata.Opaque(RrType.NSEC, data.toByteArray());
    return RecordSet.of(name, RrType.NSEC, ttl, List.of(nsec), apex);
  }

  /** The name after it in canonical order: below it, or beside it where that would be too long. */
  private static byte[] successor(DnsName name, DnsName apex) {
    byte[] wire = name.lowerWire();
    if (wire.length + 2 > DnsName.MAX_LENGTH) {
      return sibling(name, apex);
    }
    byte[] next = new byte[wire.length + 2];
    next[0] = 1; // one label of one octet 0
    System.arraycopy(wire, 0, next, 2, wire.length);
    return next;
  }

  /**
   * The first possible name behind everything below {@code name}: a zero octet more in its first
   * label, or without room for one the next higher octet (RFC 4471 section 3.1.2).
   */
  private static byte[] sibling(DnsName name, DnsName apex) {
    byte[] wire = name.lowerWire();
    int label = wire[0];
    if (!name.equals(apex) && label < DnsName.MAX_LABEL && wire.length < DnsName.MAX_LENGTH) {
      byte[] next = new byte[wire.length + 1];
      System.arraycopy(wire, 0, next, 0, label + 1);
      next[0] = (byte) (label + 1);
      System.arraycopy(wire, label + 1, next, label + 2, wire.length - label - 1);
      return next;
    }
    if (name.equals(apex)) {
      return apex.lowerWire(); // behind the last name comes the first
    }
    int last = label;
    while (last > 0 && wire[last] == (byte) 0xff) {
      last--;
    }
    if (last == 0) { // nothing is behind such a label but what is behind its parent
      return sibling(DnsName.ofWire(Arrays.copyOfRange(wire, label + 1, wire.length)), apex);
    }
    byte[] next = new byte[wire.length - (label - last)];
    System.arraycopy(wire, 0, next, 0, last + 1);
    next[0] = (byte) last;
    // Capitals count as small letters in this order: the next one after @ is [.
    next[last] = (byte) (wire[last] == '@' ? '[' : wire[last] + 1);
    System.arraycopy(wire, label + 1, next, last + 1, wire.length - label - 1);
    return next;
  }
}
