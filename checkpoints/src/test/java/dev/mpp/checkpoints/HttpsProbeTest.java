package dev.mpp.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Profile;
import dev.mpp.core.reach.Verdict;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeftovers.class)
class HttpsProbeTest {
  @TempDir static Path dir;
  static SSLContext tls;

  static SSLContext expired;

  @BeforeAll
  static void certificates() throws Exception {
    tls = context(dir.resolve("good.p12"), "-0d");
    expired = context(dir.resolve("expired.p12"), "-400d");
  }

  /** A certificate for 127.0.0.1 of an authority that only this context trusts. */
  private static SSLContext context(Path file, String since) throws Exception {
    keytool(file, "-alias", "authority", "-dname", "CN=authority", "-ext", "bc:c");
    keytool(
        file,
        "-alias",
        "target",
        "-signer",
        "authority",
        "-dname",
        "CN=target",
        "-ext",
        "SAN=IP:127.0.0.1",
        "-startdate",
        since);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, "changeit".toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("authority", keys.getCertificate("authority"));
    keys.deleteEntry("authority");
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, "changeit".toCharArray());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static void keytool(Path file, String... more) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-storepass", "changeit"));
    command.addAll(List.of("-keystore", file.toString()));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  private static Verdict get(SSLContext client, String host, HostileServer.Behaviour behaviour)
      throws Exception {
    return ask(Asking.PATIENT, "https", tls, client, host, behaviour);
  }

  private static Verdict ask(
      Duration timeout,
      String method,
      SSLContext serving,
      SSLContext client,
      String host,
      HostileServer.Behaviour behaviour)
      throws Exception {
    ServerSocket listener =
        serving
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    Resolver resolver =
        new Resolver(name -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")});
    try (HostileServer server = new HostileServer(listener, behaviour)) {
      CheckpointSpec spec =
          Asking.spec(
              timeout, method, host, server.port(), p -> p.withGrpc(new Profile.Grpc("", true)));
      return Asking.ask(timeout, new Probes(System::nanoTime, resolver, client).of(spec));
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

  @ParameterizedTest
  @ValueSource(strings = {"https", "grpc"})
  void anExpiredCertificateIsAFailure(String method) throws Exception {
    Verdict verdict = ask(Asking.PATIENT, method, expired, expired, "127.0.0.1", OK);
    assertFalse(verdict.ok());
    assertTrue(verdict.message().contains("NotAfter"), verdict.message());
  }

  @ParameterizedTest
  @ValueSource(strings = {"https", "grpc"})
  void theTargetHasToBeTheOneTheCertificateNames(String method) throws Exception {
    Verdict verdict = ask(Asking.PATIENT, method, tls, tls, "other.example", OK);
    assertFalse(verdict.ok());
    assertTrue(verdict.message().contains("other.example"), verdict.message());
    assertFalse(ask(Asking.PATIENT, method, tls, SSLContext.getDefault(), "127.0.0.1", OK).ok());
  }

  /** The handshake is fine, and then nothing comes, or a byte at a time. */
  @ParameterizedTest
  @ValueSource(strings = {"https", "grpc"})
  void silenceInsideTlsIsBounded(String method) throws Exception {
    assertEquals(
        Asking.SILENCE,
        ask(Asking.HASTY, method, tls, tls, "127.0.0.1", HostileServer.silence()).message());
  }

  @Test
  void drippingInsideTlsIsBounded() throws Exception {
    HostileServer.Behaviour drips =
        HostileServer.drips("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 20);
    assertEquals(
        Asking.SILENCE, ask(Asking.HASTY, "https", tls, tls, "127.0.0.1", drips).message());
  }
}
