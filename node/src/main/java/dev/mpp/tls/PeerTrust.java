package dev.mpp.tls;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Accepts what the newest authority signed and the rule allows. Host names are not compared: the
 * identity in the certificate says more, and addresses change. Refusals say what was shown.
 */
final class PeerTrust extends X509ExtendedTrustManager {
  private final Supplier<Material> newest;
  private final PeerRule rule;

  PeerTrust(Supplier<Material> newest, PeerRule rule) {
    this.newest = newest;
    this.rule = rule;
  }

  private void check(
      X509Certificate[] chain, String authType, boolean client, String host, int port)
      throws CertificateException {
    X509ExtendedTrustManager authority = Material.trust(newest.get().authority());
    try {
      if (client) {
        authority.checkClientTrusted(chain, authType);
      } else {
        authority.checkServerTrusted(chain, authType);
      }
    } catch (CertificateException e) {
      throw new CertificateException(refused(chain[0], e), e);
    }
    Optional<Identity> shown = Identity.of(chain[0]);
    if (shown.isEmpty()) {
      throw new CertificateException(
          "its certificate (" + subject(chain[0]) + ") names no site and no operator");
    }
    Optional<String> refusal = rule.refusal(shown.get(), host, port);
    if (refusal.isPresent()) {
      throw new CertificateException(refusal.get());
    }
  }

  private static String refused(X509Certificate shown, CertificateException e) {
    String who = Identity.of(shown).map(Identity::toString).orElse(subject(shown));
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String why =
        switch (root) {
          case java.security.cert.CertificateExpiredException x ->
              "expired on " + shown.getNotAfter().toInstant();
          case java.security.cert.CertificateNotYetValidException x ->
              "is not valid before " + shown.getNotBefore().toInstant();
          default -> "is not signed by this deployment's authority (" + e.getMessage() + ")";
        };
    return "its certificate, which says " + who + ", " + why;
  }

  /** Whoever made it chose the text: bounded and printable. */
  private static String subject(X509Certificate shown) {
    String name = shown.getSubjectX500Principal().getName().replaceAll("[^ -~]", "?");
    return "subject " + (name.length() > 120 ? name.substring(0, 120) + "…" : name);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, authType, true, "", -1);
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    check(chain, authType, true, "", -1);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    check(chain, authType, true, "", -1);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, authType, false, "", -1);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    String host = engine == null ? "" : Objects.requireNonNullElse(engine.getPeerHost(), "");
    check(chain, authType, false, host, engine == null ? -1 : engine.getPeerPort());
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    InetSocketAddress to =
        socket == null ? null : (InetSocketAddress) socket.getRemoteSocketAddress();
    String host = to == null ? "" : to.getHostString();
    int port = to == null ? -1 : to.getPort();
    check(chain, authType, false, host, port);
  }

  /** Shown to clients as a hint; also of what was rotated in last. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    List<X509Certificate> authority = newest.get().authority();
    return authority.toArray(X509Certificate[]::new);
  }
}
