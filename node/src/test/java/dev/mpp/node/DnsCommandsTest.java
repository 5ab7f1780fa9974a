package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.cli.Screen;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.ZoneTransferException;
import org.xbill.DNS.ZoneTransferIn;

/** {@code mpp dns} on loopback, asked by {@code mpp dns query}. */
@Timeout(120)
final class DnsCommandsTest {
  private static final String ZONE =
      """
      $ORIGIN example.org.
      $TTL 60
      @ SOA ns1 hostmaster 1 3600 600 86400 60
      @ NS ns1
      ns1 A 192.0.2.53
      www A 192.0.2.1
      """;

  @TempDir private Path dir;

  private record Result(int exit, String out, String err) {}

  private static Result mpp(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Main.commandLine(Screen.of(out, err)).execute(args);
    return new Result(exit, out.toString(), err.toString());
  }

  private static void eventually(String what, BooleanSupplier condition) throws Exception {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, "never: " + what);
      Thread.sleep(10);
    }
  }

  /** Runs until it is interrupted, as the process would by a signal. */
  private static final class Serving implements AutoCloseable {
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final Thread thread;

    Serving(Path zone, String... more) {
      List<String> words =
          new ArrayList<>(List.of("dns", "--zone", zone.toString(), "--listen", "127.0.0.1:0"));
      words.addAll(List.of(more));
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    var unused =
                        Main.commandLine(Screen.of(out, err)).execute(words.toArray(String[]::new));
                  });
    }

    String address() throws Exception {
      Pattern line = Pattern.compile("answering at (\\S+)");
      eventually("listening: " + err, () -> line.matcher(out.toString()).find());
      Matcher found = line.matcher(out.toString());
      assertTrue(found.find());
      return found.group(1);
    }

    @Override
    public void close() throws InterruptedException {
      thread.interrupt();
      thread.join();
    }
  }

  @Test
  void aZoneFileIsServedAndReadAgainWhenItChanges() throws Exception {
    Path zone = Files.writeString(dir.resolve("example.zone"), ZONE);
    try (Serving serving = new Serving(zone)) {
      String server = serving.address();
      Result good = mpp("dns", "query", "www.example.org", "--server", server);
      assertEquals(0, good.exit(), good.err());
      assertTrue(good.out().contains("NOERROR"), good.out());
      assertTrue(good.out().contains("www.example.org.  60  A  192.0.2.1"), good.out());
      Result none = mpp("dns", "query", "nope.example.org", "aaaa", "--server", server);
      assertEquals(1, none.exit());
      assertTrue(none.out().contains("NXDOMAIN") && none.out().contains("SOA"), none.out());

      Files.writeString(zone, ZONE + "www AAAA 2001:db8::1\n");
      eventually(
          "the new record: " + serving.err,
          () ->
              mpp("dns", "query", "www.example.org", "AAAA", "--server", server)
                  .out()
                  .contains("2001:db8"));

      Files.writeString(zone, ZONE + "www A 192.0.2.999\n");
      eventually(
          "the problem is told",
          () -> serving.err.toString().contains("example.zone:7: \"192.0.2.999\" is not"));
      eventually(
          "and what is served", () -> serving.err.toString().contains("from before are kept"));
      assertEquals(0, mpp("dns", "query", "www.example.org", "--server", server).exit());
    }
  }

  /** A secondary: told of the serial, it fetches the zone, and later the difference. */
  @Test
  void secondariesAreToldAndServed() throws Exception {
    String secret = "c2VjcmV0IG9mIGEgdGVzdCwgMzIgb2N0ZXRzIGxvbmc=";
    Path key = Files.writeString(dir.resolve("key"), "xfr. hmac-sha256 " + secret);
    StringBuilder hosts = new StringBuilder(ZONE);
    for (int i = 0; i < 20; i++) {
      hosts.append("h").append(i).append(" A 192.0.2.").append(i).append('\n');
    }
    Path zone = Files.writeString(dir.resolve("example.zone"), hosts);
    TSIG tsig = new TSIG(TSIG.HMAC_SHA256, "xfr.", secret);
    Name apex = Name.fromConstantString("example.org.");
    try (DatagramSocket secondary = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
      secondary.setSoTimeout(60_000);
      String told = "127.0.0.1:" + secondary.getLocalPort();
      try (Serving serving =
          new Serving(zone, "--transfer-key", key.toString(), "--notify", told)) {
        InetSocketAddress server = HostPort.literal(serving.address(), 53);
        heard(secondary, tsig);
        ZoneTransferIn whole = ZoneTransferIn.newAXFR(apex, server, tsig);
        whole.run();
        assertEquals(4 + 20 + 1, whole.getAXFR().size());
        ZoneTransferIn unsigned = ZoneTransferIn.newAXFR(apex, server, null);
        assertThrows(ZoneTransferException.class, unsigned::run);

        Files.writeString(
            zone,
            hosts.toString().replace("hostmaster 1 ", "hostmaster 2 ") + "new A 192.0.2.99\n");
        heard(secondary, tsig);
        ZoneTransferIn part = ZoneTransferIn.newIXFR(apex, 1, false, server, tsig);
        part.run();
        assertTrue(part.isIXFR());
        assertEquals(2, part.getIXFR().getFirst().adds.size());
      }
    }
  }

  /** Waits for a NOTIFY that the key has signed, and answers it. */
  private static void heard(DatagramSocket secondary, TSIG key) throws Exception {
    DatagramPacket packet = new DatagramPacket(new byte[512], 512);
    secondary.receive(packet);
    byte[] octets = Arrays.copyOf(packet.getData(), packet.getLength());
    Message notify = new Message(octets);
    assertEquals(Opcode.NOTIFY, notify.getHeader().getOpcode());
    assertEquals(0, key.verify(notify, octets, null));
    Message answer = new Message(notify.getHeader().getID());
    answer.getHeader().setOpcode(Opcode.NOTIFY);
    answer.getHeader().setFlag(Flags.QR);
    answer.addRecord(notify.getQuestion(), Section.QUESTION);
    key.apply(answer, notify.getTSIG());
    byte[] wire = answer.toWire();
    secondary.send(new DatagramPacket(wire, wire.length, packet.getSocketAddress()));
  }

  @Test
  void checkingAFileEndsWithItsProblems() throws Exception {
    Path good = Files.writeString(dir.resolve("good.zone"), ZONE);
    Result fine = mpp("dns", "--zone", good.toString(), "--check");
    assertEquals(0, fine.exit(), fine.err());
    assertTrue(fine.out().contains("example.org. can be served"), fine.out());
    Path bad = Files.writeString(dir.resolve("bad.zone"), ZONE + "*.x A 192.0.2.1\nx MX y\n");
    Result wrong = mpp("dns", "--zone", bad.toString(), "--check");
    assertEquals(1, wrong.exit());
    assertTrue(wrong.err().contains("bad.zone:8: preference"), wrong.err());
    Result twice = mpp("dns", "--zone", good.toString(), "--zone", good.toString(), "--check");
    assertEquals(1, twice.exit());
    assertTrue(twice.err().contains("given twice"), twice.err());
  }

  @Test
  void wrongUsageSaysWhatToWrite() throws Exception {
    Path good = Files.writeString(dir.resolve("good.zone"), ZONE);
    Result none = mpp("dns");
    assertEquals(2, none.exit());
    assertTrue(none.err().contains("--zone FILE"), none.err());
    Result named = mpp("dns", "--zone", good.toString(), "--listen", "localhost:53");
    assertEquals(2, named.exit());
    assertTrue(named.err().contains("is no IP address"), named.err());
    Result nobody = mpp("dns", "--zone", good.toString(), "--notify", "192.0.2.1");
    assertEquals(2, nobody.exit());
    assertTrue(nobody.err().contains("add --allow-transfer or --transfer-key"), nobody.err());
    Result keyless =
        mpp("dns", "--zone", good.toString(), "--transfer-key", dir.resolve("no").toString());
    assertEquals(2, keyless.exit());
    assertTrue(keyless.err().contains("cannot be read"), keyless.err());
    Result whom = mpp("dns", "query", "x.test");
    assertEquals(2, whom.exit());
    assertTrue(whom.err().contains("--server"), whom.err());
    Result type = mpp("dns", "query", "x.test", "NOPE", "--server", "127.0.0.1:1");
    assertEquals(2, type.exit());
    assertTrue(type.err().contains("no record type"), type.err());
  }

  private Path config(String server) throws Exception {
    int colon = server.lastIndexOf(':');
    return Files.writeString(
        dir.resolve("mpp.yml"),
        """
        deployment: demo
        site: a
        mode: solo
        sites: [{name: a, address: 127.0.0.1}]
        ports: {dns: %s}
        services:
          - name: www.example.org
            mysql: {user: mpp, password-env: PATH}
            sites: [{site: a, addresses: [192.0.2.1], pool: "name:x;primary:127.0.0.1:13306"}]
        dns:
          zone: example.org
          name-servers: [{name: ns1.example.org, address: 127.0.0.1}]
        """
            .formatted(server.substring(colon + 1)));
  }

  @Test
  void theCheckComparesServersWithTheConfiguration() throws Exception {
    Path zone = Files.writeString(dir.resolve("example.zone"), ZONE);
    try (Serving serving = new Serving(zone)) {
      String server = serving.address();
      String file = config(server).toString();
      Result good = mpp("dns", "check", "--config", file, "--resolver", "none");
      assertEquals(0, good.exit(), good.out() + good.err());
      assertTrue(good.out().contains("over TCP: authoritative for example.org."), good.out());
      assertTrue(good.out().contains("www.example.org A: all say [192.0.2.1]"), good.out());

      // The responder itself is no resolver that would know of another parent; it says the same.
      Result delegated = mpp("dns", "check", "--config", file, "--resolver", server);
      assertEquals(1, delegated.exit(), delegated.out());
      assertTrue(delegated.out().contains("is delegated to [ns1.example.org.]"), delegated.out());
      assertTrue(
          delegated.out().contains("has the addresses [192.0.2.53], not 127.0.0.1"),
          delegated.out());
    }
    Result down = mpp("dns", "check", "--config", config("x:1").toString(), "--resolver", "none");
    assertEquals(1, down.exit());
    assertTrue(down.out().contains("WRONG  ns1.example.org 127.0.0.1:1 over TCP"), down.out());
  }

  @Test
  void aZoneIsSignedAndTheCheckFollowsTheChain() throws Exception {
    Path zone = Files.writeString(dir.resolve("example.zone"), ZONE);
    String keys = dir.resolve("keys").toString();
    Result made = mpp("dns", "keygen", "example.org", "--dir", keys);
    assertEquals(0, made.exit(), made.err());
    assertTrue(made.out().contains("signs at once"), made.out());
    Result series =
        mpp(
            "dns",
            "keygen",
            "example.org",
            "--dir",
            keys,
            "--zsk",
            "--count",
            "2",
            "--every",
            "30");
    assertEquals(0, series.exit(), series.err());
    assertEquals(2, series.out().lines().count(), series.out());
    Result shown = mpp("dns", "keys", "example.org", "--dir", keys);
    assertTrue(shown.out().contains("published, signs DNSKEY, signs the zone, for DS"));
    assertTrue(shown.out().contains("not in use now"), shown.out());
    assertTrue(shown.out().contains("next key takes over"), shown.out());
    Result ds = mpp("dns", "ds", "example.org", "--dir", keys);
    assertTrue(
        ds.out().matches("(?s)example.org. IN DS \\d+ 13 2 [0-9A-F]{64}\n.* 13 4 [0-9A-F]{96}\n"),
        ds.out());
    assertEquals(0, mpp("dns", "--zone", zone.toString(), "--dnssec", keys, "--check").exit());
    Result handedOut =
        mpp("dns", "--zone", zone.toString(), "--dnssec", keys, "--allow-transfer", "192.0.2.0/24");
    assertEquals(2, handedOut.exit());
    assertTrue(handedOut.err().contains("leave out --dnssec"), handedOut.err());

    try (Serving serving = new Serving(zone, "--dnssec", keys)) {
      String server = serving.address();
      Path plain = config(server);
      Path signed =
          Files.writeString(
              dir.resolve("signed.yml"),
              Files.readString(plain) + "  dnssec: {keys: keys, validity: 3d}\n");
      Result good = mpp("dns", "check", "--config", signed.toString(), "--resolver", "none");
      assertEquals(0, good.exit(), good.out() + good.err());
      assertTrue(good.out().contains("signatures are valid, the first to expire"), good.out());
      Result parent = mpp("dns", "check", "--config", signed.toString(), "--resolver", server);
      assertTrue(parent.out().contains("no DS at the parent yet"), parent.out());
      theParentsDs(signed, ds.out(), "2 of 2 point to a key that is published");
      theParentsDs(
          signed,
          "example.org. IN DS 1 13 2 " + "AB".repeat(32) + "\n",
          "point to [1], and no such key is published");
    }
    try (Serving serving = new Serving(zone)) {
      Path signed =
          Files.writeString(
              dir.resolve("unsigned.yml"),
              Files.readString(config(serving.address())) + "  dnssec: {keys: keys}\n");
      Result unsigned = mpp("dns", "check", "--config", signed.toString(), "--resolver", "none");
      assertEquals(1, unsigned.exit(), unsigned.out());
      assertTrue(unsigned.out().contains("no DNSKEY"), unsigned.out());
    }
  }

  /** A server of the parent stands in for a resolver. */
  private void theParentsDs(Path config, String ds, String told) throws Exception {
    Path zone =
        Files.writeString(
            dir.resolve("org.zone"),
            """
            $ORIGIN org.
            $TTL 60
            @ SOA ns.other.test. hostmaster 1 3600 600 86400 60
            @ NS ns.other.test.
            example NS ns.other.test.
            """
                + ds);
    try (Serving parent = new Serving(zone)) {
      Result checked =
          mpp("dns", "check", "--config", config.toString(), "--resolver", parent.address());
      assertTrue(checked.out().contains(told), checked.out());
    }
  }

  @Test
  void keysThatCannotBeUsedAreRefused() throws Exception {
    Path zone = Files.writeString(dir.resolve("example.zone"), ZONE);
    String keys = dir.resolve("keys").toString();
    Result none = mpp("dns", "--zone", zone.toString(), "--dnssec", keys, "--check");
    assertEquals(1, none.exit());
    assertTrue(none.err().contains("no such directory"), none.err());
    Result early = mpp("dns", "keygen", "example.org", "--dir", keys, "--zsk");
    assertEquals(1, early.exit());
    assertTrue(early.err().contains("make that first"), early.err());
    Result algorithm = mpp("dns", "keygen", "example.org", "--dir", keys, "--algorithm", "rsasha1");
    assertEquals(2, algorithm.exit());
    assertTrue(algorithm.err().contains("ecdsap256sha256 or ed25519"), algorithm.err());
    assertEquals(0, mpp("dns", "keygen", "example.org", "--dir", keys).exit());
    Result retire = mpp("dns", "retire", "example.org", "--dir", keys, "--key", "1");
    assertEquals(1, retire.exit());
    try (var files = Files.list(dir.resolve("keys"))) {
      for (Path file : files.toList()) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      }
    }
    Result open = mpp("dns", "--zone", zone.toString(), "--dnssec", keys, "--check");
    assertEquals(1, open.exit());
    assertTrue(open.err().contains("chmod 600"), open.err());
  }
}
