package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Every kind of answer, its signatures verified one by one. */
class SignedAnswersTest {
  private static final int DO = SignedExample.DO;
  private static final int CO = SignedExample.CO;

  private final SignedExample example = SignedExample.ofOneKey();
  private final Ask ask = new Ask(example.table);
  private final Validator validator = example.validator();

  private Message signed(String name, int type) {
    return ask.ask(SignedExample.query(name, type, DO));
  }

  @ParameterizedTest
  @CsvSource({
    "db.vip.example., A",
    "db.vip.example., TXT",
    "db.vip.example., HINFO",
    "DB.ViP.eXaMpLe., A",
    "ro.vip.example., A",
    "_mysql._tcp.db.vip.example., SRV",
    "srv.vip.example., SRV",
    "mail.vip.example., MX",
    "ns1.vip.example., AAAA",
    "a.very.deep.vip.example., A",
    "vip.example., SOA",
    "vip.example., NS",
    "vip.example., DNSKEY",
    "vip.example., CDS",
    "vip.example., CDNSKEY",
    "vip.example., ANY",
    "db.vip.example., ANY",
    "alias.vip.example., CNAME",
    "alias.vip.example., A",
    "MIXED.vip.example., TXT",
    "away.vip.example., A",
    "signed.vip.example., DS",
    "db.vip.example., NSEC",
    "very.deep.vip.example., NSEC",
    "no.such.vip.example., NSEC"
  })
  void whatThereIsIsSigned(String name, String type) {
    for (Transport by : Transport.values()) {
      Message response = ask.over(by).ask(SignedExample.query(name, Type.value(type), DO));
      Ask.assertRcode(Rcode.NOERROR, response);
      assertFalse(Ask.truncated(response));
      validator.assertAnswerSigned(response, example.instant());
      assertTrue((response.getOPT().getFlags() & DO) != 0);
      assertFalse(response.getHeader().getFlag(Flags.AD));
    }
  }

  @ParameterizedTest
  @EnumSource(DnssecAlgorithm.class)
  void bothAlgorithms(DnssecAlgorithm algorithm) {
    SignedExample other = new SignedExample(List.of(SignedExample.csk(algorithm)));
    Message response =
        new Ask(other.table).ask(SignedExample.query("db.vip.example.", RrType.A, DO));
    other.validator().assertAnswerSigned(response, other.instant());
    RRSIGRecord sig = response.getSectionRRsets(Section.ANSWER).getFirst().sigs().getFirst();
    assertEquals(algorithm.number(), sig.getAlgorithm());
  }

