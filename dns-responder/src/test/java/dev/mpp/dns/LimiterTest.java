package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.dns.DnsCounters.Event;
import dev.mpp.dns.ResponseLimiter.Verdict;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;

/** How much one network can draw. */
class LimiterTest {
  private static final long SECOND = 1_000_000_000L;
  private static final AccessList NOBODY = AccessList.of(List.of());
  private static final RateLimit LIMIT = new RateLimit(100, 20, 50, 2, NOBODY);

  private final ResponseLimiter limiter = new ResponseLimiter(LIMIT);

  private static Client client(String address) {
    return new Client().from(InetAddress.ofLiteral(address));
  }

  /** How many of {@code count} responses within one second are sent. */
  private int sent(Client client, Rcode rcode, int subject, long second, int count) {
    int sent = 0;
    for (int i = 0; i < count; i++) {
      long now = second * SECOND + SECOND / count * i;
      sent += limiter.judge(client, rcode, subject, now, i) == Verdict.SEND ? 1 : 0;
    }
    return sent;
  }

  private static void assertAbout(int expected, int actual) {
    assertTrue(Math.abs(expected - actual) <= 3, expected + " expected, " + actual);
  }

  @Test
  void aNetworkGetsASecondsWorthAndThenTheRate() {
    Client client = client("192.0.2.1");
    assertAbout(199, sent(client, Rcode.NOERROR, 7, 10, 1000));
    assertAbout(100, sent(client("192.0.2.99"), Rcode.NOERROR, 7, 11, 1000));
    assertAbout(199, sent(client, Rcode.NOERROR, 8, 11, 1000));
    assertAbout(199, sent(client("198.51.100.1"), Rcode.NOERROR, 7, 11, 1000));
    assertEquals(90, sent(client, Rcode.NOERROR, 7, 20, 90), "who asks less is not limited");
  }

  @Test
  void errorsOfANetworkShareALimitAndAllOfThemOne() {
    assertAbout(39, sent(client("192.0.2.1"), Rcode.REFUSED, 1, 10, 500));
    assertAbout(20, sent(client("192.0.2.1"), Rcode.FORMERR, 2, 11, 500));
    int sent = 0;
    for (int i = 0; i < 2000; i++) {
      Client made = new Client().set(0, Client.MAPPED << 32 | (long) i << 8);
      sent +=
          limiter.judge(made, Rcode.REFUSED, 0, 20 * SECOND + i * SECOND / 2000, i) == Verdict.SEND
              ? 1
              : 0;
    }
    assertAbout(99, sent);
  }

  @Test
  void everySecondOneOverTheLimitSlips() {
    Client client = client("192.0.2.1");
    int[] seen = new int[Verdict.values().length];
    for (int i = 0, over = 0; i < 1100; i++) {
      Verdict verdict = limiter.judge(client, Rcode.NOERROR, 7, 10 * SECOND, over);
      over += verdict == Verdict.SEND ? 0 : 1;
      seen[verdict.ordinal()]++;
    }
    assertEquals(List.of(100, 500, 500), Arrays.stream(seen).boxed().toList());
  }

  /** A flood under made-up addresses must not push out who is there all the time. */
  @Test
  void aFloodOfOthersDoesNotHelpAnybodyOverTheLimit() {
    Client loud = client("192.0.2.1");
    Random random = new Random(5);
    int sent = 0;
    for (int i = 0; i < 200_000; i++) {
      long now = 100 * SECOND + i * 10_000L; // two seconds in all
      Client other = new Client().set(0, Client.MAPPED << 32 | random.nextInt() & 0xffff_ffffL);
      var unused = limiter.judge(other, Rcode.NOERROR, 7, now, i);
      if (i % 100 == 0) {
        sent += limiter.judge(loud, Rcode.NOERROR, 7, now, i) == Verdict.SEND ? 1 : 0;
      }
    }
    // 2,000 asked in two seconds at 100 a second; what was pushed out starts anew.
    assertTrue(sent < 600, "sent " + sent);
  }

  @Test
  void overSocketsTheRestIsDroppedOrSentToTcpAndCookiesArePassed() throws Exception {
    DnsResponderConfig config =
        Loopback.config("127.0.0.1")
            .withUdp(UdpIo.best(), 1)
            .withCookies(ServerCookies.of(List.of(new byte[16])))
            .withLimit(new RateLimit(1, 1, 1, 2, NOBODY));
    try (Loopback loopback = new Loopback(config)) {
      Message query = Ask.query("db.vip.example.", RrType.A);
      Ask.assertRcode(Rcode.NOERROR, loopback.udp(query));
      Message turnedAway = loopback.udp(query); // the clock stands: the first one over slips
      assertTrue(Ask.truncated(turnedAway));
      assertEquals(0, Ask.answers(turnedAway).size());
      assertEquals(1, Ask.answers(loopback.tcp(query)).size());
      assertEquals(1, loopback.counters().events(Event.SLIPPED));
      assertDropped(loopback, query);

      Message withCookie = cookieQuery(new byte[8]);
      Message bad = loopback.udp(withCookie);
      Ask.assertRcode(Rcode.BADCOOKIE, bad);
      byte[] cookie = cookieOf(bad);
      for (int i = 0; i < 5; i++) {
        assertEquals(1, Ask.answers(loopback.udp(cookieQuery(cookie))).size());
      }
      assertEquals(5, loopback.counters().events(Event.COOKIE_VALID));
    }
  }

  private static Message cookieQuery(byte[] cookie) {
    Message query = Ask.query("db.vip.example.", RrType.A);
    query.addRecord(
        new OPTRecord(1232, 0, 0, 0, new GenericEDNSOption(10, cookie)), Section.ADDITIONAL);
    return query;
  }

  private static byte[] cookieOf(Message response) {
    OPTRecord opt = java.util.Objects.requireNonNull(response.getOPT());
    byte[] option = opt.getOptions(10).getFirst().toWire();
    return Arrays.copyOfRange(option, 4, option.length);
  }

  private static void assertDropped(Loopback loopback, Message query) throws Exception {
    byte[] wire = query.toWire();
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(loopback.address());
      socket.send(new DatagramPacket(wire, wire.length));
      Eventually.eventually("dropped", () -> loopback.counters().events(Event.LIMITED) == 1);
      socket.setSoTimeout(1);
      org.junit.jupiter.api.Assertions.assertThrows(
          SocketTimeoutException.class,
          () -> socket.receive(new DatagramPacket(new byte[512], 512)));
    }
  }
}
