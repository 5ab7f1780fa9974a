package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;

/** One table, never replaced: what it answers changes as its deadlines pass. */
class LiveNameTest {
  private static final String DB = "db.vip.example.";
  private final Ask ask = new Ask(Example.table());

  @Test
  void theTtlCountsDownThenTheNameFails() {
    StringBuilder story = new StringBuilder();
    for (int second = 3; second <= 17; second++) {
      Message response = ask.at(second * Example.SECOND).ask(DB, RrType.A);
      List<String> answers = Ask.answers(response);
      story.append(
          answers.isEmpty()
              ? " " + org.xbill.DNS.Rcode.string(response.getRcode())
              : " " + response.getSection(Section.ANSWER).get(0).getTTL());
    }
    assertEquals(" 5 5 5 4 3 2 1 0 0 0 0 0 0 SERVFAIL SERVFAIL", story.toString());
  }

  @Test
  void theTtlIsRoundedDown() {
    Message response = ask.at(Example.LEASE_END - 1).ask(DB, RrType.A);
    assertEquals(List.of(DB + " 0 A 198.51.100.7"), Ask.answers(response));
  }

  @Test
  void everyLiveTypeFailsOnceStale() {
    ask.at(Example.STALE_AFTER);
    for (int type : new int[] {RrType.A, RrType.AAAA, RrType.TXT, 15}) {
      Message response = ask.ask(DB, type);
      Ask.assertRcode(Rcode.SERVFAIL, response);
      assertFalse(Ask.authoritative(response));
      assertEquals(List.of(), Ask.authority(response));
    }
    Ask.assertRcode(Rcode.SERVFAIL, ask.ask("_mysql._tcp." + DB, RrType.SRV));
  }

  @ParameterizedTest
  @CsvSource({
    "vip.example., 6, NOERROR, 1",
    "vip.example., 2, NOERROR, 2",
    "vip.example., 1, NOERROR, 0",
    "ns1.vip.example., 1, NOERROR, 1",
    "ns1.vip.example., 15, NOERROR, 0",
    "db.vip.example., 13, NOERROR, 1", // a static record at the live name itself
    "db.vip.example., 255, NOERROR, 1",
    "nope.vip.example., 1, NXDOMAIN, 0",
    "nope.db.vip.example., 1, NXDOMAIN, 0",
    "away.vip.example., 1, NOERROR, 1"
  })
  void nothingElseInTheZoneIsAffected(String name, int type, Rcode rcode, int answers) {
    Message response = ask.at(Example.STALE_AFTER + Example.SECOND).ask(name, type);
    Ask.assertRcode(rcode, response);
    assertTrue(Ask.authoritative(response));
    assertEquals(answers, Ask.answers(response).size());
  }

  @Test
  void anUnknownNameFailsFromTheStart() {
    Ask.assertRcode(Rcode.SERVFAIL, ask.at(0).ask("fresh.vip.example.", RrType.A));
    Ask.assertRcode(Rcode.SERVFAIL, ask.at(0).ask("fresh.vip.example.", RrType.ANY));
  }

  /** Otherwise a resolver could believe for a minute that a promoted site has no IPv6 address. */
  @ParameterizedTest
  @CsvSource({"db.vip.example., 28", "empty.vip.example., 1"})
  void noSuchTypeDoesNotOutliveTheLease(String name, int type) {
    assertNegativeTtl(5, ask.at(Example.LEASE_END - 90 * Example.SECOND).ask(name, type));
    assertNegativeTtl(3, ask.at(Example.LEASE_END - 3 * Example.SECOND).ask(name, type));
    assertNegativeTtl(0, ask.at(Example.LEASE_END).ask(name, type));
    Ask.assertRcode(Rcode.SERVFAIL, ask.at(Example.STALE_AFTER).ask(name, type));
  }

  private static void assertNegativeTtl(long seconds, Message response) {
    Ask.assertRcode(Rcode.NOERROR, response);
    assertEquals(List.of(), Ask.answers(response));
    assertEquals(seconds, response.getSection(Section.AUTHORITY).get(0).getTTL());
  }

  @Test
  void aLiveApexKeepsItsSoaAndNsWhenStale() {
    Liveness lease = Liveness.lease(1, 2);
    Zone zone =
        Zone.builder("db.example", 300, Example.SOA)
            .ns(60, "ns.elsewhere.test")
            .live("db.example", 1, lease, Rdata.address("192.0.2.1"))
            .build();
    Ask asked = new Ask(Example.tableOf(zone)).at(2);
    Ask.assertRcode(Rcode.SERVFAIL, asked.ask("db.example.", RrType.A));
    assertEquals(1, Ask.answers(asked.ask("db.example.", RrType.SOA)).size());
    assertEquals(1, Ask.answers(asked.ask("db.example.", RrType.NS)).size());
    assertEquals(
        List.of("db.example. 60 NS ns.elsewhere.test."),
        Ask.answers(asked.ask("db.example.", RrType.ANY)));
  }

  @Test
  void lastKnownAnswersForEverWithTtlZero() {
    Liveness lease = new Liveness.Lease(1, 2, StalePolicy.LAST_KNOWN);
    Zone zone = Example.emptyZone().live(DB, 5, lease, Rdata.address("192.0.2.1")).build();
    Ask asked = new Ask(Example.tableOf(zone)).at(1000 * Example.SECOND);
    assertEquals(List.of(DB + " 0 A 192.0.2.1"), Ask.answers(asked.ask(DB, RrType.A)));
  }
}
