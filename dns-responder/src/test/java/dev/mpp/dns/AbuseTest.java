package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.dns.DnsCounters.Event;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Message;

/**
 * A small slice of {@code bench/dns/abuse.py}: a flood from many addresses of a few networks and a
 * slow-loris at once; real clients are served all the same, and what is kept stays in its bounds.
 */
@Timeout(120)
class AbuseTest {
  private static final int ROUNDS = 40;
  private static final int FLOOD_A_ROUND = 200;
  private static final int CONNECTIONS = 32;
  private static final int TRIES = 8;
  private static final int PATIENCE_MILLIS = 1000;

  private final Random random = new Random(7);

  @Test
  void realClientsAreServedDuringAFloodAndASlowLoris() throws Exception {
    DnsResponderConfig config =
        Loopback.config("127.0.0.1")
            .withTcp(
                new TcpLimits(
                    CONNECTIONS, CONNECTIONS, Duration.ofSeconds(10), Duration.ofMillis(400)))
            .withLimit(new RateLimit(20, 5, 5000, 2, AccessList.of(List.of("127.9.9.9"))));
    List<Socket> slow = new ArrayList<>();
    List<DatagramSocket> floods = new ArrayList<>();
    int served = 0;
    try (Loopback loopback = new Loopback(config)) {
      for (int i = 0; i < 16; i++) {
        floods.add(socket("127.2." + i % 4 + "." + (1 + i), loopback.address()));
      }
      for (int round = 0; round < ROUNDS; round++) {
        slow.add(drip(loopback));
        slow.add(drip(loopback));
        flood(floods);
        served += overUdp(loopback) ? 1 : 0;
        served += overTcp(loopback) ? 1 : 0;
        assertTrue(loopback.responder.tcpConnections() <= CONNECTIONS);
      }
      assertTrue(served >= 2 * ROUNDS * 95 / 100, "served " + served + " of " + 2 * ROUNDS);
      assertTrue(loopback.counters().events(Event.LIMITED) > 0, "nothing was limited");
      assertTrue(loopback.counters().events(Event.SLIPPED) > 0, "nothing slipped");
      long closed =
          loopback.counters().events(Event.TCP_EVICTED)
              + loopback.counters().events(Event.TCP_TIMED_OUT);
      assertTrue(closed > 0, "no slow connection was closed");
      assertEquals(0, loopback.counters().events(Event.INTERNAL_ERROR));
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
      floods.forEach(DatagramSocket::close);
    }
  }

  private static DatagramSocket socket(String from, InetSocketAddress to) throws IOException {
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    socket.connect(to);
    return socket;
  }

  private void flood(List<DatagramSocket> floods) throws IOException {
    for (int i = 0; i < FLOOD_A_ROUND; i++) {
      String label = random.nextBoolean() ? "db" : "x" + random.nextInt();
      byte[] query = Ask.query(label + ".vip.example.", RrType.A).toWire();
      floods.get(random.nextInt(floods.size())).send(new DatagramPacket(query, query.length));
    }
  }

  /** A connection that begins a query and goes on with nothing. */
  private static Socket drip(Loopback loopback) throws IOException {
    Socket socket = loopback.connect();
    socket.getOutputStream().write(0);
    return socket;
  }

  /** As a resolver does: asks again, and over TCP when it is told to. */
  private static boolean overUdp(Loopback loopback) throws IOException {
    Message query = Ask.query("db.vip.example.", RrType.A);
    byte[] wire = query.toWire();
    try (DatagramSocket socket = socket("127.9.9.9", loopback.address())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      for (int i = 0; i < TRIES; i++) {
        socket.send(new DatagramPacket(wire, wire.length));
        DatagramPacket answer = new DatagramPacket(new byte[512], 512);
        try {
          socket.receive(answer);
          return Ask.answers(new Message(Arrays.copyOf(answer.getData(), answer.getLength())))
                  .size()
              == 1;
        } catch (SocketTimeoutException e) {
          // lost behind the flood: once more
        }
      }
    }
    return false;
  }

  private static boolean overTcp(Loopback loopback) {
    for (int i = 0; i < TRIES; i++) {
      try (Socket socket = loopback.connect()) {
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket
            .getOutputStream()
            .write(Loopback.framed(Ask.query("db.vip.example.", RrType.A).toWire()));
        return Ask.answers(Loopback.readFramed(socket)).size() == 1;
      } catch (IOException e) {
        // refused, or closed to make room: once more
      }
    }
    return false;
  }
}
