package dev.mpp.tls;

import java.net.URI;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whom a certificate speaks for. It is the certificate's only URI of the scheme {@code mpp} among
 * its subject alternative names (RFC 5280 section 4.2.1.6): {@code mpp://DEPLOYMENT/site/NAME} or
 * {@code mpp://DEPLOYMENT/operator/NAME}. Subject and addresses decide nothing.
 *
 * @param deployment letters, digits, dots, hyphens and underscores
 * @param name the same, of the site or of the operator
 */
public record Identity(String deployment, Role role, String name) {
  private static final int URI_NAME = 6;
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final Pattern TEXT =
      Pattern.compile("mpp://(" + WORD + ")/(site|operator)/(" + WORD + ")");

  /** What a certificate is for. */
  public enum Role {
    /** A site or a witness: exchange, ledger, the group of a site's instances. */
    SITE,
    /** A person or a script: the operator API. */
    OPERATOR
  }

  public Identity {
    if (!WORD.matcher(deployment).matches() || !WORD.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\"%s\" of \"%s\" cannot be in a certificate: letters, digits, dots, hyphens and underscores, at most 128"
              .formatted(name, deployment));
    }
  }

  public static Identity site(String deployment, String name) {
    return new Identity(deployment, Role.SITE, name);
  }

  public static Identity operator(String deployment, String name) {
    return new Identity(deployment, Role.OPERATOR, name);
  }

  /** As it stands in a certificate. */
  public URI uri() {
    return URI.create("mpp://" + deployment + "/" + word() + "/" + name);
  }

  /**
   * @return empty when the certificate names nobody, or more than one
   */
  public static Optional<Identity> of(X509Certificate certificate) {
    Collection<List<?>> names;
    try {
      names = Objects.requireNonNullElse(certificate.getSubjectAlternativeNames(), List.of());
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
    List<String> uris =
        names.stream()
            .filter(n -> Objects.equals(n.getFirst(), URI_NAME))
            .map(n -> String.valueOf(n.get(1)))
            .filter(n -> n.startsWith("mpp:"))
            .toList();
    return uris.size() == 1 ? parse(uris.getFirst()) : Optional.empty();
  }

  static Optional<Identity> parse(String uri) {
    Matcher m = TEXT.matcher(uri);
    return m.matches()
        ? Optional.of(
            new Identity(m.group(1), Role.valueOf(m.group(2).toUpperCase(Locale.ROOT)), m.group(3)))
        : Optional.empty();
  }

  private String word() {
    return role.name().toLowerCase(Locale.ROOT);
  }

  /** For people. */
  @Override
  public String toString() {
    return word() + " " + name + " of " + deployment;
  }
}
