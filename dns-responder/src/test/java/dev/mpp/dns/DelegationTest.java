package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Zone cuts: what lies below is another server's. */
class DelegationTest {
  private static final Rdata ADDRESS = Rdata.address("192.0.2.77");
  private static final List<String> SERVERS =
      List.of(
          "child.vip.example. 600 NS ns.child.vip.example.",
          "child.vip.example. 600 NS ns.elsewhere.test.");
  private static final List<String> GLUE =
      List.of(
          "ns.child.vip.example. 600 A 192.0.2.77",
          "ns.child.vip.example. 600 AAAA 2001:db8:0:0:0:0:0:77");

  private static Rdata ns(String host) {
    return new Rdata.Ns(DnsName.of(host));
  }

  private static ZoneBuilder zone() {
    return Example.emptyZone()
        .records("child.vip.example.", 600, ns("ns.child.vip.example."), ns("ns.elsewhere.test."))
        .records("ns.child.vip.example.", 600, ADDRESS, Rdata.address("2001:db8::77"))
        .records("child.vip.example.", 300, new Rdata.Opaque(RrType.DS, new byte[] {0, 1, 13, 2}))
        .records("into.vip.example.", 60, Example.cname("www.child.vip.example."));
  }

  private final Ask ask = new Ask(Example.tableOf(zone().build()));

  @ParameterizedTest
  @CsvSource({
    "child.vip.example., A",
    "child.vip.example., NS",
    "child.vip.example., ANY",
    "www.child.vip.example., A",
    "a.b.c.child.vip.example., TXT",
    "ns.child.vip.example., A", // glue is told in referrals only
    "www.child.vip.example., DS"
  })
  void whatLiesAtOrBelowTheCutIsReferred(String name, String type) {
    Message response = ask.ask(name, Type.value(type));
    Ask.assertRcode(Rcode.NOERROR, response);
    assertFalse(Ask.authoritative(response));
    assertEquals(List.of(), Ask.answers(response));
    assertEquals(SERVERS, Ask.authority(response));
    assertEquals(GLUE, Ask.texts(response, Section.ADDITIONAL));
  }

  @Test
  void dsAtTheCutIsOurs() {
    Message response = ask.ask("child.vip.example.", Type.DS);
    assertTrue(Ask.authoritative(response));
    assertEquals(1, Ask.answers(response).size());
    assertEquals(List.of(), Ask.authority(response));
  }

  @Test
  void anAliasIntoTheChildIsFollowedToTheCut() {
    Message response = ask.ask("into.vip.example.", RrType.A);
    assertTrue(Ask.authoritative(response), "for the alias");
    assertEquals(
        List.of("into.vip.example. 60 CNAME www.child.vip.example."), Ask.answers(response));
    assertEquals(SERVERS, Ask.authority(response));
    assertEquals(GLUE, Ask.texts(response, Section.ADDITIONAL));
  }

  @Test
  void namesBesideTheCutAreOurs() {
    Ask.assertRcode(Rcode.NXDOMAIN, ask.ask("xchild.vip.example.", RrType.A));
    Ask.assertRcode(Rcode.NXDOMAIN, ask.ask("hild.vip.example.", RrType.A));
  }

  /** RFC 9471: all of the glue or TC. */
  @Test
  void aReferralWithoutRoomForItsGlueIsTruncated() {
    ZoneBuilder zone = Example.emptyZone();
    IntStream.range(0, 20)
        .mapToObj(i -> "ns" + i + ".child.vip.example.")
        .forEach(
            host -> zone.records("child.vip.example.", 60, ns(host)).records(host, 60, ADDRESS));
    Ask asked = new Ask(Example.tableOf(zone.build()));
    Message udp = asked.ask("child.vip.example.", RrType.A);
    assertTrue(Ask.truncated(udp));
    assertEquals(0, Ask.authority(udp).size());
    Message tcp = asked.over(Transport.TCP).ask("child.vip.example.", RrType.A);
    assertEquals(20, Ask.authority(tcp).size());
    assertEquals(20, Ask.texts(tcp, Section.ADDITIONAL).size());
  }

  @Test
  void theChildMayBeServedHereToo() {
    Zone child =
        Zone.builder("child.vip.example.", 60, Example.soa(1))
            .ns(600, "ns.child.vip.example.")
            .records("ns.child.vip.example.", 600, ADDRESS)
            .build();
    Zone parent =
        Example.emptyZone().records("child.vip.example.", 600, ns("ns.elsewhere.test.")).build();
    Ask both = new Ask(AnswerTable.builder().zone(parent).zone(child).build());
    Message response = both.ask("ns.child.vip.example.", RrType.A);
    assertTrue(Ask.authoritative(response));
    assertEquals(List.of("ns.child.vip.example. 600 A 192.0.2.77"), Ask.answers(response));
  }

  private static void assertRefused(String reason, ZoneBuilder zone) {
    String message = assertThrows(IllegalArgumentException.class, zone::build).getMessage();
    assertTrue(String.valueOf(message).contains(reason), message);
  }

  @Test
  void whatTheChildAloneCanSayIsRefused() {
    Rdata txt = new Rdata.Txt("x");
    assertRefused("delegate", zone().records("child.vip.example.", 60, txt));
    assertRefused("delegate", zone().records("x.child.vip.example.", 60, txt));
    assertRefused(
        "delegate", zone().live("x.child.vip.example.", 60, Liveness.lease(1, 2), ADDRESS));
    assertRefused(
        "nobody could find it",
        Example.emptyZone().records("lost.vip.example.", 60, ns("ns.lost.vip.example.")));
    assertRefused("delegate", zone().records("b.child.vip.example.", 60, ns("ns.elsewhere.test.")));
  }
}
