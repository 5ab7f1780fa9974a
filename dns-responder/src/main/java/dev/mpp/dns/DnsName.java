package dev.mpp.dns;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An absolute domain name of at most 255 octets (RFC 1035 section 3.1).
 *
 * <p>Keeps the case it was written in; equality and hashing ignore ASCII case (RFC 4343).
 * Immutable.
 */
public final class DnsName {
  /** The longest name on the wire, its length octets and the root included. */
  static final int MAX_LENGTH = 255;

  /** The longest label. */
  static final int MAX_LABEL = 63;

  public static final DnsName ROOT = new DnsName(new byte[1]);

  private final byte[] wire;
  private final byte[] lower;
  private final int hash;

  private DnsName(byte[] wire) {
    this.wire = wire;
    this.lower = new byte[wire.length];
    int h = 0;
    for (int i = wire.length - 1; i >= 0; i--) {
      lower[i] = toLower(wire[i]);
      h = 31 * h + lower[i];
    }
    this.hash = h;
  }

  /**
   * Reads presentation format: labels separated by dots, {@code \.} and {@code \DDD} escapes (RFC
   * 1035 section 5.1). Always absolute: a missing final dot is supplied.
   *
   * @throws IllegalArgumentException if a label is empty, a limit is passed, an escape is broken,
   *     or a character is not ASCII
   */
  public static DnsName of(String text) {
    return text.equals(".") ? ROOT : new DnsName(new NameText(text).toWire());
  }

  /**
   * The name with one more label in front, given as in {@link #of}.
   *
   * @throws IllegalArgumentException if the result is not a valid name
   */
  public DnsName child(String labels) {
    byte[] front = of(labels).wire;
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(front, 0, front.length - 1);
    joined.write(wire, 0, wire.length);
    if (joined.size() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          labels + " + " + this + ": longer than " + MAX_LENGTH + " octets");
    }
    return new DnsName(joined.toByteArray());
  }

  /** Whether this name is {@code other} or lies below it. */
  public boolean isAtOrBelow(DnsName other) {
    int start = 0;
    while (wire.length - start > other.wire.length) {
      start += 1 + wire[start];
    }
    return Arrays.equals(lower, start, lower.length, other.lower, 0, other.lower.length);
  }

  /** The name without its first label, or null for the root. */
  @Nullable DnsName parent() {
    return wire.length == 1
        ? null
        : new DnsName(Arrays.copyOfRange(wire, 1 + wire[0], wire.length));
  }

  boolean isWildcard() {
    return wire[0] == 1 && wire[1] == '*';
  }

  /** Octets on the wire, 1 to 255. */
  int length() {
    return wire.length;
  }

  /** The labels in front of an enclosing name, in wire form without an end. */
  byte[] prefix(DnsName enclosing) {
    return Arrays.copyOf(wire, wire.length - enclosing.wire.length);
  }

  /** Writes the first {@code count} octets of the wire form, in the case it was written. */
  void writeTo(ByteArrayOutputStream out, int count) {
    out.write(wire, 0, count);
  }

  /** Whether the lower-cased octets {@code other[from, to)} spell this name. */
  boolean matches(byte[] other, int from, int to) {
    return Arrays.equals(lower, 0, lower.length, other, from, to);
  }

  /** Takes a name over that is known to be one. */
  static DnsName ofWire(byte[] wire) {
    return new DnsName(wire);
  }

  /** The wire form in lower case, as signatures and digests want it (RFC 4034 section 6.2). */
  byte[] lowerWire() {
    return lower.clone();
  }

  /** Labels without the root and without a leading asterisk (RFC 4034 section 3.1.3). */
  int labels() {
    int labels = isWildcard() ? -1 : 0;
    for (int at = 0; wire[at] != 0; at += 1 + wire[at]) {
      labels++;
    }
    return labels;
  }

  /** Reads this name into a scratch name for look-ups. */
  void into(LookupName name) {
    name.read(wire, 0, wire.length);
  }

  static byte toLower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof DnsName n && hash == n.hash && Arrays.equals(lower, n.lower);
  }

  /** Equals the hash that {@link LookupName} computes for the same name. */
  @Override
  public int hashCode() {
    return hash;
  }

  /** Presentation format with the final dot. */
  @Override
  public String toString() {
    return NameText.fromWire(wire);
  }
}
