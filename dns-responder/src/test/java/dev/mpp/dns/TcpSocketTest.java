package dev.mpp.dns;

import static dev.mpp.dns.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.dns.DnsCounters.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Message;

/** RFC 7766 on loopback. */
@Timeout(60)
class TcpSocketTest {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final int END = -1;

  private static byte[] framedQuery(int id) {
    Message query = Ask.query("db.vip.example.", RrType.A);
    query.getHeader().setID(id);
    return Loopback.framed(query.toWire());
  }

  @Test
  void pipelinedQueriesAreAnsweredInOrder() throws IOException {
    int queries = 2000;
    try (Loopback loopback = new Loopback(Loopback.config(8, LONG, LONG));
        Socket socket = loopback.connect()) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int id = 0; id < queries; id++) {
        all.writeBytes(framedQuery(id));
      }
      socket.getOutputStream().write(all.toByteArray());
      for (int id = 0; id < queries; id++) {
        Message response = Loopback.readFramed(socket);
        assertEquals(id, response.getHeader().getID());
        assertEquals(1, Ask.answers(response).size());
      }
    }
  }

  @Test
  void aQueryInPiecesIsAnsweredAndSoIsOneBeforeAHalfClose() throws IOException {
    try (Loopback loopback = new Loopback(Loopback.config(8, LONG, LONG));
        Socket socket = loopback.connect()) {
      socket.setTcpNoDelay(true);
      for (byte octet : framedQuery(77)) {
        socket.getOutputStream().write(octet);
      }
      assertEquals(77, Loopback.readFramed(socket).getHeader().getID());

      socket.getOutputStream().write(framedQuery(78));
      socket.shutdownOutput();
      assertEquals(78, Loopback.readFramed(socket).getHeader().getID());
      assertEquals(END, socket.getInputStream().read());
    }
  }

  /** One octet at a time never lets the connection look idle; the query's deadline still holds. */
  @Test
  void aSlowQueryIsCutOff() throws Exception {
    try (Loopback loopback = new Loopback(Loopback.config(8, LONG, SHORT));
        Socket socket = loopback.connect()) {
      long start = System.nanoTime();
      assertThrows(SocketException.class, () -> dripUntilClosed(socket.getOutputStream()));
      long elapsed = System.nanoTime() - start;
      assertTrue(elapsed >= SHORT.toNanos() - SHORT.toNanos() / 10, "after " + elapsed + " ns");
      assertEquals(1, loopback.counters().events(Event.TCP_TIMED_OUT));
      assertEquals(0, loopback.counters().queries(Transport.TCP));
      eventually("connection gone", () -> loopback.responder.tcpConnections() == 0);
    }
  }

  /** The pause is the slowness under test: a query of 4000 octets at this pace takes minutes. */
  private static void dripUntilClosed(OutputStream out) throws Exception {
    out.write(new byte[] {0x0f, 0x00});
    for (int i = 0; i < 0x0eff; i++) {
      out.write(0);
      Thread.sleep(20);
    }
  }

  @Test
  void anIdleConnectionIsClosed() throws IOException {
    try (Loopback loopback = new Loopback(Loopback.config(8, SHORT, LONG));
        Socket socket = loopback.connect()) {
      socket.getOutputStream().write(framedQuery(1));
      Loopback.readFramed(socket);
      assertEquals(END, socket.getInputStream().read());
      assertEquals(1, loopback.counters().events(Event.TCP_TIMED_OUT));
    }
  }

  /** The peer asks without end and never reads: the write is what hangs here. */
  @Test
  void aClientThatDoesNotReadIsCutOff() throws Exception {
    try (Loopback loopback = new Loopback(Loopback.config(8, LONG, SHORT));
        Socket socket = loopback.connect()) {
      byte[] query = framedQuery(1);
      assertThrows(
          SocketException.class,
          () -> {
            while (true) {
              socket.getOutputStream().write(query);
            }
          });
      eventually("timed out", () -> loopback.counters().events(Event.TCP_TIMED_OUT) == 1);
    }
  }

  @Test
  void theCapEvictsTheLongestIdleOne() throws Exception {
    try (Loopback loopback = new Loopback(Loopback.config(2, LONG, LONG))) {
      List<Socket> sockets = new ArrayList<>();
      for (int id = 0; id < 3; id++) {
        Socket socket = loopback.connect();
        sockets.add(socket);
        socket.getOutputStream().write(framedQuery(id));
        assertEquals(id, Loopback.readFramed(socket).getHeader().getID());
      }
      assertEquals(END, sockets.get(0).getInputStream().read());
      assertEquals(1, loopback.counters().events(Event.TCP_EVICTED));
      assertEquals(2, loopback.responder.tcpConnections());
      sockets.get(2).getOutputStream().write(framedQuery(9));
      assertEquals(9, Loopback.readFramed(sockets.get(2)).getHeader().getID());
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void theCapRefusesWhenNoneIsIdle() throws Exception {
    try (Loopback loopback = new Loopback(Loopback.config(1, LONG, LONG));
        Socket busy = loopback.connect()) {
      byte[] query = framedQuery(1);
      busy.getOutputStream().write(query);
      Loopback.readFramed(busy);
      // A whole query and the beginning of another: once the whole one has been answered the rest
      // of the other is being waited for, so the connection is not idle.
      ByteArrayOutputStream more = new ByteArrayOutputStream();
      more.writeBytes(query);
      more.write(query, 0, 5);
      busy.getOutputStream().write(more.toByteArray());
      Loopback.readFramed(busy);

      try (Socket refused = loopback.connect()) {
        assertEquals(END, refused.getInputStream().read());
      }
      assertEquals(1, loopback.counters().events(Event.TCP_REFUSED));
      busy.getOutputStream().write(query, 5, query.length - 5);
      assertEquals(1, Loopback.readFramed(busy).getHeader().getID());
    }
  }

  /** Who has as many as a network may have makes room among his own, and no other network's. */
  @Test
  void aNetworkHasACapOfItsOwn() throws Exception {
    DnsResponderConfig config =
        Loopback.config("127.0.0.1").withTcp(new TcpLimits(8, 2, LONG, LONG));
    try (Loopback loopback = new Loopback(config)) {
      List<Socket> sockets = new ArrayList<>();
      for (int id = 0; id < 4; id++) {
        Socket socket = new Socket();
        socket.setSoTimeout(Loopback.PATIENCE_MILLIS);
        // 127.0.1.0/24 for the first, 127.0.0.0/24 for the others
        socket.bind(
            new InetSocketAddress(InetAddress.ofLiteral(id == 0 ? "127.0.1.1" : "127.0.0.1"), 0));
        socket.connect(loopback.address(), Loopback.PATIENCE_MILLIS);
        sockets.add(socket);
        socket.getOutputStream().write(framedQuery(id));
        assertEquals(id, Loopback.readFramed(socket).getHeader().getID());
      }
      assertEquals(END, sockets.get(1).getInputStream().read());
      assertEquals(1, loopback.counters().events(Event.TCP_EVICTED));
      sockets.get(0).getOutputStream().write(framedQuery(9));
      assertEquals(9, Loopback.readFramed(sockets.get(0)).getHeader().getID());
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** Slow-loris: connections in the middle of a message give way once they have had their time. */
  @Test
  void whoIsInTheMiddleOfAMessageForLongGivesWay() throws Exception {
    Duration exchange = Duration.ofSeconds(8);
    try (Loopback loopback = new Loopback(Loopback.config(2, LONG, exchange));
        Socket first = loopback.connect();
        Socket second = loopback.connect()) {
      byte[] query = framedQuery(1);
      for (Socket slow : List.of(first, second)) {
        slow.getOutputStream().write(query, 0, 5);
      }
      long start = System.nanoTime();
      eventually("a new client is served", () -> served(loopback));
      assertTrue(System.nanoTime() - start < exchange.toNanos(), "only by the deadline");
      assertTrue(loopback.counters().events(Event.TCP_EVICTED) > 0);
    }
  }

  private static boolean served(Loopback loopback) {
    try (Socket socket = loopback.connect()) {
      socket.getOutputStream().write(framedQuery(3));
      return Loopback.readFramed(socket).getHeader().getID() == 3;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void whatIsNoQueryEndsTheConnectionAfterTheAnswersBefore() throws IOException {
    byte[] tooLong = {(byte) 0xff, (byte) 0xff};
    byte[] empty = {0, 0};
    byte[] response = framedQuery(5);
    response[4] |= (byte) 0x80;
    try (Loopback loopback = new Loopback(Loopback.config(8, LONG, LONG))) {
      for (byte[] bad : List.of(tooLong, empty, response)) {
        try (Socket socket = loopback.connect()) {
          ByteArrayOutputStream both = new ByteArrayOutputStream();
          both.writeBytes(framedQuery(4));
          both.writeBytes(bad);
          socket.getOutputStream().write(both.toByteArray());
          assertEquals(4, Loopback.readFramed(socket).getHeader().getID());
          assertEquals(END, socket.getInputStream().read());
        }
      }
      assertEquals(3, loopback.counters().events(Event.TCP_PROTOCOL_ERROR));
    }
  }
}
