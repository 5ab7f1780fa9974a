package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Type;

/** delv (BIND) and unbound validate what the responder says on its sockets, by today's clock. */
class RealValidatorsTest {
  private static final List<String> POSITIVE =
      List.of(
          "db.vip.example. A",
          "dB.ViP.example. TXT",
          "ro.vip.example. A",
          "srv.vip.example. SRV",
          "mail.vip.example. MX",
          "alias.vip.example. A",
          "vip.example. SOA",
          "vip.example. DNSKEY",
          "signed.vip.example. DS");
  private static final List<String> NEGATIVE =
      List.of(
          "db.vip.example. AAAA",
          "very.deep.vip.example. A",
          "vip.example. A",
          "nosuch.vip.example. A",
          "x.y.z.vip.example. TXT",
          "*.vip.example. A",
          "unsigned.vip.example. DS");

  @TempDir private Path dir;
  private Loopback server;
  private SigningKey key;

  @BeforeEach
  void serve() throws Exception {
    long now = System.currentTimeMillis() / 1000;
    SigningKey csk =
        SignedExample.key(true, DnssecAlgorithm.ECDSAP256SHA256, KeyTimes.activeFrom(now, now));
    SigningKey zsk =
        SignedExample.key(
            false,
            DnssecAlgorithm.ECDSAP256SHA256,
            KeyTimes.activeFrom(now - 40_000_000, now - 20_000_000));
    KeyRing ring = new KeyRing(SignedExample.ZONE, List.of(csk, zsk));
    ZoneSigner signer =
        new ZoneSigner(ring, SigningPolicy.DEFAULT, () -> System.currentTimeMillis() / 1000);
    server = new Loopback(Loopback.config("127.0.0.1"));
    server.table.set(
        AnswerTable.builder()
            .zone(SignedExample.zone().build().signedBy(signer))
            .zone(Example.subzone())
            .build());
    key = csk;
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String delv(String program, Path anchor, String question) throws Exception {
    String[] words = question.split(" ");
    return Programs.output(
        List.of(
            program,
            "@127.0.0.1",
            "-p",
            String.valueOf(server.address().getPort()),
            "-a",
            anchor.toString(),
            "+root=vip.example.",
            words[0],
            words[1]));
  }

  @Test
  void delvValidatesEverything() throws Exception {
    String delv = Programs.need("delv");
    Path anchor = dir.resolve("anchor");
    Files.writeString(
        anchor,
        "trust-anchors { \"vip.example.\" static-key 257 3 13 \""
            + Base64.getEncoder().encodeToString(key.key().key())
            + "\"; };\n");
    for (String question : POSITIVE) {
      String said = delv(delv, anchor, question);
      assertTrue(said.contains("; fully validated"), question + ": " + said);
    }
    for (String question : NEGATIVE) {
      String said = delv(delv, anchor, question);
      assertTrue(said.contains("; negative response, fully validated"), question + ": " + said);
    }
    String insecure = delv(delv, anchor, "host.deep.sub.vip.example. A");
    assertTrue(insecure.contains("; unsigned answer"), insecure);
  }

  /** A running unbound. */
  private record Unbound(Process process, int port, Path log) {}

  @Test
  void unboundValidatesEverything() throws Exception {
    Unbound unbound = start(Programs.need("unbound"));
    try {
      for (String question : POSITIVE) {
        Message said = ask(unbound, question);
        Ask.assertRcode(Rcode.NOERROR, said);
        assertTrue(said.getHeader().getFlag(Flags.AD), question + ": " + said);
        assertTrue(Ask.answers(said).size() > 0, question + ": " + said);
      }
      for (String question : NEGATIVE) {
        Message said = ask(unbound, question);
        assertTrue(said.getHeader().getFlag(Flags.AD), question + ": " + said);
        assertEquals(0, Ask.answers(said).size(), question + ": " + said);
      }
      Message insecure = ask(unbound, "host.deep.sub.vip.example. A");
      Ask.assertRcode(Rcode.NOERROR, insecure);
      assertTrue(!insecure.getHeader().getFlag(Flags.AD), insecure.toString());
    } finally {
      unbound.process().destroyForcibly();
      unbound.process().waitFor();
    }
  }

  /** On another port if somebody else took the first one meanwhile. */
  private Unbound start(String program) throws Exception {
    for (int attempt = 0; ; attempt++) {
      int port = freePort();
      Path config = dir.resolve("unbound.conf");
      Files.writeString(config, config(port));
      Path log = dir.resolve("unbound.log");
      Process process =
          new ProcessBuilder(program, "-d", "-c", config.toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      Unbound unbound = new Unbound(process, port, log);
      try {
        var unused = ask(unbound, "vip.example. SOA");
        return unbound;
      } catch (AssertionError e) {
        process.destroyForcibly();
        process.waitFor();
        if (attempt == 5 || !String.valueOf(e.getMessage()).contains("already in use")) {
          throw e;
        }
      }
    }
  }

  private String config(int port) {
    return """
        server:
          interface: 127.0.0.1
          port: %d
          do-daemonize: no
          username: ""
          chroot: ""
          directory: "%s"
          pidfile: ""
          use-syslog: no
          verbosity: 1
          module-config: "validator iterator"
          do-not-query-localhost: no
          do-ip6: no
          access-control: 127.0.0.0/8 allow
          trust-anchor: "%s"
        stub-zone:
          name: "vip.example."
          stub-addr: 127.0.0.1@%d
        remote-control:
          control-enable: no
        """
        .formatted(
            port,
            dir,
            key.key().dsText(SignedExample.ZONE, Dnskey.Digest.SHA256),
            server.address().getPort());
  }

  private static int freePort() throws Exception {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  /** Asks until it is up and answers. */
  private static Message ask(Unbound unbound, String question) throws Exception {
    String[] words = question.split(" ");
    Message query = SignedExample.query(words[0], Type.value(words[1]), SignedExample.DO);
    byte[] wire = query.toWire();
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (System.nanoTime() - deadline < 0 && unbound.process().isAlive()) {
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), unbound.port()));
        socket.setSoTimeout(2000);
        socket.send(new DatagramPacket(wire, wire.length));
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        socket.receive(packet);
        return Ask.decode(Arrays.copyOf(packet.getData(), packet.getLength()));
      } catch (SocketTimeoutException | java.net.PortUnreachableException e) {
        Thread.sleep(20); // it starts, or asks the responder
      }
    }
    throw new AssertionError(
        "unbound does not answer " + question + ": " + Files.readString(unbound.log()));
  }
}
