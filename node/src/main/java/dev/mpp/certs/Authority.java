package dev.mpp.certs;

import dev.mpp.tls.Identity;
import dev.mpp.tls.Pem;
import dev.mpp.tls.TlsFiles;
import dev.mpp.tls.TlsProblem;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Signs the certificates of one deployment (RFC 5280): ECDSA P-256, for TLS only. The certificate
 * of the authority names the deployment as the URI {@code mpp://DEPLOYMENT/authority}.
 *
 * <p>Nothing is ever overwritten; keys are written with mode 0600 from the start.
 */
public final class Authority {
  /** Certificates are valid from a little before they are made: clocks differ. */
  private static final Duration SKEW = Duration.ofHours(1);

  private static final Pattern OWN_URI = Pattern.compile("mpp://([^/]+)/authority");
  private static final String NAME = "authority";
  private static final int URI_NAME = 6;

  private final Path directory;
  private final PrivateKey key;
  private final X509Certificate certificate;
  private final String deployment;

  private Authority(
      Path directory, PrivateKey key, X509Certificate certificate, String deployment) {
    this.directory = directory;
    this.key = key;
    this.certificate = certificate;
    this.deployment = deployment;
  }

  /** Makes a new one in a directory that has none; makes the directory. */
  public static Authority init(Path directory, String deployment, Duration valid, Instant now)
      throws IOException, TlsProblem {
    // Refuses a name that no certificate could carry.
    var unused = Identity.site(deployment, "any");
    CertificateFiles files = new CertificateFiles(directory, NAME);
    files.requireAbsent();
    Files.createDirectories(directory);
    KeyPair pair = pair();
    X500Name name = name(deployment, "MPP authority");
    Draft draft = new Draft(name, name, pair.getPublic(), now, valid);
    X509Certificate made =
        signed(
            draft,
            pair.getPrivate(),
            List.of(uri("mpp://" + deployment + "/authority")),
            Optional.empty());
    files.write(pair.getPrivate(), made);
    return new Authority(directory, pair.getPrivate(), made, deployment);
  }

  /** The one that {@link #init} made. */
  public static Authority open(Path directory) throws IOException, TlsProblem {
    TlsFiles files = TlsFiles.in(directory, NAME);
    if (!Files.isReadable(files.key()) || !Files.isReadable(files.certificate())) {
      throw new TlsProblem(
          "%s holds no authority that can be read (authority.crt, authority.key): make one with mpp certs init"
              .formatted(directory));
    }
    X509Certificate certificate =
        Pem.certificates(files.certificate(), Files.readAllBytes(files.certificate())).getFirst();
    return new Authority(
        directory,
        Pem.key(files.key(), Files.readAllBytes(files.key())),
        certificate,
        deployment(files.certificate(), certificate));
  }

  private static String deployment(Path file, X509Certificate certificate) throws TlsProblem {
    try {
      Collection<List<?>> names =
          Objects.requireNonNullElse(certificate.getSubjectAlternativeNames(), List.of());
      for (List<?> name : names) {
        Matcher m = OWN_URI.matcher(String.valueOf(name.get(1)));
        if (Objects.equals(name.getFirst(), URI_NAME) && m.matches()) {
          return m.group(1);
        }
      }
    } catch (GeneralSecurityException e) {
      throw new TlsProblem(file + " holds a damaged certificate", e);
    }
    throw new TlsProblem(file + " is of no authority that mpp certs init made");
  }

  public String deployment() {
    return deployment;
  }

  /** When everything it signed stops to be of use. */
  public Instant expires() {
    return certificate.getNotAfter().toInstant();
  }

  /**
   * Makes a key and a certificate, with the authority's certificate beside them.
   *
   * @param addresses IP literals or host names of a site; MPP itself does not compare them
   * @param to where to write; the authority's own directory too
   */
  public TlsFiles issue(
      Identity identity, List<String> addresses, Duration valid, Instant now, Path to)
      throws IOException, TlsProblem {
    if (!identity.deployment().equals(deployment)) {
      throw new TlsProblem("this authority is of " + deployment + ", not " + identity.deployment());
    }
    String base = baseName(identity);
    CertificateFiles files = new CertificateFiles(to, base);
    files.requireAbsent();
    if (now.plus(valid).isAfter(expires())) {
      throw new TlsProblem(
          "the authority itself expires on %s: ask for fewer days, or make a new authority"
              .formatted(expires()));
    }
    KeyPair pair = pair();
    List<GeneralName> names = new ArrayList<>(List.of(uri(identity.uri().toString())));
    addresses.forEach(a -> names.add(address(a)));
    Draft draft =
        new Draft(
            X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
            name(
                deployment,
                identity.role().name().toLowerCase(java.util.Locale.ROOT) + " " + identity.name()),
            pair.getPublic(),
            now,
            valid);
    X509Certificate made = signed(draft, key, names, Optional.of(certificate));
    Files.createDirectories(to);
    files.write(pair.getPrivate(), made);
    if (!to.toAbsolutePath().normalize().equals(directory.toAbsolutePath().normalize())
        && !Files.exists(to.resolve("authority.crt"))) {
      Files.copy(directory.resolve("authority.crt"), to.resolve("authority.crt"));
    }
    return TlsFiles.in(to, base);
  }

  /** Of the files, without an ending; a site's is its name, so that a configuration can say it. */
  public static String baseName(Identity identity) throws TlsProblem {
    String name = identity.name();
    if (identity.role() == Identity.Role.OPERATOR) {
      return "operator-" + name;
    }
    if (name.equals(NAME) || name.startsWith("operator-")) {
      throw new TlsProblem("the files of a site named " + name + " would be those of another");
    }
    return name;
  }

  private record Draft(
      X500Name issuer, X500Name subject, PublicKey key, Instant now, Duration valid) {}

  /**
   * @param issuer empty when it signs itself, as an authority
   */
  private static X509Certificate signed(
      Draft draft, PrivateKey key, List<GeneralName> names, Optional<X509Certificate> issuer) {
    try {
      X509v3CertificateBuilder builder =
          new X509v3CertificateBuilder(
              draft.issuer(),
              new BigInteger(127, new SecureRandom()).setBit(126),
              Date.from(draft.now().minus(SKEW)),
              Date.from(draft.now().plus(draft.valid())),
              draft.subject(),
              SubjectPublicKeyInfo.getInstance(draft.key().getEncoded()));
      JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
      boolean authority = issuer.isEmpty();
      int usage = authority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature;
      builder
          .addExtension(
              Extension.basicConstraints,
              true,
              authority ? new BasicConstraints(0) : new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(usage))
          .addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(names.toArray(GeneralName[]::new)))
          .addExtension(
              Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(draft.key()));
      if (issuer.isPresent()) {
        builder
            .addExtension(
                Extension.authorityKeyIdentifier,
                false,
                utils.createAuthorityKeyIdentifier(issuer.get().getPublicKey()))
            .addExtension(
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(
                    new KeyPurposeId[] {
                      KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                    }));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException("cannot sign a certificate: " + e.getMessage(), e);
    }
  }

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no P-256", e);
    }
  }

  private static X500Name name(String deployment, String who) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, deployment)
        .addRDN(BCStyle.CN, who)
        .build();
  }

  private static GeneralName uri(String text) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, text);
  }

  private static GeneralName address(String text) {
    boolean literal = text.indexOf(':') >= 0 || text.matches("[0-9.]+");
    try {
      return new GeneralName(literal ? GeneralName.iPAddress : GeneralName.dNSName, text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no IP address and no host name (no port, no mask)", e);
    }
  }
}
