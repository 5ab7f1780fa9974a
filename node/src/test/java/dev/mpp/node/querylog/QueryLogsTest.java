package dev.mpp.node.querylog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mpp.dns.AnswerTable;
import dev.mpp.dns.DnsResponder;
import dev.mpp.dns.DnsResponderConfig;
import dev.mpp.dns.QueryLog;
import dev.mpp.dns.ZoneFile;
import dev.mpp.node.config.MppConfig;
import dev.mpp.proto.dnstap.Dnstap;
import dev.mpp.proto.dnstap.SocketFamily;
import dev.mpp.proto.dnstap.SocketProtocol;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** dnstap from a responder on loopback, read back by this test and by BIND's dnstap-read. */
@Timeout(60)
class QueryLogsTest {
  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00.25Z");
  private static final int STOP = 3;
  private static final String ZONE =
      """
      $ORIGIN example.org.
      $TTL 60
      @ SOA ns hostmaster 1 1 1 1 1
      @ NS ns
      ns A 192.0.2.53
      """;

  @TempDir private Path dir;

  /** Asks for ns.example.org A so many times over UDP, with ids from 0. */
  private static void ask(QueryLog log, int times) throws Exception {
    AnswerTable table = AnswerTable.builder().zone(ZoneFile.parse("z", ZONE)).build();
    DnsResponderConfig config =
        DnsResponderConfig.listeningOn(
            List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)));
    try (DnsResponder responder =
            new DnsResponder(config, () -> table, () -> 0, () -> 0, null, Optional.of(log));
        DatagramSocket socket = new DatagramSocket()) {
      responder.start();
      socket.setSoTimeout(10_000);
      socket.connect(responder.addresses().getFirst());
      Message query =
          Message.newQuery(Record.newRecord(Name.fromConstantString("ns.example.org."), Type.A, 1));
      for (int id = 0; id < times; id++) {
        query.getHeader().setID(id);
        byte[] wire = query.toWire();
        socket.send(new DatagramPacket(wire, wire.length));
        socket.receive(new DatagramPacket(new byte[512], 512));
      }
    } finally {
      log.close();
    }
  }

  private static QueryLog open(MppConfig.QueryLogging.Format format, Path path) {
    return QueryLogs.open(
        new MppConfig.QueryLogging(format, path.toString(), 1), Optional.of("site1"), () -> NOON);
  }

  /** A control frame from its type on; empty for a data frame, which goes to {@code data}. */
  private static Optional<byte[]> next(DataInputStream in, List<Dnstap> data) throws IOException {
    int length = in.readInt();
    if (length > 0) {
      data.add(Dnstap.parseFrom(in.readNBytes(length)));
      return Optional.empty();
    }
    return Optional.of(in.readNBytes(in.readInt()));
  }

  private static List<Dnstap> read(DataInputStream in) throws IOException {
    assertTrue(FrameStream.agrees(next(in, List.of()).orElseThrow(), FrameStream.START));
    List<Dnstap> data = new ArrayList<>();
    Optional<byte[]> control = Optional.empty();
    while (control.isEmpty()) {
      control = next(in, data);
    }
    assertEquals(STOP, control.get()[3]);
    return data;
  }

  private static void check(List<Dnstap> all, int count) throws IOException {
    assertEquals(count, all.size());
    for (int id = 0; id < count; id++) {
      Dnstap one = all.get(id);
      assertEquals("site1", one.getIdentity().toStringUtf8());
      var message = one.getMessage();
      assertEquals(dev.mpp.proto.dnstap.Message.Type.AUTH_RESPONSE, message.getType());
      assertEquals(SocketFamily.INET, message.getSocketFamily());
      assertEquals(SocketProtocol.UDP, message.getSocketProtocol());
      assertEquals(4, message.getQueryAddress().size());
      assertTrue(message.getQueryPort() > 0);
      assertEquals(NOON.getEpochSecond(), message.getQueryTimeSec());
      assertEquals(NOON.getNano(), message.getResponseTimeNsec());
      assertEquals(id, new Message(message.getQueryMessage().toByteArray()).getHeader().getID());
      Message answer = new Message(message.getResponseMessage().toByteArray());
      assertEquals(id, answer.getHeader().getID());
      assertTrue(answer.toString().contains("192.0.2.53"));
    }
  }

  @Test
  void aFileHasEveryQueryAndItsResponse() throws Exception {
    Path file = dir.resolve("queries.dnstap");
    ask(open(MppConfig.QueryLogging.Format.DNSTAP, file), 20);
    try (InputStream in = Files.newInputStream(file)) {
      check(read(new DataInputStream(in)), 20);
      assertEquals(-1, in.read());
    }
  }

  @Test
  void bindReadsTheFile() throws Exception {
    Path file = dir.resolve("queries.dnstap");
    ask(open(MppConfig.QueryLogging.Format.DNSTAP, file), 3);
    Process reader;
    try {
      reader =
          new ProcessBuilder("dnstap-read", "-p", file.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "dnstap-read (bind9-dnsutils) is not installed");
      return;
    }
    String out = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(reader.waitFor(10, TimeUnit.SECONDS), "dnstap-read does not end");
    assertEquals(0, reader.exitValue(), out);
    assertEquals(3, out.lines().filter(l -> l.contains(" AR 127.0.0.1:")).count(), out);
    assertEquals(3, out.lines().filter(l -> l.matches("ns.example.org.*192.0.2.53")).count(), out);
  }

  @Test
  void aReaderAtASocketGetsThemWithTheHandshake() throws Exception {
    Path path = dir.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path));
      CompletableFuture<List<Dnstap>> got = CompletableFuture.supplyAsync(() -> serve(server));
      QueryLog log = open(MppConfig.QueryLogging.Format.DNSTAP_SOCKET, path);
      ask(log, 200);
      check(got.get(20, TimeUnit.SECONDS), 200);
      assertEquals(200, log.written());
    }
  }

  private static List<Dnstap> serve(ServerSocketChannel server) {
    try (SocketChannel peer = server.accept()) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(peer));
      assertTrue(FrameStream.agrees(next(in, List.of()).orElseThrow(), FrameStream.READY));
      Channels.newOutputStream(peer).write(FrameStream.controlOfDnstap(FrameStream.ACCEPT));
      return read(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void nobodyAtTheSocketCostsNoAnswer() throws Exception {
    QueryLog log = open(MppConfig.QueryLogging.Format.DNSTAP_SOCKET, dir.resolve("nobody"));
    ask(log, 20);
    assertEquals(0, log.written());
  }

  @ParameterizedTest
  @ValueSource(strings = {"queries.log", "txt:/a", "text:", "/var/log/q", ""})
  void whatNamesNoLogIsRefusedWithTheForms(String to) {
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> MppConfig.QueryLogging.of(to, 1))
                .getMessage());
    assertTrue(message.contains("text:FILE") || message.contains("no path"), message);
  }
}
