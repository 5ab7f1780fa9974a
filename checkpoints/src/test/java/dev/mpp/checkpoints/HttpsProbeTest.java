package dev.mpp.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Verdict;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpsProbeTest {
  @TempDir static Path dir;
  static SSLContext tls;

  /** A certificate for 127.0.0.1, trusted by nobody but this context. */
  @BeforeAll
  static void certificate() throws Exception {
    Path file = dir.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                file.toString(),
                "-storepass",
                "changeit",
                "-alias",
                "target",
                "-keyalg",
                "EC",
                "-dname",
                "CN=target",
                "-ext",
                "SAN=IP:127.0.0.1")
            .redirectErrorStream(true)
            .start();
    String said =
        new String(
            keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals(0, keytool.waitFor(), said);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, "changeit".toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("target", keys.getCertificate("target"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    tls = SSLContext.getInstance("TLS");
    tls.init(own.getKeyManagers(), trust.getTrustManagers(), null);
  }

  private static Verdict get(SSLContext client, String host, HostileServer.Behaviour behaviour)
      throws Exception {
    ServerSocket listener =
        tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Resolver resolver =
        new Resolver(name -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")});
    try (HostileServer server = new HostileServer(listener, behaviour)) {
      CheckpointSpec spec =
          CheckpointSpec.parse("external:https:" + host + ":" + server.port(), Map.of());
      return new Probes(System::nanoTime, resolver, client).of(spec).run();
    }
  }

  private static final HostileServer.Behaviour OK =
      HostileServer.replies("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

  @Test
  void aTrustedTargetAnswers() throws Exception {
    Verdict verdict = get(tls, "127.0.0.1", OK);
    assertTrue(verdict.ok(), verdict.message());
  }

  @Test
  void anUntrustedCertificateIsAFailure() throws Exception {
    assertFalse(get(SSLContext.getDefault(), "127.0.0.1", OK).ok());
  }

  @Test
  void aCertificateForSomebodyElseIsAFailure() throws Exception {
    Verdict verdict = get(tls, "other.example", OK);
    assertFalse(verdict.ok());
    assertTrue(verdict.message().contains("other.example"), verdict.message());
  }
}
