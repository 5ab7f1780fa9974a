package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Message;

/** CNAMEs are followed while they lead to zones of ours (RFC 1034 section 4.3.2). */
class AliasTest {
  private final Ask ask = new Ask(Example.table());

  @Test
  void followedWithinTheZone() {
    assertEquals(
        List.of("alias.vip.example. 120 CNAME db.vip.example.", "db.vip.example. 5 A 198.51.100.7"),
        Ask.answers(ask.ask("alias.vip.example.", RrType.A)));
  }

  @Test
  void followedIntoAZoneBelowAndOneAbove() {
    assertEquals(
        List.of(
            "down.vip.example. 120 CNAME host.deep.sub.vip.example.",
            "host.deep.sub.vip.example. 30 A 192.0.2.9"),
        Ask.answers(ask.ask("down.vip.example.", RrType.A)));
    assertEquals(
        List.of(
            "back.deep.sub.vip.example. 30 CNAME alias.vip.example.",
            "alias.vip.example. 120 CNAME db.vip.example.",
            "db.vip.example. 5 A 198.51.100.7"),
        Ask.answers(ask.ask("back.deep.sub.vip.example.", RrType.A)));
  }

  @Test
  void theSoaBehindAnAliasIsThatOfTheLastZone() {
    Message down = ask.ask("down.vip.example.", RrType.AAAA);
    Ask.assertRcode(Rcode.NOERROR, down);
    assertEquals(1, Ask.answers(down).size());
    assertTrue(Ask.authority(down).get(0).startsWith("deep.sub.vip.example. 60 SOA "));

    Message back = ask.ask("back.deep.sub.vip.example.", RrType.AAAA);
    assertEquals(2, Ask.answers(back).size());
    assertTrue(Ask.authority(back).get(0).startsWith("vip.example. 5 SOA "));
  }

  @Test
  void endsWhereOurZonesEnd() {
    Message response = ask.ask("away.vip.example.", RrType.A);
    Ask.assertRcode(Rcode.NOERROR, response);
    assertEquals(List.of("away.vip.example. 120 CNAME www.elsewhere.test."), Ask.answers(response));
    assertEquals(List.of(), Ask.authority(response));
  }

  @Test
  void theCodeIsThatOfTheTarget() {
    Message response = ask.ask("dangling.vip.example.", RrType.A);
    Ask.assertRcode(Rcode.NXDOMAIN, response);
    assertEquals(1, Ask.answers(response).size());
    assertEquals(1, Ask.authority(response).size());
  }

  @Test
  void anAliasOfAStaleNameFailsLikeIt() {
    Message response = ask.at(Example.STALE_AFTER).ask("alias.vip.example.", RrType.A);
    Ask.assertRcode(Rcode.SERVFAIL, response);
    assertEquals(List.of(), Ask.answers(response));
  }

  @Test
  void eightInARowAreFollowed() {
    ZoneBuilder zone = Example.emptyZone().records("h8.vip.example.", 60, Rdata.address("::1"));
    for (int i = 0; i < 8; i++) {
      String next = "h" + (i + 1) + ".vip.example.";
      zone.records("h" + i + ".vip.example.", 60, Example.cname(next));
    }
    Message response = new Ask(Example.tableOf(zone.build())).ask("h0.vip.example.", RrType.AAAA);
    assertEquals(9, Ask.answers(response).size());
    assertEquals("h8.vip.example. 60 AAAA 0:0:0:0:0:0:0:1", Ask.answers(response).get(8));
  }
}
