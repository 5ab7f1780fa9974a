package dev.mpp.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.mysql.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes over loopback. */
final class SiteTlsTest {
  private static final String DEPLOYMENT = "mysql.example.com";
  private static final PeerRule SITES = PeerRule.anySite(DEPLOYMENT);

  @TempDir private Path dir;
  private Certificates ca;

  @BeforeEach
  void makeAuthority() {
    ca = new Certificates(dir.resolve("ca"), DEPLOYMENT);
  }

  /** Who each end saw, or what the server refused. */
  private record Met(Optional<Identity> byServer, String refusal, Instant shown) {}

  private static Met meet(SiteTls server, PeerRule rule, SSLContext client) throws Exception {
    try (var listening =
        (SSLServerSocket)
            server
                .context(rule)
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      listening.setNeedClientAuth(true);
      listening.setSoTimeout(10_000);
      CompletableFuture<Met> met =
          CompletableFuture.supplyAsync(
              () -> {
                try (var in = (SSLSocket) listening.accept()) {
                  in.setSoTimeout(10_000);
                  in.startHandshake();
                  in.getOutputStream().write(1);
                  return new Met(Optional.of(SiteTls.peer(in.getSession())), "", Instant.MAX);
                } catch (IOException e) {
                  return new Met(Optional.empty(), String.valueOf(e.getMessage()), Instant.MAX);
                }
              },
              Thread::startVirtualThread);
      Instant shown = Instant.MIN;
      try (var out =
          (SSLSocket)
              client
                  .getSocketFactory()
                  .createSocket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
        out.setSoTimeout(10_000);
        out.startHandshake();
        shown =
            ((java.security.cert.X509Certificate) out.getSession().getPeerCertificates()[0])
                .getNotAfter()
                .toInstant();
        var unused = out.getInputStream().read();
      } catch (IOException e) {
        // The server's word counts.
      }
      Met m = met.get(20, TimeUnit.SECONDS);
      return new Met(m.byServer(), m.refusal(), shown);
    }
  }

  @Test
  void twoSitesKnowEachOther() throws Exception {
    Met met = meet(ca.opened("site1"), SITES, ca.opened("site2").context(SITES));
    assertEquals(Optional.of(Identity.site(DEPLOYMENT, "site2")), met.byServer());
  }

  @Test
  void anotherAuthorityIsRefusedWithItsClaim() throws Exception {
    var other = new Certificates(dir.resolve("other"), DEPLOYMENT);
    SiteTls stranger = other.opened("site2");
    TlsFiles mixed = mixed(other.site("site2"), ca.site("site2"));
    assertThrows(
        TlsProblem.class, () -> SiteTls.open(mixed, stranger.identity(), InstantSource.system()));
    Met met = meet(ca.opened("site1"), SITES, stranger.context((i, h, p) -> Optional.empty()));
    assertTrue(met.byServer().isEmpty());
  }

  /** A stranger that trusts the site's authority and so goes on to show its own certificate. */
  @Test
  void aForeignCertificateIsNamedInTheRefusal() throws Exception {
    var other = new Certificates(dir.resolve("other"), DEPLOYMENT);
    SSLContext stranger = SSLContext.getInstance("TLSv1.3");
    stranger.init(
        new javax.net.ssl.KeyManager[] {other.opened("site2").keys()},
        new javax.net.ssl.TrustManager[] {ca.opened("site2").trust(SITES)},
        null);
    Met met = meet(ca.opened("site1"), SITES, stranger);
    assertTrue(met.byServer().isEmpty());
    assertTrue(met.refusal().contains("site site2 of " + DEPLOYMENT), met.refusal());
    assertTrue(
        met.refusal().contains("is not signed by this deployment's authority"), met.refusal());
  }

  @Test
  void anOperatorIsNoSiteAndASiteIsNoOperator() throws Exception {
    SiteTls operator = ca.openedOperator("ann");
    Met asSite = meet(ca.opened("site1"), SITES, operator.context(SITES));
    assertTrue(
        asSite.refusal().contains("its certificate is of operator ann of " + DEPLOYMENT),
        asSite.refusal());
    Met asOperator =
        meet(
            ca.opened("site1"),
            PeerRule.anyOperator(DEPLOYMENT),
            ca.opened("site2").context(SITES));
    assertTrue(asOperator.refusal().contains("wanted is an operator"), asOperator.refusal());
  }

