package dev.mpp.tls;

import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One party's certificates, read again while it runs. Every handshake uses what the files hold, at
 * most {@value #RECHECK_MILLIS} ms old; connections that exist stay as they are. Files that do not
 * fit together, are half written, or are of somebody else are not used: the ones before stay, and
 * {@link #problem} says why.
 *
 * <pre>{@code
 * SiteTls tls = SiteTls.open(files, Identity.site("mysql.eraser.com", "site1"), InstantSource.system());
 * SSLContext context = tls.context(PeerRule.anySite("mysql.eraser.com"));
 * engine.setNeedClientAuth(true);                      // the server's side asks for it
 * Identity peer = SiteTls.peer(engine.getSession());   // after the handshake
 * }</pre>
 *
 * <p>Every method may be called from any thread.
 */
public final class SiteTls {
  static final long RECHECK_MILLIS = 1_000;

  private final TlsFiles files;
  private final Identity expected;
  private final InstantSource wall;
  private final RotatingKeys keys = new RotatingKeys(this::material);
  private Material.@Nullable Bytes seen;
  private volatile Material material;
  private volatile Optional<String> problem = Optional.empty();
  private long checkedNanos;

  private SiteTls(
      TlsFiles files, Identity expected, InstantSource wall, Material.Bytes seen, Material first) {
    this.files = files;
    this.expected = expected;
    this.wall = wall;
    this.seen = seen;
    this.material = first;
    this.checkedNanos = System.nanoTime();
  }

  /**
   * @param expected whom the certificate must speak for, now and after every change
   * @param wall decides what has expired
   * @throws TlsProblem when the files cannot be used
   */
  public static SiteTls open(TlsFiles files, Identity expected, InstantSource wall)
      throws TlsProblem {
    Material.Bytes bytes = Material.Bytes.read(files);
    return new SiteTls(
        files, expected, wall, bytes, checked(files, bytes, expected, wall.instant()));
  }

  private static Material checked(
      TlsFiles files, Material.Bytes bytes, Identity expected, Instant now) throws TlsProblem {
    Material material = Material.of(files, bytes, now);
    if (!material.identity().equals(expected)) {
      throw new TlsProblem(
          "%s is of %s, and this is %s"
              .formatted(files.certificate(), material.identity(), expected));
    }
    return material;
  }

  /** What is in use, after a look at the files when the last one is old. */
  public Material material() {
    synchronized (this) {
      long now = System.nanoTime();
      if (now - checkedNanos >= TimeUnit.MILLISECONDS.toNanos(RECHECK_MILLIS)) {
        checkedNanos = now;
        refresh();
      }
    }
    return material;
  }

  private void refresh() {
    try {
      Material.Bytes before = seen;
      seen = null;
      Material.Bytes bytes = Material.Bytes.read(files);
      seen = bytes;
      // What was refused may become good by itself: a certificate that is not valid yet.
      if (before == null || !bytes.same(before) || problem.isPresent()) {
        material = checked(files, bytes, expected, wall.instant());
        problem = Optional.empty();
      }
    } catch (TlsProblem e) {
      problem =
          Optional.of(e.getMessage() + "; the certificate until " + expires() + " stays in use");
    }
  }

  /** Whom this party's certificate speaks for. */
  public Identity identity() {
    return expected;
  }

  /** When what is in use expires. */
  public Instant expires() {
    return material.expires();
  }

  /** Why what is on disk now is not in use; empty when it is. */
  public Optional<String> problem() {
    var unused = material();
    return problem;
  }

  /** Shows this party's certificate. */
  public X509ExtendedKeyManager keys() {
    return keys;
  }

  /** Judges the other end's certificate. */
  public X509ExtendedTrustManager trust(PeerRule rule) {
    return new PeerTrust(this::material, rule);
  }

  /**
   * For whoever wants the JDK's own: TLS 1.3 with both of the above. Sessions are not resumed, so
   * that every connection is judged by the certificates of its own time. A server must ask for the
   * client's certificate itself.
   */
  public SSLContext context(PeerRule rule) {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(new KeyManager[] {keys}, new TrustManager[] {trust(rule)}, null);
      context.getServerSessionContext().setSessionTimeout(1);
      context.getClientSessionContext().setSessionTimeout(1);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS 1.3", e);
    }
  }

  /**
   * Who is at the other end of a session.
   *
   * @throws SSLPeerUnverifiedException when it showed no certificate that names anybody
   */
  public static Identity peer(SSLSession session) throws SSLPeerUnverifiedException {
    Certificate[] chain = session.getPeerCertificates();
    return Optional.of(chain[0])
        .filter(X509Certificate.class::isInstance)
        .map(X509Certificate.class::cast)
        .flatMap(Identity::of)
        .orElseThrow(() -> new SSLPeerUnverifiedException("the certificate names nobody"));
  }
}
