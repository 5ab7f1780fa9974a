package dev.mpp.dns;

import static dev.mpp.dns.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.dns.DnsCounters.Event;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.Message;

class UdpSocketTest {
  private static final Message QUERY = Ask.query("db.vip.example.", RrType.A);

  @ParameterizedTest
  @CsvSource({"127.0.0.1, BATCHED", "::1, BATCHED", "127.0.0.1, SINGLE", "::1, SINGLE"})
  void answersOnBothFamiliesAndTransports(String address, UdpIo io) throws IOException {
    try (Loopback loopback = new Loopback(Loopback.config(address).withUdp(io, 2))) {
      List<String> expected = List.of("db.vip.example. 5 A 198.51.100.7");
      assertEquals(expected, Ask.answers(loopback.udp(QUERY)));
      assertEquals(expected, Ask.answers(loopback.tcp(QUERY)));
      assertEquals(1, loopback.counters().queries(Transport.UDP));
      assertEquals(1, loopback.counters().queries(Transport.TCP));
      assertEquals(2, loopback.counters().responses(Rcode.NOERROR));
    }
  }

  /** The publisher is frozen: nothing changes but the time. */
  @Test
  void aFrozenPublisherCannotKeepAnAddressAlive() throws IOException {
    try (Loopback loopback = new Loopback(Loopback.config("127.0.0.1"))) {
      loopback.clock.set(Example.LEASE_END - 3 * Example.SECOND);
      assertEquals(List.of("db.vip.example. 3 A 198.51.100.7"), Ask.answers(loopback.udp(QUERY)));
      loopback.clock.set(Example.LEASE_END);
      assertEquals(List.of("db.vip.example. 0 A 198.51.100.7"), Ask.answers(loopback.udp(QUERY)));
      loopback.clock.set(Example.STALE_AFTER);
      Ask.assertRcode(Rcode.SERVFAIL, loopback.udp(QUERY));
    }
  }

  @Test
  void aNewTableIsSeenByTheNextQuery() throws IOException {
    try (Loopback loopback = new Loopback(Loopback.config("127.0.0.1"))) {
      loopback.table.set(AnswerTable.empty());
      Ask.assertRcode(Rcode.REFUSED, loopback.udp(QUERY));
    }
  }

  @Test
  void whatDoesNotFitIsTruncatedAndComesOverTcp() throws IOException {
    Rdata[] data =
        IntStream.range(0, 200).mapToObj(i -> Rdata.address("192.0.2." + i)).toArray(Rdata[]::new);
    Zone zone = Example.emptyZone().records("many.vip.example.", 60, data).build();
    try (Loopback loopback = new Loopback(Loopback.config("127.0.0.1"))) {
      loopback.table.set(Example.tableOf(zone));
      Message query = Ask.ednsQuery("many.vip.example.", RrType.A, 4096);
      Message udp = loopback.udp(query);
      assertTrue(Ask.truncated(udp));
      assertEquals(List.of(), Ask.answers(udp));
      assertEquals(200, Ask.answers(loopback.tcp(query)).size());
      assertEquals(1, loopback.counters().events(Event.TRUNCATED));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPacketThatGetsNoAnswerDoesNotStopTheNextOnes(UdpIo io) throws Exception {
    try (Loopback loopback = new Loopback(Loopback.config("127.0.0.1").withUdp(io, 2));
        DatagramSocket socket = new DatagramSocket()) {
      byte[] response = QUERY.toWire();
      response[2] |= (byte) 0x80;
      for (byte[] packet : List.of(new byte[0], new byte[11], response)) {
        socket.send(new DatagramPacket(packet, packet.length, loopback.address()));
      }
      eventually("three unanswered", () -> loopback.counters().events(Event.UNANSWERED) == 3);
      byte[] huge = new byte[20_000];
      assertEquals(12, loopback.udp(huge).length);
      Ask.assertRcode(Rcode.NOERROR, loopback.udp(QUERY));
    }
  }

  @Test
  void aFailureIsServfailForThatQueryOnly() throws IOException {
    AtomicBoolean failed = new AtomicBoolean();
    Supplier<AnswerTable> failingOnce =
        () -> {
          boolean query = Thread.currentThread().getName().startsWith("dns-udp");
          if (query && failed.compareAndSet(false, true)) {
            throw new IllegalStateException("expected by a test");
          }
          return Example.table();
        };
    try (Loopback loopback = new Loopback(failingOnce)) {
      Message first = loopback.udp(QUERY);
      Ask.assertRcode(Rcode.SERVFAIL, first);
      assertEquals(QUERY.getHeader().getID(), first.getHeader().getID());
      Ask.assertRcode(Rcode.NOERROR, loopback.udp(QUERY));
      assertEquals(1, loopback.counters().events(Event.INTERNAL_ERROR));
      assertEquals(1, loopback.counters().responses(Rcode.SERVFAIL));
    }
  }

  /** A client's socket takes what comes from the address it asked, and nothing else. */
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 127.0.0.1",
    "0.0.0.0, 127.0.0.7",
    "::, 127.0.0.1",
    "::, 127.0.0.7",
    "::, ::1"
  })
  void atTheWildcardTheAnswerComesFromTheAddressThatWasAsked(String bound, String asked)
      throws IOException {
    try (Loopback loopback = new Loopback(Loopback.config(bound).withUdp(UdpIo.BATCHED, 2));
        DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(Loopback.PATIENCE_MILLIS);
      socket.connect(InetAddress.ofLiteral(asked), loopback.address().getPort());
      byte[] query = QUERY.toWire();
      socket.send(new DatagramPacket(query, query.length));
      DatagramPacket response = new DatagramPacket(new byte[512], 512);
      socket.receive(response);
      assertEquals(InetAddress.ofLiteral(asked), response.getAddress());
      assertEquals(1, loopback.counters().responses(Rcode.NOERROR));
    }
  }

