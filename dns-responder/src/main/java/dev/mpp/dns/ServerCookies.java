package dev.mpp.dns;

import java.util.List;

/**
 * DNS cookies (RFC 7873) of version 1 (RFC 9018): who returns ours has received a packet of ours,
 * so its address is not made up. The secrets are the same on all servers that share an address or a
 * name server's name.
 */
public final class ServerCookies {
  static final int CLIENT = 8;
  static final int SERVER = 16;
  static final int LENGTH = CLIENT + SERVER;

  private static final int SECRET = 16;
  private static final int HASH_AT = 16;
  private static final long OLDEST_SECONDS = 3600;
  private static final long NEWEST_SECONDS = 300;

  private final long[] keys;

  private ServerCookies(long[] keys) {
    this.keys = keys;
  }

  /**
   * @param secrets of 16 octets each, at least one: the first makes cookies, the others are what
   *     was the first before (RFC 9018 section 5)
   * @throws IllegalArgumentException if there is none, or one has another length; the message does
   *     not contain it
   */
  public static ServerCookies of(List<byte[]> secrets) {
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("cookies need a secret");
    }
    long[] keys = new long[2 * secrets.size()];
    for (int i = 0; i < secrets.size(); i++) {
      byte[] secret = secrets.get(i);
      if (secret.length != SECRET) {
        throw new IllegalArgumentException(
            "cookie secret " + (i + 1) + " has " + secret.length + " octets, not " + SECRET);
      }
      keys[2 * i] = SipHash.word(secret, 0, 8);
      keys[2 * i + 1] = SipHash.word(secret, 8, 8);
    }
    return new ServerCookies(keys);
  }

  /**
   * Writes the whole option data, {@link #LENGTH} octets, for the client cookie at {@code
   * cookie[at]}.
   *
   * @param scratch at least 32 octets, overwritten
   */
  void write(byte[] cookie, int at, Client client, byte[] scratch, byte[] out, int outAt) {
    System.arraycopy(cookie, at, out, outAt, CLIENT);
    out[outAt + CLIENT] = 1;
    out[outAt + CLIENT + 1] = 0;
    out[outAt + CLIENT + 2] = 0;
    out[outAt + CLIENT + 3] = 0;
    Wire.putU32(out, outAt + CLIENT + 4, client.seconds());
    long hash = hash(0, out, outAt, client, scratch);
    for (int i = 0; i < 8; i++) {
      out[outAt + HASH_AT + i] = (byte) (hash >>> 8 * i);
    }
  }

  /** Whether the option data is one of ours, made for this client not too long ago. */
  boolean valid(byte[] cookie, int at, int length, Client client, byte[] scratch) {
    if (length != LENGTH || cookie[at + CLIENT] != 1) {
      return false;
    }
    // Serial number arithmetic: RFC 9018 section 4.3 wants it to outlive 2106.
    int age = (int) (client.seconds() - Wire.u32(cookie, at + CLIENT + 4));
    if (age > OLDEST_SECONDS || age < -NEWEST_SECONDS) {
      return false;
    }
    long given = SipHash.word(cookie, at + HASH_AT, 8);
    boolean same = false;
    for (int key = 0; key < keys.length; key += 2) {
      same |= hash(key, cookie, at, client, scratch) == given;
    }
    return same;
  }

  /** RFC 9018 section 4.4: client cookie, version, reserved, time stamp, client address. */
  private long hash(int key, byte[] cookie, int at, Client client, byte[] scratch) {
    System.arraycopy(cookie, at, scratch, 0, HASH_AT);
    int length = HASH_AT;
    if (client.isIpv4()) {
      Wire.putU32(scratch, length, client.low());
      length += 4;
    } else {
      Wire.putU32(scratch, length, client.high() >>> 32);
      Wire.putU32(scratch, length + 4, client.high());
      Wire.putU32(scratch, length + 8, client.low() >>> 32);
      Wire.putU32(scratch, length + 12, client.low());
      length += 16;
    }
    return SipHash.hash(keys[key], keys[key + 1], scratch, length);
  }
}
