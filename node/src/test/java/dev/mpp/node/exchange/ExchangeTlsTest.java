package dev.mpp.node.exchange;

import static dev.mpp.node.exchange.ExchangeSite.await;
import static dev.mpp.node.exchange.ExchangeSite.peer;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.FreePorts;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.tls.Certificates;
import dev.mpp.tls.Identity;
import dev.mpp.tls.Material;
import dev.mpp.tls.SiteTls;
import dev.mpp.tls.TlsFiles;
import dev.mpp.tls.Turned;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers with certificates, over real sockets. Ports are taken before, as each dials the others. */
final class ExchangeTlsTest {
  private static final String DEPLOYMENT = "shop";
  private static final long LIMIT = 10_000;

  @TempDir private Path dir;
  private Certificates ca;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Turned turned = new Turned();
  private final int port1 = FreePorts.next();
  private final int port2 = FreePorts.next();

  @BeforeEach
  void authority() {
    ca = new Certificates(dir.resolve("ca"), DEPLOYMENT);
  }

  @AfterEach
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  private <T extends AutoCloseable> T open(T part) {
    opened.push(part);
    return part;
  }

  private ExchangeSite site(String name, int port, String other, int to, GrpcTransport transport)
      throws IOException {
    InetSocketAddress address = ExchangeSite.loopback(to);
    return open(
        new ExchangeSite(name, DEPLOYMENT, port, List.of(peer(other, address)), open(transport)));
  }

  private ExchangeSite site1(SiteTls tls) throws IOException {
    return site("site1", port1, "site2", port2, GrpcTransport.secured(tls, turned));
  }

  private ExchangeSite site2(GrpcTransport transport) throws IOException {
    return site("site2", port2, "site1", port1, transport);
  }

  private void nobodyGotIn(ExchangeSite site1, ExchangeSite stranger) {
    assertFalse(site1.sees("site2"), () -> site1.changes.toString());
    assertFalse(stranger.sees("site1"), () -> stranger.changes.toString());
    assertTrue(site1.received.isEmpty());
  }

  @Test
  void sitesWithCertificatesMeet() throws Exception {
    ExchangeSite site1 = site1(ca.opened("site1"));
    ExchangeSite site2 = site2(GrpcTransport.secured(ca.opened("site2"), turned));
    site2.say("hello");
    await("the view", LIMIT, () -> site1.hears("site2", "hello") && site2.sees("site1"));
    assertTrue(turned.all().isEmpty(), () -> turned.all().toString());
  }

  @Test
  void plaintextIsTurnedAwayAndTold() throws Exception {
    ExchangeSite site1 = site1(ca.opened("site1"));
    ExchangeSite stranger = site2(GrpcTransport.plaintext());
    await("a rejection", LIMIT, () -> turned.says("exchange 127.0.0.1 it does not speak TLS"));
    nobodyGotIn(site1, stranger);
  }

  @Test
  void anotherAuthoritysSiteIsTurnedAwayAndTold() throws Exception {
    Certificates other = new Certificates(dir.resolve("other"), DEPLOYMENT);
    TlsFiles foreign = other.site("site2");
    ExchangeSite site1 = site1(ca.opened("site1"));
    ExchangeSite stranger =
        site2(
            GrpcTransport.secured(
                Certificates.open(foreign, Identity.site(DEPLOYMENT, "site2")), new Turned()));
    await("a rejection", LIMIT, () -> turned.says("is not signed by this deployment's authority"));
    nobodyGotIn(site1, stranger);
  }

  @Test
  void anOperatorIsNoPeer() throws Exception {
    ExchangeSite site1 = site1(ca.opened("site1"));
    ExchangeSite stranger = site2(GrpcTransport.secured(ca.openedOperator("eve"), new Turned()));
    await(
        "a rejection",
        LIMIT,
        () -> turned.says("exchange 127.0.0.1 its certificate is of operator eve of shop"));
    nobodyGotIn(site1, stranger);
  }

  /** A valid site of the deployment that speaks, and answers, in the name of another. */
  @Test
  void aSiteCannotSpeakForAnother() throws Exception {
    ExchangeSite site1 = site1(ca.opened("site1"));
    ExchangeSite stranger = site2(GrpcTransport.secured(ca.opened("site3"), new Turned()));
    await(
        "both rejections",
        LIMIT,
        () ->
            turned.says("it says that it is site \"site2\", and its certificate is of site site3")
                && turned.says(
                    "dialled, its certificate is of site site3 of shop, wanted is site"));
    nobodyGotIn(site1, stranger);
  }

  @Test
  void replacedCertificatesKeepTheStreamAndServeTheNextOne() throws Exception {
    TlsFiles files = ca.site("site1");
    Identity identity = Identity.site(DEPLOYMENT, "site1");
    SiteTls tls = Certificates.open(files, identity);
    ExchangeSite site1 = site1(tls);
    ExchangeSite site2 = site2(GrpcTransport.secured(ca.opened("site2"), turned));
    await("the peer", LIMIT, () -> site1.sees("site2") && site2.sees("site1"));
    TlsFiles next = ca.issue(identity, Duration.ofDays(60), Instant.now());
    Certificates.replace(files, next);
    Instant expected = Material.load(next, Instant.now()).expires();
    await("the new certificate", LIMIT, () -> tls.material().expires().equals(expected));
    long said = site1.say("still here");
    await("the view on the old stream", LIMIT, () -> site2.hears("site1", "still here"));
    assertTrue(said > 0 && !site2.changes.contains("site1 down"), () -> site2.changes.toString());

    opened.remove(site2);
    site2.close();
    ExchangeSite again = site2(GrpcTransport.secured(ca.opened("site2"), turned));
    await("a new stream", LIMIT, () -> again.sees("site1"));
    assertTrue(turned.all().isEmpty(), () -> turned.all().toString());
  }
}
