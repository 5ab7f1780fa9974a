package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;

/** RFC 6891, and truncation, which depends on it. */
class EdnsTest {
  private final Ask ask = new Ask(Example.table());

  private static Message withOpt(OPTRecord opt) {
    Message query = Ask.query("ns1.vip.example.", RrType.A);
    query.addRecord(opt, Section.ADDITIONAL);
    return query;
  }

  private static OPTRecord opt(Message response) {
    @Nullable OPTRecord opt = response.getOPT();
    assertNotNull(opt, "no OPT in the response");
    return opt;
  }

  @Test
  void optIsAnsweredWithOurs() {
    OPTRecord opt = opt(ask.ask(withOpt(new OPTRecord(4096, 0, 0))));
    assertEquals(1232, opt.getPayloadSize());
    assertEquals(0, opt.getVersion());
    assertEquals(0, opt.getFlags());
    assertEquals(0, opt.getOptions().size());
    assertNull(ask.ask(Ask.query("ns1.vip.example.", RrType.A)).getOPT());
  }

  @Test
  void theDoBitComesBackAndNoOtherFlag() {
    OPTRecord opt = opt(ask.ask(withOpt(new OPTRecord(1232, 0, 0, 0xffff))));
    assertEquals(0x8000, opt.getFlags());
  }

  @Test
  void unknownOptionsAreIgnored() {
    OPTRecord asked =
        new OPTRecord(1232, 0, 0, 0, new GenericEDNSOption(65001, new byte[] {1, 2, 3}));
    Message response = ask.ask(withOpt(asked));
    Ask.assertRcode(Rcode.NOERROR, response);
    assertEquals(0, opt(response).getOptions().size());
  }

  @Test
  void otherVersionsAreBad() {
    Message response = ask.ask(withOpt(new OPTRecord(1232, 0, 1)));
    Ask.assertRcode(Rcode.BADVERS, response);
    assertEquals(0, opt(response).getVersion());
    assertEquals(0, Ask.answers(response).size());
  }

  @Test
  void refusalsAndNegativesCarryOptToo() {
    Message refused = ask.ask(Ask.ednsQuery("elsewhere.test.", RrType.A, 1232));
    Ask.assertRcode(Rcode.REFUSED, refused);
    assertNotNull(refused.getOPT());
    Message negative = ask.ask(Ask.ednsQuery("nope.vip.example.", RrType.A, 1232));
    Ask.assertRcode(Rcode.NXDOMAIN, negative);
    assertNotNull(negative.getOPT());
  }

  @Test
  void twoOptsAreMalformed() {
    Message query = withOpt(new OPTRecord(1232, 0, 0));
    query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
    Message response = ask.ask(query);
    Ask.assertRcode(Rcode.FORMERR, response);
    assertNotNull(response.getOPT());
  }

  @Test
  void anOptionLongerThanItsRecordIsMalformed() {
    byte[] option = {1, 2, 3};
    byte[] query =
        withOpt(new OPTRecord(1232, 0, 0, 0, new GenericEDNSOption(65001, option))).toWire();
    query[query.length - option.length - 1]++;
    Ask.assertRcode(Rcode.FORMERR, Ask.decode(ask.askRaw(query)));
  }

  @Test
  void anOptWithAnOwnerIsMalformed() {
    byte[] plain = Ask.query("ns1.vip.example.", RrType.A).toWire();
    byte[] opt = {1, 'x', 0, 0, 41, 4, (byte) 0xd0, 0, 0, 0, 0, 0, 0};
    byte[] query = Arrays.copyOf(plain, plain.length + opt.length);
    System.arraycopy(opt, 0, query, plain.length, opt.length);
    query[11] = 1;
    Ask.assertRcode(Rcode.FORMERR, Ask.decode(ask.askRaw(query)));
  }

  /**
   * The response to {@code n.vip.example. A} takes 31 octets and 16 for each address, 11 more with
   * OPT: 30 addresses are the most for 512 octets, 74 for 1232 with OPT.
   */
  @ParameterizedTest
  @CsvSource({
    "30, -1, 511", "31, -1, 0", // no EDNS: 512
    "29, 512, 506", "30, 512, 0",
    "29, 100, 506", "30, 100, 0", // less than 512 means 512
    "74, 1232, 1226", "75, 1232, 0",
    "74, 65535, 1226", "75, 65535, 0" // never more than ours
  })
  void longAnswersAreTruncatedWhole(int addresses, int payload, int length) {
    Rdata[] data =
        IntStream.range(0, addresses)
            .mapToObj(i -> Rdata.address("192.0.2." + i))
            .toArray(Rdata[]::new);
    Zone zone = Example.emptyZone().records("n.vip.example.", 60, data).build();
    Ask asked = new Ask(Example.tableOf(zone));
    Message query =
        payload < 0
            ? Ask.query("n.vip.example.", RrType.A)
            : Ask.ednsQuery("n.vip.example.", RrType.A, payload);

    Message udp = asked.ask(query);
    boolean fits = length > 0;
    assertEquals(!fits, Ask.truncated(udp));
    assertEquals(fits ? addresses : 0, Ask.answers(udp).size());
    assertEquals(payload >= 0, udp.getOPT() != null);
    assertTrue(Ask.authoritative(udp));
    if (fits) {
      assertEquals(length, udp.numBytes());
    }

    Message tcp = asked.over(Transport.TCP).ask(query);
    assertEquals(addresses, Ask.answers(tcp).size());
  }

  @Test
  void negativeAnswersAreTruncatedToo() {
    String label = "x".repeat(63) + ".";
    DnsName mailbox = DnsName.of(label.repeat(3) + "test.");
    Rdata.Soa soa = new Rdata.Soa(mailbox, mailbox, 1, 1, 1, 1, 1);
    Zone zone = Zone.builder("e.", 60, soa).ns(60, "ns.test.").build();
    Message response = new Ask(Example.tableOf(zone)).ask(label.repeat(3) + "e.", RrType.A);
    Ask.assertRcode(Rcode.NXDOMAIN, response);
    assertTrue(Ask.truncated(response));
    assertEquals(0, Ask.authority(response).size());
  }

  @Test
  void namesAreCompressed() {
    byte[] soa = ask.askRaw(Ask.query("nope.vip.example.", RrType.A).toWire());
    int question = 12 + 18 + 4;
    int mname = 4 + 2;
    int rname = DnsName.of("hostmaster.elsewhere.test.").length();
    assertEquals(question + 2 + 10 + mname + rname + 20, soa.length);
  }
}