  /** More than a batch holds, sent before anything is read. */
  @Test
  void aBurstIsAnsweredWholeAndInBatches() throws Exception {
    int burst = 200;
    try (Loopback loopback = new Loopback(Loopback.config("127.0.0.1").withUdp(UdpIo.BATCHED, 1));
        DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(Loopback.PATIENCE_MILLIS);
      socket.connect(loopback.address());
      for (int id = 0; id < burst; id++) {
        Message query = Ask.query("db.vip.example.", RrType.A);
        query.getHeader().setID(id);
        byte[] packet = query.toWire();
        socket.send(new DatagramPacket(packet, packet.length));
      }
      BitSet answered = new BitSet();
      for (int i = 0; i < burst; i++) {
        DatagramPacket response = new DatagramPacket(new byte[512], 512);
        socket.receive(response);
        byte[] wire = Arrays.copyOf(response.getData(), response.getLength());
        answered.set(Ask.decode(wire).getHeader().getID());
      }
      assertEquals(burst, answered.cardinality());
      eventually(
          "all counted with a latency",
          () -> loopback.counters().snapshot().latency().stream().mapToLong(n -> n).sum() == burst);
      assertEquals(burst, loopback.counters().snapshot().asked().get(DnsCounters.Asked.A));
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyClientsAtOnceAllGetTheirOwnAnswer(UdpIo io) throws Exception {
    try (Loopback loopback = new Loopback(Loopback.config("127.0.0.1").withUdp(io, 3));
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> tasks =
          IntStream.range(0, 8)
              .mapToObj(c -> (Callable<Integer>) () -> askMany(loopback, c, 50))
              .toList();
      int answered = 0;
      for (Future<Integer> client : clients.invokeAll(tasks)) {
        answered += client.get();
      }
      assertEquals(8 * 50, answered);
      DnsCounters.Snapshot counts = loopback.counters().snapshot();
      assertEquals(400L, counts.queries().get(Transport.UDP));
      assertEquals(400L, counts.responses().get(Rcode.NOERROR));
      assertEquals(0L, counts.responses().get(Rcode.SERVFAIL));
      assertEquals(Event.values().length, counts.events().size());
    }
  }

  private static int askMany(Loopback loopback, int client, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      Message query = Ask.query("ns1.vip.example.", RrType.A);
      query.getHeader().setID(client << 8 | i);
      assertEquals(client << 8 | i, loopback.udp(query).getHeader().getID());
    }
    return times;
  }
}
