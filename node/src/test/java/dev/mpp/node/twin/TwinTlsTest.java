package dev.mpp.node.twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.tls.Certificates;
import dev.mpp.tls.Identity;
import dev.mpp.tls.PeerRule;
import dev.mpp.tls.SiteTls;
import dev.mpp.tls.TlsFiles;
import dev.mpp.tls.Turned;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Two real groups under TLS, and strangers at their doors. */
@Timeout(120)
class TwinTlsTest {
  private static final PeerRule OWN = PeerRule.site("test", "site1");

  @TempDir private Path dir;
  private Certificates ca;
  private int port;
  private final Turned turned = new Turned();
  private final Pair.Ear ofA = new Pair.Ear();
  private final Pair.Ear ofB = new Pair.Ear();

  @BeforeEach
  void make() throws IOException {
    ca = new Certificates(dir.resolve("ca"), "test");
    port = Pair.freePort();
  }

  private Optional<TwinTls> with(SiteTls site) {
    return Optional.of(new TwinTls(site, turned));
  }

  private TwinGroup group(String instance, Pair.Ear ear) {
    return Pair.group(instance, port, with(ca.opened("site1")), ear);
  }

  /** A stranger that believes whatever the door shows it. */
  private SSLContext stranger(KeyManager... keys) throws Exception {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys, new TrustManager[] {ca.opened("site1").trust(OWN)}, null);
    return context;
  }

  /** Whether the door keeps the connection open and takes bytes; what it showed. */
  private Optional<Instant> knock(String address, SSLContext stranger) throws Exception {
    try (SSLSocket socket = (SSLSocket) stranger.getSocketFactory().createSocket(address, port)) {
      socket.setSoTimeout(10_000);
      socket.startHandshake();
      socket.getOutputStream().write(new byte[200]);
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      // JGroups closes what does not begin as its own do; TLS says why it refuses.
      return socket.getInputStream().read() < 0
          ? Optional.of(shown.getNotAfter().toInstant())
          : Optional.empty();
    }
  }

  private void meet() throws InterruptedException {
    Pair.await("they are there", () -> ofA.up && ofB.up);
  }

  private void says(String text) throws InterruptedException {
    Pair.await(() -> "the journal says " + text + ": " + turned.all(), () -> turned.says(text));
  }

  private void refused(SSLContext stranger, String why) throws Exception {
    assertThrows(IOException.class, () -> knock(Pair.A, stranger));
    says("twin 127.0.0.1 " + why);
  }

  @Test
  void strangersAreTurnedAwayAndTheGroupDoesNotMind() throws Exception {
    try (TwinGroup a = group("a", ofA);
        TwinGroup b = group("b", ofB)) {
      a.tell(Pair.state("a", 1));
      b.tell(Pair.state("b", 1));
      meet();
      int links = ofA.changes.get() + ofB.changes.get();

      refused(stranger(), "it showed no certificate");
      Certificates other = new Certificates(dir.resolve("other"), "test");
      refused(
          stranger(other.opened("site1").keys()),
          "its certificate, which says site site1 of test, is not signed by this deployment's");
      refused(
          stranger(ca.opened("site2").keys()),
          "its certificate is of site site2 of test, wanted is site site1 of test");
      refused(
          stranger(ca.openedOperator("ann").keys()), "its certificate is of operator ann of test");
      try (Socket plain = new Socket(Pair.A, port)) {
        plain.getOutputStream().write("bela and her cookies".getBytes());
        plain.setSoTimeout(10_000);
        // An alert, then the end.
        plain.getInputStream().readAllBytes();
      }
      says("twin 127.0.0.1 it does not speak TLS");

      a.tell(Pair.state("a", 2));
      b.tell(Pair.state("b", 2));
      Pair.await("a is heard", () -> ofB.heard.contains(Pair.state("a", 2)));
      Pair.await("b is heard", () -> ofA.heard.contains(Pair.state("b", 2)));
      assertEquals(links, ofA.changes.get() + ofB.changes.get(), "the view never changed");
      assertEquals(5, turned.all().size(), turned.all().toString());
    }
  }

  /** Not one of the other site, and not one that has no TLS yet. */
  @Test
  void aWholeGroupOfAStrangerIsNoTwin() throws Exception {
    Optional<TwinTls> foreign = with(ca.opened("site2"));
    try (TwinGroup a = group("a", ofA)) {
      a.tell(Pair.state("a", 1));
      try (TwinGroup b = Pair.group("b", port, foreign, ofB)) {
        b.tell(Pair.state("b", 1));
        says("its certificate is of site site2 of test, wanted is site site1 of test");
        says("twin " + Pair.B + " answers at the twin's address: its certificate is of site site2");
      }
      try (TwinGroup b = Pair.group("b", port, ofB)) {
        b.tell(Pair.state("b", 2));
        says("twin 127.0.0.1 it does not speak TLS");
      }
      assertEquals(0, ofA.changes.get());
      assertEquals(List.of(), ofA.heard);
      try (TwinGroup b = group("b", ofB)) {
        meet();
        b.tell(Pair.state("b", 3));
        Pair.await("b is heard", () -> ofA.heard.contains(Pair.state("b", 3)));
      }
    }
  }

  @Test
  void thoseWhoSayNothingKeepNobodyOut() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try (TwinGroup a = group("a", ofA)) {
      Pair.await("it listens", () -> connects(silent));
      Thread more =
          Thread.startVirtualThread(
              () -> {
                while (!Thread.currentThread().isInterrupted() && silent.size() < 2_000) {
                  connects(silent);
                }
              });
      try (TwinGroup b = group("b", ofB)) {
        meet();
        a.tell(Pair.state("a", 1));
        Pair.await("a is heard", () -> ofB.heard.contains(Pair.state("a", 1)));
        Socket first = silent.getFirst();
        first.setSoTimeout(10_000);
        assertEquals(-1, first.getInputStream().read(), "it is shut after a second");
        // Before b leaves, which may break off a handshake of its own.
        assertEquals(
            List.of(), turned.all(), "a connection that sends nothing is nobody's attempt");
      } finally {
        more.interrupt();
        more.join();
      }
    } finally {
      for (Socket one : silent) {
        one.close();
      }
    }
  }

  private boolean connects(List<Socket> into) {
    try {
      into.add(new Socket(Pair.A, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** It takes connections and never answers: a frozen host, or its port in other hands. */
  @Test
  void aTwinThatNeverAnswersHoldsUpNobody() throws Exception {
    try (TwinGroup a = group("a", ofA)) {
      try (ServerSocket mute = new ServerSocket(port, 50, InetAddress.getByName(Pair.B))) {
        mute.setSoTimeout(30_000);
        try (Socket first = mute.accept();
            Socket again = mute.accept()) {
          assertTrue(first.isConnected() && again.isConnected(), "the first one was given up");
        }
      }
      try (TwinGroup b = group("b", ofB)) {
        meet();
        b.tell(Pair.state("b", 1));
        Pair.await("b is heard", () -> ofA.heard.contains(Pair.state("b", 1)));
      }
    }
  }

  @Test
  void newCertificatesAreUsedWithoutARestart() throws Exception {
    TlsFiles files = ca.site("site1");
    Identity site1 = Identity.site("test", "site1");
    SiteTls rotating = Certificates.open(files, site1);
    try (TwinGroup a = Pair.group("a", port, with(rotating), ofA)) {
      a.tell(Pair.state("a", 1));
      try (TwinGroup b = group("b", ofB)) {
        b.tell(Pair.state("b", 1));
        meet();
        SSLContext visitor = stranger(ca.opened("site1").keys());
        Instant before = knock(Pair.A, visitor).orElseThrow();
        int links = ofA.changes.get();
        TlsFiles next = ca.issue(site1, Duration.ofDays(60), Instant.now());
        Certificates.replace(files, next);
        Pair.await(
            "the new one is shown",
            () -> {
              try {
                return knock(Pair.A, visitor).orElseThrow().isAfter(before);
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
        assertEquals(links, ofA.changes.get(), "what exists stays as it is");
      }
      Pair.await("b is gone", () -> !ofA.up);
      try (TwinGroup b = group("b", ofB)) {
        Pair.await("b is back", () -> ofA.up);
        b.tell(Pair.state("b", 2));
        Pair.await("the new certificate is good", () -> ofA.heard.contains(Pair.state("b", 2)));
      }
    }
  }

  /** Of this process: what proc(5) lists for its sockets. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void nothingElseListens() throws Exception {
    TreeSet<String> before = listening();
    try (TwinGroup a = group("a", ofA);
        TwinGroup b = group("b", ofB)) {
      a.tell(Pair.state("a", 1));
      b.tell(Pair.state("b", 1));
      meet();
      TreeSet<String> more = listening();
      more.removeAll(before);
      assertEquals(2, more.size(), more.toString());
      for (String one : more) {
        assertTrue(one.startsWith("tcp") && one.endsWith(":%04X".formatted(port)), one);
      }
    }
  }

  private static TreeSet<String> listening() throws IOException {
    List<String> own = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        if (Files.isSymbolicLink(file)) {
          own.add(Files.readSymbolicLink(file).toString());
        }
      }
    }
    TreeSet<String> found = new TreeSet<>();
    for (String kind : List.of("tcp", "tcp6", "udp", "udp6")) {
      for (String line : Files.readAllLines(Path.of("/proc/self/net", kind))) {
        String[] fields = line.strip().split("\\s+");
        boolean open = fields[3].equals("0A") || kind.startsWith("udp");
        if (fields[0].endsWith(":") && open && own.contains("socket:[" + fields[9] + "]")) {
          found.add(kind + " " + fields[1]);
        }
      }
    }
    return found;
  }
}
