package dev.mpp.dns;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The algorithms zones are signed with here, by the JDK's own providers. */
public enum DnssecAlgorithm {
  /** RFC 6605: P-256 with SHA-256; every validator knows it. */
  ECDSAP256SHA256(13, 64, "EC", "SHA256withECDSAinP1363Format"),
  /** RFC 8080. */
  ED25519(15, 32, "Ed25519", "Ed25519");

  private static final int SECRET_OCTETS = 32;

  private final int number;
  private final int publicOctets;
  private final String keys;
  private final String signatures;

  DnssecAlgorithm(int number, int publicOctets, String keys, String signatures) {
    this.number = number;
    this.publicOctets = publicOctets;
    this.keys = keys;
    this.signatures = signatures;
  }

  /** The number in DNSKEY, RRSIG and DS. */
  public int number() {
    return number;
  }

  /** As it is written in files: the mnemonic of the IANA registry. */
  public String mnemonic() {
    return name();
  }

  static Optional<DnssecAlgorithm> of(int number) {
    return Arrays.stream(values()).filter(a -> a.number == number).findFirst();
  }

  /** By its mnemonic, in any case. */
  public static Optional<DnssecAlgorithm> named(String mnemonic) {
    String upper = mnemonic.toUpperCase(Locale.ROOT);
    return Arrays.stream(values()).filter(a -> a.name().equals(upper)).findFirst();
  }

  KeyPair generate() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(keys);
    if (this == ECDSAP256SHA256) {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    }
    return generator.generateKeyPair();
  }

  /** The octets of a DNSKEY: {@code x | y}, or the encoded point. Both end an X.509 encoding. */
  byte[] octets(PublicKey key) {
    byte[] encoded = key.getEncoded();
    return Arrays.copyOfRange(encoded, encoded.length - publicOctets, encoded.length);
  }

  /** The octets of a private key file, 32 of them. */
  byte[] octets(PrivateKey key) {
    return switch (key) {
      case ECPrivateKey ec -> fixed(ec.getS());
      case EdECPrivateKey ed -> ed.getBytes().orElseThrow();
      default -> throw new IllegalArgumentException("a key of " + key.getAlgorithm());
    };
  }

  private static byte[] fixed(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] out = new byte[SECRET_OCTETS];
    int count = Math.min(bytes.length, SECRET_OCTETS);
    System.arraycopy(bytes, bytes.length - count, out, SECRET_OCTETS - count, count);
    return out;
  }

  /**
   * @throws GeneralSecurityException if the octets are no key
   */
  PrivateKey privateKey(byte[] octets) throws GeneralSecurityException {
    if (octets.length != SECRET_OCTETS) {
      throw new GeneralSecurityException("not " + SECRET_OCTETS + " octets");
    }
    KeyFactory factory = KeyFactory.getInstance(keys);
    return switch (this) {
      case ECDSAP256SHA256 ->
          factory.generatePrivate(new ECPrivateKeySpec(new BigInteger(1, octets), p256()));
      case ED25519 ->
          factory.generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, octets));
    };
  }

  /**
   * @throws GeneralSecurityException if the octets are no key
   */
  PublicKey publicKey(byte[] octets) throws GeneralSecurityException {
    if (octets.length != publicOctets) {
      throw new GeneralSecurityException("not " + publicOctets + " octets");
    }
    KeyFactory factory = KeyFactory.getInstance(keys);
    return switch (this) {
      case ECDSAP256SHA256 -> {
        BigInteger x = new BigInteger(1, Arrays.copyOf(octets, 32));
        BigInteger y = new BigInteger(1, Arrays.copyOfRange(octets, 32, 64));
        yield factory.generatePublic(new ECPublicKeySpec(new ECPoint(x, y), p256()));
      }
      case ED25519 -> factory.generatePublic(edPoint(octets));
    };
  }

  /** RFC 8032 section 5.1.2: little-endian, the parity of x in the highest bit. */
  private static EdECPublicKeySpec edPoint(byte[] octets) {
    byte[] bigEndian = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      bigEndian[i] = octets[octets.length - 1 - i];
    }
    boolean odd = bigEndian[0] < 0;
    bigEndian[0] &= 0x7f;
    return new EdECPublicKeySpec(
        NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, bigEndian)));
  }

  private static ECParameterSpec p256() throws GeneralSecurityException {
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec("secp256r1"));
    return parameters.getParameterSpec(ECParameterSpec.class);
  }

  byte[] sign(PrivateKey key, byte[] data) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(signatures);
    signature.initSign(key);
    signature.update(data);
    return signature.sign();
  }

  boolean verifies(PublicKey key, byte[] data, byte[] signed) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(signatures);
    signature.initVerify(key);
    signature.update(data);
    return signature.verify(signed);
  }
}
