package dev.mpp.dns;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;

/** A key with its secret. Its text has no secret in it. */
public final class SigningKey {
  private static final byte[] TRIAL = "trial".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final DnsName zone;
  private final Dnskey key;
  private final PrivateKey secret;
  private final KeyTimes times;

  /**
   * @throws GeneralSecurityException if the two halves do not belong together
   */
  SigningKey(DnsName zone, Dnskey key, PrivateKey secret, KeyTimes times)
      throws GeneralSecurityException {
    this.zone = zone;
    this.key = key;
    this.secret = secret;
    this.times = times;
    DnssecAlgorithm algorithm = key.algorithm();
    byte[] signed = algorithm.sign(secret, TRIAL);
    if (!algorithm.verifies(algorithm.publicKey(key.key()), TRIAL, signed)) {
      throw new GeneralSecurityException("the private and the public key do not belong together");
    }
  }

  /** Makes one from the system's source of randomness. */
  static SigningKey generate(
      DnsName zone, boolean secureEntryPoint, DnssecAlgorithm algorithm, KeyTimes times)
      throws GeneralSecurityException {
    var pair = algorithm.generate();
    int flags = secureEntryPoint ? Dnskey.ZONE | Dnskey.SEP : Dnskey.ZONE;
    Dnskey key = new Dnskey(flags, algorithm, algorithm.octets(pair.getPublic()));
    return new SigningKey(zone, key, pair.getPrivate(), times);
  }

  public DnsName zone() {
    return zone;
  }

  public Dnskey key() {
    return key;
  }

  public KeyTimes times() {
    return times;
  }

  byte[] secretOctets() {
    return key.algorithm().octets(secret);
  }

  byte[] sign(byte[] data) {
    try {
      return key.algorithm().sign(secret, data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key that signed when it was read does not any more", e);
    }
  }

  /** What its files are called, without their endings: {@code Kexample.com.+013+12345}. */
  public String fileName() {
    return KeyFile.prefix(zone) + String.format("%03d+%05d", key.algorithm().number(), key.tag());
  }

  @Override
  public String toString() {
    return fileName();
  }
}