  @ParameterizedTest
  @CsvSource({
    "db.vip.example., AAAA",
    "Db.vIp.example., AAAA",
    "empty.vip.example., A",
    "vip.example., A",
    "vip.example., DS",
    "very.deep.vip.example., TXT",
    "sub.vip.example., A",
    "deep.sub.vip.example., DS",
    "unsigned.vip.example., DS",
    "alias.vip.example., AAAA",
    "ns1.vip.example., TYPE65280"
  })
  void whatThereIsNotOfANameIsDenied(String name, String type) throws Exception {
    Message response = signed(name, Type.value(type));
    Ask.assertRcode(Rcode.NOERROR, response);
    Name owner =
        name.startsWith("alias") ? Name.fromString("db.vip.example.") : Name.fromString(name);
    NSECRecord nsec = validator.assertDenied(response, owner, Type.value(type), example.instant());
    assertFalse(nsec.hasType(RrType.NXNAME));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nosuch.vip.example.",
        "NoSuch.vip.example.",
        "a.b.c.d.vip.example.",
        "*.vip.example.",
        "x.db.vip.example.",
        "_tcp.alias.vip.example."
      })
  void noSuchName(String name) throws Exception {
    Message plain = ask.ask(name, RrType.A);
    Ask.assertRcode(Rcode.NXDOMAIN, plain);
    assertEquals(1, Ask.authority(plain).size());
    Message response = signed(name, RrType.A);
    Ask.assertRcode(Rcode.NOERROR, response);
    Name owner = Name.fromString(name);
    NSECRecord nsec = validator.assertDenied(response, owner, RrType.A, example.instant());
    assertTrue(nsec.hasType(RrType.NXNAME));
    assertEquals("\\000." + name.toLowerCase(java.util.Locale.ROOT), nsec.getNext().toString());
    assertEquals(0, response.getOPT().getFlags() & CO);
  }

  /** RFC 9824 section 5.1. */
  @Test
  void whoSaysCompactOkGetsNxdomain() throws Exception {
    Message response = ask.ask(SignedExample.query("nosuch.vip.example.", RrType.A, DO | CO));
    Ask.assertRcode(Rcode.NXDOMAIN, response);
    assertEquals(DO | CO, response.getOPT().getFlags());
    Name name = Name.fromString("nosuch.vip.example.");
    validator.assertDenied(response, name, RrType.A, example.instant());
    Message exists = ask.ask(SignedExample.query("db.vip.example.", RrType.AAAA, DO | CO));
    Ask.assertRcode(Rcode.NOERROR, exists);
    Message unwanted = ask.ask(SignedExample.query("nosuch.vip.example.", RrType.A, CO));
    assertEquals(0, unwanted.getOPT().getFlags());
    Ask.assertRcode(Rcode.FORMERR, signed("db.vip.example.", RrType.NXNAME));
  }

  @Test
  void anAliasWithoutATarget() throws Exception {
    Message response = signed("nowhere-near.vip.example.", RrType.A);
    validator.assertAnswerSigned(response, example.instant());
    Name target = Name.fromString("a.b.c.vip.example.");
    NSECRecord nsec = validator.assertDenied(response, target, RrType.A, example.instant());
    assertTrue(nsec.hasType(RrType.NXNAME));
  }

  @Test
  void aReferralSaysWhetherTheChildIsSigned() {
    Message response = signed("www.signed.vip.example.", RrType.A);
    List<RRset> authority = response.getSectionRRsets(Section.AUTHORITY);
    assertEquals(List.of(Type.NS, Type.DS), authority.stream().map(RRset::getType).toList());
    validator.assertSigned(authority.get(1), example.instant());
    assertEquals(List.of(), authority.getFirst().sigs()); // the child's to sign

    Message unsigned = signed("www.unsigned.vip.example.", RrType.A);
    authority = unsigned.getSectionRRsets(Section.AUTHORITY);
    assertEquals(List.of(Type.NS, Type.NSEC), authority.stream().map(RRset::getType).toList());
    validator.assertSigned(authority.get(1), example.instant());
    NSECRecord nsec = (NSECRecord) authority.get(1).first();
    assertTrue(nsec.hasType(Type.NS) && !nsec.hasType(Type.DS) && !nsec.hasType(Type.SOA));
    assertEquals("unsigned\\000.vip.example.", nsec.getNext().toString());
    assertEquals(
        1,
        Ask.texts(unsigned, Section.ADDITIONAL).stream().filter(t -> t.startsWith("ns.")).count());
    assertTrue(
        Ask.texts(ask.ask("www.signed.vip.example.", RrType.A), Section.AUTHORITY).size() == 1);
  }

  /** Whoever does not ask for signatures sees the zone as if nobody signed it. */
  @Test
  void nothingIsSignedUnasked() {
    Ask plain =
        new Ask(
            AnswerTable.builder()
                .zone(SignedExample.zone().build())
                .zone(Example.subzone())
                .build());
    for (String name : List.of("db", "nosuch", "alias", "ro", "www.unsigned", "empty", "fresh")) {
      for (int type : new int[] {RrType.A, RrType.AAAA, RrType.TXT, RrType.ANY, RrType.DS}) {
        Message query = Ask.ednsQuery(name + ".vip.example.", type, 1232);
        assertEquals(
            java.util.HexFormat.of().formatHex(plain.askRaw(query.toWire())),
            java.util.HexFormat.of().formatHex(ask.askRaw(query.toWire())));
      }
    }
    Message keys = ask.ask("vip.example.", RrType.DNSKEY);
    assertEquals(1, keys.getSection(Section.ANSWER).size());
    assertNull(keys.getOPT());
  }

  @Test
  void theOrderOfRecordsIsNotSigned() {
    for (int id = 0; id < 6; id++) {
      Message query = SignedExample.query("ro.vip.example.", RrType.A, DO);
      query.getHeader().setID(id);
      validator.assertAnswerSigned(ask.ask(query), example.instant());
    }
  }

  /** The TTL counts down with the lease; the signature is over the longest it may have. */
  @Test
  void theTtlOfALiveNameMayShrink() {
    Message response =
        ask.at(Example.LEASE_END - 2 * Example.SECOND)
            .ask(SignedExample.query("db.vip.example.", RrType.A, DO));
    validator.assertAnswerSigned(response, example.instant());
    RRset set = response.getSectionRRsets(Section.ANSWER).getFirst();
    assertEquals(2, set.getTTL());
    assertEquals(5, set.sigs().getFirst().getOrigTTL());
    Message unknown =
        ask.at(Example.STALE_AFTER).ask(SignedExample.query("db.vip.example.", RrType.A, DO));
    Ask.assertRcode(Rcode.SERVFAIL, unknown);
  }

  /** RFC 4035 section 3.1.6: CD is cleared. */
  @Test
  void checkingDisabledIsNotEchoed() {
    Message query = SignedExample.query("db.vip.example.", RrType.A, DO);
    query.getHeader().setFlag(Flags.CD);
    query.getHeader().setFlag(Flags.AD);
    Message response = ask.ask(query);
    assertFalse(response.getHeader().getFlag(Flags.CD));
    assertFalse(response.getHeader().getFlag(Flags.AD));
  }

  @Test
  void rrsigAskedForIsThatOfOneSet() {
    Message response = signed("db.vip.example.", Type.RRSIG);
    List<org.xbill.DNS.Record> answers = response.getSection(Section.ANSWER);
    assertEquals(1, answers.size());
    assertEquals(Type.A, ((RRSIGRecord) answers.getFirst()).getTypeCovered());
    Message none = signed("very.deep.vip.example.", Type.RRSIG);
    RRSIGRecord ofDenial = (RRSIGRecord) none.getSection(Section.ANSWER).getFirst();
    assertEquals(Type.NSEC, ofDenial.getTypeCovered());
  }

  @Test
  void whatDoesNotFitIsTruncatedAndWholeOverTcp() {
    Message query = Ask.query("nosuch.vip.example.", RrType.A);
    query.addRecord(new org.xbill.DNS.OPTRecord(512, 0, 0, DO), Section.ADDITIONAL);
    SignedExample rolling =
        new SignedExample(
            List.of(
                SignedExample.csk(DnssecAlgorithm.ECDSAP256SHA256),
                SignedExample.csk(DnssecAlgorithm.ECDSAP256SHA256),
                SignedExample.zsk(SignedExample.NOW - 90 * SignedExample.DAY, SignedExample.NOW),
                SignedExample.zsk(
                    SignedExample.NOW - 90 * SignedExample.DAY,
                    SignedExample.NOW - 5 * SignedExample.DAY)));
    Message keys = Ask.query("vip.example.", RrType.DNSKEY);
    keys.addRecord(new org.xbill.DNS.OPTRecord(512, 0, 0, DO), Section.ADDITIONAL);
    Ask asked = new Ask(rolling.table);
    Message cut = asked.ask(keys);
    assertTrue(Ask.truncated(cut));
    assertEquals(0, cut.getSection(Section.ANSWER).size());
    Message whole = asked.over(Transport.TCP).ask(keys);
    assertEquals(4 + 2, whole.getSection(Section.ANSWER).size());
    Message udp =
        asked.over(Transport.UDP).ask(SignedExample.query("vip.example.", RrType.DNSKEY, DO));
    assertFalse(Ask.truncated(udp));
    assertTrue(udp.numBytes() <= 1232, () -> udp.numBytes() + " octets");
    assertFalse(Ask.truncated(ask.ask(query)), "a denial of a usual name fits 512 octets");
  }

  @Test
  void aFloodOfNamesIsNotSignedBeyondItsBudget() {
    SignedExample small =
        new SignedExample(
            List.of(SignedExample.csk(DnssecAlgorithm.ECDSAP256SHA256)),
            new SigningPolicy(Duration.ofDays(7), 10));
    Ask flood = new Ask(small.table).at(Example.SECOND);
    for (int i = 0; i < 10; i++) {
      Ask.assertRcode(
          Rcode.NOERROR, flood.ask(SignedExample.query("x" + i + ".vip.example.", RrType.A, DO)));
    }
    Message over = flood.ask(SignedExample.query("x10.vip.example.", RrType.A, DO));
    Ask.assertRcode(Rcode.SERVFAIL, over);
    assertEquals(List.of(), Ask.authority(over));
    // What is known, what exists and what nobody wants signed is not affected.
    Ask.assertRcode(
        Rcode.NOERROR, flood.ask(SignedExample.query("x9.vip.example.", RrType.TXT, DO)));
    Ask.assertRcode(
        Rcode.NOERROR, flood.ask(SignedExample.query("db.vip.example.", RrType.AAAA, DO)));
    Ask.assertRcode(Rcode.NXDOMAIN, flood.ask("x10.vip.example.", RrType.A));
    flood.at(Example.SECOND + Example.SECOND / 10);
    Ask.assertRcode(
        Rcode.NOERROR, flood.ask(SignedExample.query("x10.vip.example.", RrType.A, DO)));
    Ask.assertRcode(
        Rcode.SERVFAIL, flood.ask(SignedExample.query("x11.vip.example.", RrType.A, DO)));
  }

  @Test
  void aClockBeforeTheBuildSignsNothing() {
    example.clock.set(BuildTime.SECONDS - 1);
    Ask.assertRcode(Rcode.SERVFAIL, signed("db.vip.example.", RrType.A));
    Ask.assertRcode(Rcode.SERVFAIL, signed("nosuch.vip.example.", RrType.A));
    Ask.assertRcode(Rcode.NOERROR, ask.ask("db.vip.example.", RrType.A));
    example.clock.set(SignedExample.NOW);
    Ask.assertRcode(Rcode.NOERROR, signed("db.vip.example.", RrType.A));
  }

  /** Any octets in names, any type: what is said is signed. */
  @Test
  void randomQueries() {
    java.util.Random random = new java.util.Random(9824);
    int denied = 0;
    for (int i = 0; i < 200; i++) {
      Name name = randomName(random);
      int type = 1 + random.nextInt(random.nextBoolean() ? 70 : 300);
      Message query = SignedExample.query("vip.example.", type, DO);
      query.removeAllRecords(Section.QUESTION);
      query.addRecord(
          org.xbill.DNS.Record.newRecord(name, type, org.xbill.DNS.DClass.IN), Section.QUESTION);
      Message response = ask.at(1L + i * Example.SECOND / 400).over(Transport.TCP).ask(query);
      if (response.getRcode() != org.xbill.DNS.Rcode.NOERROR
          || type == Type.RRSIG
          || name.labels() < 3) {
        continue;
      }
      for (int section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
        for (RRset set : response.getSectionRRsets(section)) {
          boolean referral = section == Section.AUTHORITY && set.getType() == Type.NS;
          if (!referral && !set.getName().toString().endsWith("deep.sub.vip.example.")) {
            validator.assertSigned(set, example.instant());
            denied += set.getType() == Type.NSEC ? 1 : 0;
          }
        }
      }
    }
    assertTrue(denied > 50, "only " + denied + " denials");
  }

  private static Name randomName(java.util.Random random) {
    List<String> known = List.of("db", "ro", "alias", "unsigned", "signed", "a", "x.deep.sub", "*");
    StringBuilder text = new StringBuilder();
    for (int labels = random.nextInt(3); labels > 0; labels--) {
      int octets = 1 + random.nextInt(random.nextInt(8) == 0 ? 63 : 4);
      for (int i = 0; i < octets; i++) {
        text.append(String.format("\\%03d", random.nextInt(256)));
      }
      text.append('.');
    }
    if (random.nextBoolean()) {
      text.append(known.get(random.nextInt(known.size()))).append('.');
    }
    try {
      return Name.fromString(text + "vip.example.");
    } catch (org.xbill.DNS.TextParseException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The longest names have no name below them. */
  @Test
  void theLongestNames() throws Exception {
    String labels = ("a".repeat(63) + ".").repeat(3) + "vip.example.";
    for (int length : new int[] {1, 46, 47, 48, 49}) {
      String name = "b".repeat(length) + "." + labels;
      validator.assertDenied(
          signed(name, RrType.A), Name.fromString(name), RrType.A, example.instant());
    }
    for (String first : List.of("\\255".repeat(49), "\\255".repeat(48), "@".repeat(49))) {
      Name name = Name.fromString(first + "." + labels);
      Message query = SignedExample.query("nosuch.vip.example.", RrType.A, DO);
      query.removeAllRecords(Section.QUESTION);
      query.addRecord(
          org.xbill.DNS.Record.newRecord(name, RrType.A, org.xbill.DNS.DClass.IN),
          Section.QUESTION);
      validator.assertDenied(ask.ask(query), name, RrType.A, example.instant());
    }
  }
}
