package dev.mpp.node.agreement;

import static dev.mpp.node.agreement.RatisCluster.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.SiteId;
import dev.mpp.tls.Certificates;
import dev.mpp.tls.Identity;
import dev.mpp.tls.SiteTls;
import dev.mpp.tls.TlsFiles;
import dev.mpp.tls.Turned;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members with certificates. The deployment of the helper is {@code test}. */
final class RatisTlsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final SiteId SITE3 = new SiteId("site3");

  @TempDir private Path dir;
  private Certificates ca;
  private final Turned turned = new Turned();
  private final Map<SiteId, TlsFiles> files = new HashMap<>();

  /** Kept: what gRPC logs of every stranger with a stack trace is what these tests are about. */
  private final Logger grpc = Logger.getLogger("org.apache.ratis");

  @BeforeEach
  void authority() {
    grpc.setLevel(Level.OFF);
    ca = new Certificates(dir.resolve("ca"), "test");
  }

  private RatisCluster cluster() {
    RatisCluster cluster = new RatisCluster(dir.resolve("ledger"), 3, 1000);
    for (SiteId site : cluster.sites()) {
      TlsFiles own = ca.site(site.name());
      files.put(site, own);
      cluster.tls.put(
          site, new LedgerTls(Certificates.open(own, Identity.site("test", site.name())), turned));
    }
    return cluster;
  }

  private static void commits(RatisCluster cluster, SiteId from) {
    assertInstanceOf(LedgerOutcome.Accepted.class, cluster.beat(from));
  }

  @Test
  void membersWithCertificatesAgree() {
    try (RatisCluster cluster = cluster().startAll(true)) {
      cluster.sites().forEach(site -> commits(cluster, site));
      cluster.awaitSame();
      assertTrue(turned.all().isEmpty(), () -> turned.all().toString());
    }
  }

  /** The other two go on; the third never learns or says anything. */
  private void outsider(LedgerTls third, String expected) {
    try (RatisCluster cluster = cluster()) {
      if (third == null) {
        cluster.tls.remove(SITE3);
      } else {
        cluster.tls.put(SITE3, third);
      }
      cluster.startAll(true);
      commits(cluster, new SiteId("site1"));
      commits(cluster, new SiteId("site2"));
      await(LIMIT, "a rejection with: " + expected, () -> turned.says(expected));
      assertEquals(0, cluster.run(SITE3).applied().size());
      assertEquals("", cluster.run(SITE3).agreement.health().leader());
      commits(cluster, new SiteId("site1"));
    }
  }

  @Test
  void plaintextIsTurnedAwayAndTold() {
    outsider(null, "ledger 127.0.0.1 it does not speak TLS");
  }

  @Test
  void anotherAuthoritysMemberIsTurnedAwayAndTold() {
    Certificates other = new Certificates(dir.resolve("other"), "test");
    TlsFiles ours = ca.site("site3");
    TlsFiles theirs = other.site("site3");
    // It trusts our members, so that it is their judgement that counts.
    SiteTls stranger = Certificates.open(theirs, Identity.site("test", "site3"));
    assertEquals("site3", Certificates.open(ours, stranger.identity()).identity().name());
    outsider(
        new LedgerTls(stranger, new Turned()), "ledger 127.0.0.1 it refused the certificate shown");
  }

  @Test
  void anOperatorIsNoMember() {
    outsider(
        new LedgerTls(ca.openedOperator("eve"), new Turned()),
        "its certificate is of operator eve of test");
  }

  @Test
  void aSiteCannotVoteForAnother() {
    outsider(
        new LedgerTls(ca.opened("site4"), new Turned()),
        "it speaks for site site3, and its certificate is of site site4");
  }

  @Test
  void aMemberCannotProposeForAnother() throws Exception {
    try (RatisCluster cluster = cluster().startAll(true)) {
      SiteId follower = cluster.follower();
      SiteId other =
          cluster.sites().stream().filter(s -> !s.equals(follower)).findFirst().orElseThrow();
      commits(cluster, follower);
      var forged =
          cluster
              .run(follower)
              .agreement
              .propose(new LedgerCommand.Beat(new Origin(other, "run-1", 999)));
      assertThrows(ExecutionException.class, () -> forged.get(10, TimeUnit.SECONDS));
      assertTrue(turned.says("it speaks for site " + other), () -> turned.all().toString());
      commits(cluster, follower);
      assertTrue(cluster.run(follower).applied().stream().noneMatch(line -> line.contains("999")));
    }
  }

  @Test
  void certificatesAreReplacedWithoutARestart() throws Exception {
    try (RatisCluster cluster = cluster().startAll(true)) {
      cluster.sites().forEach(site -> commits(cluster, site));
      for (SiteId site : cluster.sites()) {
        Identity identity = Identity.site("test", site.name());
        Certificates.replace(
            files.get(site), ca.issue(identity, Duration.ofDays(90), Instant.now()));
      }
      Instant late = Instant.now().plus(Duration.ofDays(80));
      for (SiteId site : cluster.sites()) {
        SiteTls tls = cluster.tls.get(site).site();
        await(
            LIMIT, "the new certificate of " + site, () -> tls.material().expires().isAfter(late));
      }
      SiteId follower = cluster.follower();
      cluster.stop(follower);
      cluster.start(follower, false);
      cluster.sites().forEach(site -> commits(cluster, site));
      cluster.awaitSame();
      assertTrue(turned.all().isEmpty(), () -> turned.all().toString());
    }
  }
}
