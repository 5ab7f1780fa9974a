package dev.mpp.dns;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** A secret that two servers share (RFC 8945). {@link #toString} tells its name alone. */
public final class TsigKey {
  /** Shorter ones can be guessed; RFC 2104 section 3 asks for as much as the code is long. */
  private static final int LEAST_OCTETS = 16;

  private final DnsName name;
  private final TsigAlgorithm algorithm;
  private final byte[] secret;

  TsigKey(DnsName name, TsigAlgorithm algorithm, byte[] secret) {
    if (secret.length < LEAST_OCTETS) {
      throw new IllegalArgumentException(
          "the secret of key "
              + name
              + " has "
              + secret.length
              + " octets; make one of at least "
              + LEAST_OCTETS
              + " (tsig-keygen, keymgr -t)");
    }
    this.name = name;
    this.algorithm = algorithm;
    this.secret = secret.clone();
  }

  /**
   * Reads one key, as other servers write it: {@code key "NAME" { algorithm …; secret "…"; };}
   * (BIND), {@code id:}, {@code algorithm:}, {@code secret:} on a line each (Knot; NSD with {@code
   * name:}), {@code NAME ALGORITHM BASE64}, or {@code ALGORITHM:NAME:BASE64} (dig, kdig).
   *
   * @throws IllegalArgumentException if it is none of these; the message quotes no secret
   */
  public static TsigKey parse(String text) {
    return new TsigKeyText(text).key();
  }

  /** What both servers call it. */
  public DnsName name() {
    return name;
  }

  public TsigAlgorithm algorithm() {
    return algorithm;
  }

  /** A copy of the secret, for a library that signs by itself. Never to be logged. */
  public byte[] secret() {
    return secret.clone();
  }

  Mac mac() {
    try {
      Mac mac = Mac.getInstance(algorithm.javaName());
      mac.init(new SecretKeySpec(secret, algorithm.javaName()));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + algorithm.javaName(), e);
    }
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof TsigKey k
        && name.equals(k.name)
        && algorithm == k.algorithm
        && MessageDigest.isEqual(secret, k.secret);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return "key " + name + " (" + algorithm + ")";
  }
}
