package dev.mpp.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads PEM (RFC 7468). What it refuses never appears in a message: it may be a secret. */
public final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private Pem() {}

  /**
   * @param file for messages only
   * @return at least one
   */
  public static List<X509Certificate> certificates(Path file, byte[] bytes) throws TlsProblem {
    List<X509Certificate> found = new ArrayList<>();
    Matcher m = BLOCK.matcher(text(bytes));
    while (m.find()) {
      if (m.group(1).equals("CERTIFICATE")) {
        found.add(certificate(file, decoded(file, m.group(2))));
      }
    }
    if (found.isEmpty()) {
      throw new TlsProblem(file + " holds no complete certificate; it has to be PEM");
    }
    return found;
  }

  private static X509Certificate certificate(Path file, byte[] der) throws TlsProblem {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new TlsProblem(file + " holds a damaged certificate", e);
    }
  }

  /** The only private key of a file. */
  public static PrivateKey key(Path file, byte[] bytes) throws TlsProblem {
    Matcher m = BLOCK.matcher(text(bytes));
    while (m.find()) {
      String label = m.group(1);
      if (label.equals("PRIVATE KEY")) {
        return key(file, new PKCS8EncodedKeySpec(decoded(file, m.group(2))));
      }
      if (label.endsWith("PRIVATE KEY")) {
        throw new TlsProblem(
            file
                + " holds a key as \""
                + label
                + "\"; convert it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
      }
    }
    throw new TlsProblem(file + " holds no complete private key; it has to be PEM, PKCS #8");
  }

  private static PrivateKey key(Path file, PKCS8EncodedKeySpec spec) throws TlsProblem {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // Of another algorithm.
      } catch (GeneralSecurityException e) {
        throw new TlsProblem("this Java has no " + algorithm, e);
      }
    }
    throw new TlsProblem(file + " holds a damaged key, or one that is not " + ALGORITHMS);
  }

  private static byte[] decoded(Path file, String base64) throws TlsProblem {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new TlsProblem(file + " is damaged: not Base64");
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