  /** A PKI may issue ahead, and a clock may lag: nobody touches the file again. */
  @Test
  void aCertificateThatBecomesValidIsTakenWithoutBeingTouched() throws Exception {
    Identity self = Identity.site(DEPLOYMENT, "site1");
    TlsFiles first = ca.issue(self, Duration.ofDays(10), Instant.now());
    AtomicReference<Instant> wall = new AtomicReference<>(Instant.now());
    SiteTls site = SiteTls.open(first, self, wall::get);
    Instant later = Instant.now().plus(Duration.ofHours(2));
    TlsFiles ahead = ca.issue(self, Duration.ofDays(20), later);
    Files.copy(ahead.key(), first.key(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(ahead.certificate(), first.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Eventually.within(
        Duration.ofSeconds(20),
        "it is refused",
        () -> site.problem().orElse("").contains("not valid before"));
    wall.set(later.plusSeconds(60));
    Eventually.within(Duration.ofSeconds(20), "it is in use", () -> site.problem().isEmpty());
    assertTrue(site.expires().isAfter(later.plus(Duration.ofDays(19))), site.expires().toString());
  }

  @Test
  void anotherSiteThanTheDialledOneIsRefusedByTheCaller() throws Exception {
    Met met =
        meet(
            ca.opened("site1"),
            SITES,
            ca.opened("site2").context(PeerRule.site(DEPLOYMENT, "site3")));
    assertTrue(met.byServer().isEmpty(), "the caller must not go on");
  }

  @Test
  void anExpiredCertificateIsRefusedWithItsDate() throws Exception {
    Instant then = Instant.now().minus(Duration.ofDays(10));
    TlsFiles old = ca.issue(Identity.site(DEPLOYMENT, "site2"), Duration.ofDays(3), then);
    SiteTls late = SiteTls.open(old, Identity.site(DEPLOYMENT, "site2"), InstantSource.fixed(then));
    Met met = meet(ca.opened("site1"), SITES, late.context(SITES));
    assertTrue(met.refusal().contains("expired on"), met.refusal());
  }

  @Test
  void nobodyIsRefused() throws Exception {
    SSLContext nobody = SSLContext.getInstance("TLSv1.3");
    nobody.init(null, new javax.net.ssl.TrustManager[] {ca.opened("site2").trust(SITES)}, null);
    Met met = meet(ca.opened("site1"), SITES, nobody);
    assertTrue(met.byServer().isEmpty());
  }

  @Test
  void replacedFilesAreShownToNewConnections() throws Exception {
    TlsFiles files = ca.site("site1");
    Identity site1 = Identity.site(DEPLOYMENT, "site1");
    SiteTls tls = Certificates.open(files, site1);
    SSLContext client = ca.opened("site2").context(SITES);
    Instant first = meet(tls, SITES, client).shown();
    TlsFiles next = ca.issue(site1, Duration.ofDays(60), Instant.now());
    Certificates.replace(files, next);
    Instant expected = Material.load(next, Instant.now()).expires();
    await(() -> tls.material().expires().equals(expected));
    Instant second = meet(tls, SITES, client).shown();
    assertTrue(second.isAfter(first), first + " then " + second);
    assertEquals(Optional.empty(), tls.problem());
  }

  @Test
  void aHalfWrittenOrMismatchedPairIsNotUsedAndSaysSo() throws Exception {
    TlsFiles files = ca.site("site1");
    Identity site1 = Identity.site(DEPLOYMENT, "site1");
    SiteTls tls = Certificates.open(files, site1);
    Material before = tls.material();
    TlsFiles next = ca.issue(site1, Duration.ofDays(60), Instant.now());

    Certificates.replace(files.certificate(), next.certificate());
    await(() -> tls.problem().isPresent());
    assertTrue(tls.problem().orElse("").contains("is not that of the certificate"));

    byte[] whole = Files.readAllBytes(next.key());
    Files.write(files.key(), java.util.Arrays.copyOf(whole, whole.length / 2));
    await(() -> tls.problem().orElse("").contains("no complete private key"));
    assertEquals(before, tls.material());

    Files.write(files.key(), whole);
    await(() -> tls.problem().isEmpty());
    assertTrue(tls.material().expires().isAfter(before.expires()));
  }

  @Test
  void theCertificateOfAnotherSiteIsNotRotatedIn() throws Exception {
    TlsFiles files = ca.site("site1");
    SiteTls tls = Certificates.open(files, Identity.site(DEPLOYMENT, "site1"));
    Certificates.replace(files, ca.site("site3"));
    await(() -> tls.problem().orElse("").contains("is of site site3"));
    assertEquals("site1", tls.material().identity().name());
  }

  @Test
  void aSecretIsNeverPartOfAText() throws Exception {
    TlsFiles files = ca.site("site1");
    String key = Files.readString(files.key());
    String middle = key.lines().skip(1).findFirst().orElseThrow();
    assertFalse(Material.load(files, Instant.now()).toString().contains(middle));
    Files.writeString(files.key(), key.replace("PRIVATE KEY", "EC PRIVATE KEY"));
    TlsProblem refused = assertThrows(TlsProblem.class, () -> Material.load(files, Instant.now()));
    assertTrue(refused.getMessage().contains("openssl pkcs8"), refused.getMessage());
    assertFalse(refused.getMessage().contains(middle));
  }

  private static TlsFiles mixed(TlsFiles own, TlsFiles authority) {
    return new TlsFiles(own.certificate(), own.key(), authority.authority());
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() - end < 0, "did not happen within 15 s");
      Thread.sleep(50);
    }
  }
}
