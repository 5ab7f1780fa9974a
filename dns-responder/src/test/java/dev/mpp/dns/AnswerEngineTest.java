package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What the table says, seen through a query. */
class AnswerEngineTest {
  private static final String SOA_60 =
      "vip.example. 60 SOA ns1.vip.example. hostmaster.elsewhere.test. 7 3600 600 86400 60";

  private final Ask ask = new Ask(Example.table());

  private static void assertBare(Message response) {
    assertEquals(List.of(), Ask.authority(response));
    assertEquals(List.of(), Ask.texts(response, Section.ADDITIONAL));
  }

  @ParameterizedTest
  @CsvSource({
    "ns1.vip.example., A, ns1.vip.example. 3600 A 192.0.2.53",
    "ns1.vip.example., AAAA, ns1.vip.example. 3600 AAAA 2001:db8:0:0:0:0:0:53",
    "db.vip.example., A, db.vip.example. 5 A 198.51.100.7",
    "db.vip.example., TXT, db.vip.example. 5 TXT epoch=7 active=site2",
    "db.vip.example., HINFO, db.vip.example. 900 HINFO \"x\" \"y\"",
    "alias.vip.example., CNAME, alias.vip.example. 120 CNAME db.vip.example.",
    "_mysql._tcp.db.vip.example., SRV,"
        + " _mysql._tcp.db.vip.example. 5 SRV 0 10 3306 db.vip.example."
  })
  void answersWithTheRecordsAndNothingElse(String name, String type, String expected) {
    Message response = ask.ask(name, Type.value(type));
    Ask.assertRcode(Rcode.NOERROR, response);
    assertTrue(Ask.authoritative(response));
    assertEquals(List.of(expected), Ask.answers(response));
    assertBare(response);
  }

  @Test
  void answersForTheApex() {
    Message soa = ask.ask("vip.example.", RrType.SOA);
    assertEquals(List.of(SOA_60.replace(" 60 SOA", " 300 SOA")), Ask.answers(soa));
    assertBare(soa);
    assertEquals(
        List.of("vip.example. 3600 NS ns1.vip.example.", "vip.example. 3600 NS ns.elsewhere.test."),
        Ask.answers(ask.ask("vip.example.", RrType.NS)));
  }

  @ParameterizedTest
  @CsvSource({
    "ns1.vip.example., MX",
    "vip.example., A",
    "very.deep.vip.example., A", // an empty non-terminal exists
    "deep.vip.example., ANY",
    "_tcp.db.vip.example., SRV",
    "sub.vip.example., A", // only a zone further down lies below it
    "ns1.vip.example., TYPE65280"
  })
  void noDataIsNoErrorWithSoa(String name, String type) {
    assertNegative(Rcode.NOERROR, ask.ask(name, Type.value(type)));
  }

  @ParameterizedTest
  @CsvSource({
    "nope.vip.example., A",
    "x.db.vip.example., A",
    "b.very.deep.vip.example., ANY",
    "\\000.vip.example., NS"
  })
  void noNameIsNxdomainWithSoa(String name, String type) {
    assertNegative(Rcode.NXDOMAIN, ask.ask(name, Type.value(type)));
  }

  private static void assertNegative(Rcode rcode, Message response) {
    Ask.assertRcode(rcode, response);
    assertTrue(Ask.authoritative(response));
    assertEquals(List.of(), Ask.answers(response));
    assertEquals(List.of(SOA_60), Ask.authority(response));
  }

  @ParameterizedTest
  @CsvSource({"example., A", "elsewhere.test., SOA", "., NS", "notvip.example., A"})
  void otherZonesAreRefused(String name, String type) {
    Message response = ask.ask(name, Type.value(type));
    Ask.assertRcode(Rcode.REFUSED, response);
    assertFalse(Ask.authoritative(response));
    assertBare(response);
  }

  @Test
  void theEmptyTableRefusesEverything() {
    Message response = new Ask(AnswerTable.empty()).ask("db.vip.example.", RrType.A);
    Ask.assertRcode(Rcode.REFUSED, response);
  }

  @Test
  void anyGivesOneSet() {
    assertEquals(
        List.of("ns1.vip.example. 3600 A 192.0.2.53"),
        Ask.answers(ask.ask("ns1.vip.example.", RrType.ANY)));
    assertEquals(
        List.of("alias.vip.example. 120 CNAME db.vip.example."),
        Ask.answers(ask.ask("alias.vip.example.", RrType.ANY)));
  }

  @Test
  void aRootZoneAnswersToo() {
    Zone root =
        Zone.builder(".", 300, Example.SOA)
            .ns(60, "ns.elsewhere.test.")
            .records("ns.elsewhere.test.", 60, Rdata.address("192.0.2.1"))
            .records("alias.", 60, Example.cname("ns.elsewhere.test."))
            .build();
    Ask asked = new Ask(Example.tableOf(root));
    assertEquals(
        List.of("alias. 60 CNAME ns.elsewhere.test.", "ns.elsewhere.test. 60 A 192.0.2.1"),
        Ask.answers(asked.ask("alias.", RrType.A)));
    Ask.assertRcode(Rcode.NXDOMAIN, asked.ask("nope.", RrType.A));
    assertEquals(1, asked.ask(".", RrType.SOA).getSection(Section.ANSWER).size());
  }

  @Test
  void addressesTakeTurnsByQueryId() {
    Rdata[] three = {
      Rdata.address("192.0.2.1"), Rdata.address("192.0.2.2"), Rdata.address("192.0.2.3")
    };
    Zone zone = Example.emptyZone().records("ro.vip.example.", 1, three).build();
    Ask asked = new Ask(Example.tableOf(zone));
    Set<String> first = new HashSet<>();
    for (int id = 0; id < 3; id++) {
      Message query = Ask.query("ro.vip.example.", RrType.A);
      query.getHeader().setID(id);
      List<String> answers = Ask.answers(asked.ask(query));
      assertEquals(3, new HashSet<>(answers).size());
      first.add(answers.get(0));
    }
    assertEquals(3, first.size());
  }
}
