package dev.mpp.dns;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The public half of a key, as a DNSKEY record has it (RFC 4034 section 2). Immutable. */
public final class Dnskey {
  /** Digests of DS records (RFC 4509, RFC 6605). */
  public enum Digest {
    SHA256(2, "SHA-256"),
    SHA384(4, "SHA-384");

    private final int number;
    private final String jdkName;

    Digest(int number, String jdkName) {
      this.number = number;
      this.jdkName = jdkName;
    }

    public int number() {
      return number;
    }
  }

  /** The flag of keys that a DS record at the parent may point to (RFC 4034 section 2.1.1). */
  static final int SEP = 1;

  static final int ZONE = 256;
  private static final int PROTOCOL = 3;

  private final int flags;
  private final DnssecAlgorithm algorithm;
  private final byte[] key;

  Dnskey(int flags, DnssecAlgorithm algorithm, byte[] key) {
    this.flags = flags;
    this.algorithm = algorithm;
    this.key = key.clone();
  }

  public DnssecAlgorithm algorithm() {
    return algorithm;
  }

  /** Whether it is a KSK or a CSK. */
  public boolean secureEntryPoint() {
    return (flags & SEP) != 0;
  }

  byte[] key() {
    return key.clone();
  }

  byte[] rdata() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(flags >>> 8);
    out.write(flags);
    out.write(PROTOCOL);
    out.write(algorithm.number());
    out.writeBytes(key);
    return out.toByteArray();
  }

  /** RFC 4034 appendix B. */
  public int tag() {
    byte[] rdata = rdata();
    int sum = 0;
    for (int i = 0; i < rdata.length; i++) {
      sum += (i & 1) == 0 ? (rdata[i] & 0xff) << 8 : rdata[i] & 0xff;
    }
    return (sum + (sum >>> 16)) & 0xffff;
  }

  /** The data of the DS record that points to it (RFC 4034 section 5.1). */
  byte[] ds(DnsName zone, Digest digest) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag() >>> 8);
    out.write(tag());
    out.write(algorithm.number());
    out.write(digest.number);
    try {
      MessageDigest sum = MessageDigest.getInstance(digest.jdkName);
      sum.update(zone.lowerWire());
      out.writeBytes(sum.digest(rdata()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + digest.jdkName, e);
    }
    return out.toByteArray();
  }

  /** The DS record in presentation format, as registrars take it. */
  public String dsText(DnsName zone, Digest digest) {
    byte[] ds = ds(zone, digest);
    String hex = HexFormat.of().withUpperCase().formatHex(ds, 4, ds.length);
    return zone + " IN DS " + tag() + " " + algorithm.number() + " " + digest.number + " " + hex;
  }

  /** Flags, protocol, algorithm and key in presentation format. */
  public String text() {
    return flags
        + " "
        + PROTOCOL
        + " "
        + algorithm.number()
        + " "
        + Base64.getEncoder().encodeToString(key);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Dnskey k
        && flags == k.flags
        && algorithm == k.algorithm
        && Arrays.equals(key, k.key);
  }

  @Override
  public int hashCode() {
    return 31 * flags + Arrays.hashCode(key);
  }

  @Override
  public String toString() {
    return algorithm.mnemonic() + " key " + tag();
  }
}
