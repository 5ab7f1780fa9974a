package dev.mpp.dns;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Message authentication codes of TSIG (RFC 8945 section 6). Those with MD5 and SHA-1 are left out:
 * nothing that is still maintained lacks these.
 */
public enum TsigAlgorithm {
  HMAC_SHA256("hmac-sha256", "HmacSHA256", 32),
  HMAC_SHA384("hmac-sha384", "HmacSHA384", 48),
  HMAC_SHA512("hmac-sha512", "HmacSHA512", 64);

  private final String text;
  private final String javaName;
  private final int octets;
  private final DnsName name;

  TsigAlgorithm(String text, String javaName, int octets) {
    this.text = text;
    this.javaName = javaName;
    this.octets = octets;
    this.name = DnsName.of(text);
  }

  /** By its name, letter case and a final dot aside; empty if it is none of these. */
  static Optional<TsigAlgorithm> of(String text) {
    String plain = text.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    return Arrays.stream(values()).filter(a -> a.text.equals(plain)).findFirst();
  }

  /** As it is named on the wire. */
  DnsName wireName() {
    return name;
  }

  String javaName() {
    return javaName;
  }

  /** Octets of a code that is not truncated. */
  int octets() {
    return octets;
  }

  @Override
  public String toString() {
    return text;
  }
}
