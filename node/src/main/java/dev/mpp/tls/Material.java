package dev.mpp.tls;

import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Certificates and key that fit together: the key is the certificate's, the authority signed it, it
 * is valid now and says whom it speaks for.
 */
public record Material(
    PrivateKey key,
    List<X509Certificate> chain,
    List<X509Certificate> authority,
    Identity identity) {

  public Material {
    chain = List.copyOf(chain);
    authority = List.copyOf(authority);
  }

  /** Never the key. */
  @Override
  public String toString() {
    return identity + " until " + expires();
  }

  /** The bytes of the three files, to see whether they changed. */
  record Bytes(byte[] certificate, byte[] key, byte[] authority) {
    static Bytes read(TlsFiles files) throws TlsProblem {
      return new Bytes(
          bytes("certificate", files.certificate()),
          bytes("key", files.key()),
          bytes("authority", files.authority()));
    }

    private static byte[] bytes(String what, Path file) throws TlsProblem {
      try {
        return Files.readAllBytes(file);
      } catch (IOException e) {
        throw new TlsProblem(
            "the %s %s cannot be read (%s)"
                .formatted(what, file, Files.exists(file) ? e : "no such file"),
            e);
      }
    }

    boolean same(Bytes other) {
      return Arrays.equals(certificate, other.certificate)
          && Arrays.equals(key, other.key)
          && Arrays.equals(authority, other.authority);
    }
  }

  /** Reads and checks. */
  public static Material load(TlsFiles files, Instant now) throws TlsProblem {
    return of(files, Bytes.read(files), now);
  }

  static Material of(TlsFiles files, Bytes bytes, Instant now) throws TlsProblem {
    List<X509Certificate> chain = Pem.certificates(files.certificate(), bytes.certificate());
    PrivateKey key = Pem.key(files.key(), bytes.key());
    List<X509Certificate> authority = Pem.certificates(files.authority(), bytes.authority());
    X509Certificate own = chain.getFirst();
    if (!belong(key, own.getPublicKey())) {
      throw new TlsProblem(
          "the key %s is not that of the certificate %s: replace both"
              .formatted(files.key(), files.certificate()));
    }
    requireValid(files.certificate(), own, now);
    Identity identity =
        Identity.of(own)
            .orElseThrow(
                () ->
                    new TlsProblem(
                        "%s does not say whom it is of: it needs exactly one URI like mpp://DEPLOYMENT/site/NAME among its alternative names (mpp certs issue)"
                            .formatted(files.certificate())));
    Material material = new Material(key, chain, authority, identity);
    requireSigned(files, material, now);
    return material;
  }

  private static void requireValid(Path file, X509Certificate own, Instant now) throws TlsProblem {
    if (now.isAfter(own.getNotAfter().toInstant())) {
      throw new TlsProblem(
          "%s expired on %s: issue a new one (mpp certs issue)"
              .formatted(file, own.getNotAfter().toInstant()));
    }
    if (now.isBefore(own.getNotBefore().toInstant())) {
      throw new TlsProblem(
          "%s is not valid before %s: check this machine's clock"
              .formatted(file, own.getNotBefore().toInstant()));
    }
  }

  private static void requireSigned(TlsFiles files, Material material, Instant now)
      throws TlsProblem {
    Set<TrustAnchor> anchors =
        material.authority().stream().map(a -> new TrustAnchor(a, null)).collect(toSet());
    List<X509Certificate> path =
        material.chain().stream().filter(c -> !material.authority().contains(c)).toList();
    try {
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      var unused =
          CertPathValidator.getInstance("PKIX")
              .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
    } catch (GeneralSecurityException e) {
      List<X509Certificate> old =
          material.authority().stream()
              .filter(a -> now.isAfter(a.getNotAfter().toInstant()))
              .toList();
      throw new TlsProblem(
          old.isEmpty()
              ? "%s is not signed by the authority in %s: take the authority that signed it"
                  .formatted(files.certificate(), files.authority())
              : "the authority in %s expired on %s: make a new one (mpp certs init)"
                  .formatted(files.authority(), old.getFirst().getNotAfter().toInstant()),
          e);
    }
  }

  /** Checks signatures, validity and usage (RFC 5280 section 6), not names. */
  static X509ExtendedTrustManager trust(List<X509Certificate> authority) {
    try {
      KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
      anchors.load(null, null);
      for (int i = 0; i < authority.size(); i++) {
        anchors.setCertificateEntry("authority-" + i, authority.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(anchors);
      for (TrustManager t : factory.getTrustManagers()) {
        if (t instanceof X509ExtendedTrustManager x) {
          return x;
        }
      }
      throw new IllegalStateException("this Java validates no certificates");
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this Java cannot keep certificates in memory", e);
    }
  }

  /** When the first of what is needed expires. */
  public Instant expires() {
    return Stream.concat(chain.stream(), signer().stream())
        .map(c -> c.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }

  /** The authority that signed the last of the chain; others may wait in the file, or leave it. */
  private List<X509Certificate> signer() {
    var issuer = chain.getLast().getIssuerX500Principal();
    return authority.stream().filter(a -> a.getSubjectX500Principal().equals(issuer)).toList();
  }

  private static boolean belong(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    byte[] text = {1, 2, 3};
    try {
      Signature sign = Signature.getInstance(algorithm);
      sign.initSign(key);
      sign.update(text);
      byte[] signed = sign.sign();
      Signature verify = Signature.getInstance(algorithm);
      verify.initVerify(certified);
      verify.update(text);
      return verify.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
