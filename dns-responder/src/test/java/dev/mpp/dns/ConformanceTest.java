package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * The queries by which ISC's DNS compliance tests tell broken servers, over sockets, each by every
 * way in, read by dnsjava.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
  private static final String APEX = "vip.example.";
  private static final int UNASSIGNED = 1000;
  private static final int UNKNOWN_OPTION = 100;
  private static final int NSID = 3;
  private static final int COOKIE = 10;
  private static final int Z = 9;

  private @Nullable Loopback batched;
  private @Nullable Loopback single;

  @BeforeAll
  void start() throws DnsBindException {
    DnsResponderConfig config =
        Loopback.config("127.0.0.1")
            .withIdentity(new ServerIdentity(Optional.of("site1"), Optional.empty()))
            .withCookies(ServerCookies.of(List.of(new byte[16])));
    batched = new Loopback(config.withUdp(UdpIo.BATCHED, 1));
    single = new Loopback(config.withUdp(UdpIo.SINGLE, 1));
  }

  @AfterAll
  void stop() {
    for (Loopback l : loopbacks()) {
      l.close();
    }
  }

  private List<Loopback> loopbacks() {
    return Stream.of(batched, single).filter(l -> l != null).map(l -> (Loopback) l).toList();
  }

  private interface Expectation {
    void check(Message response);
  }

  /**
   * @param name as in the compliance tests
   */
  private record Case(String name, Message query, Expectation expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Message soa(int... flags) {
    Message query = Ask.query(APEX, Type.SOA);
    query.getHeader().unsetFlag(Flags.RD);
    for (int flag : flags) {
      query.getHeader().setFlag(flag);
    }
    return query;
  }

  private static Message edns(Message query, int version, int flags, EDNSOption... options) {
    query.addRecord(new OPTRecord(4096, 0, version, flags, options), Section.ADDITIONAL);
    return query;
  }

  private static GenericEDNSOption option(int code, int length) {
    return new GenericEDNSOption(code, new byte[length]);
  }

  private static Message opcode(int opcode) {
    Message query = new Message(4711);
    query.getHeader().setOpcode(opcode);
    return query;
  }

  private static void answered(Message m) {
    Ask.assertRcode(Rcode.NOERROR, m);
    assertTrue(Ask.authoritative(m));
    assertEquals(1, m.getSection(Section.ANSWER).size());
    Header h = m.getHeader();
    assertFalse(h.getFlag(Flags.RA));
    assertFalse(h.getFlag(Flags.AD));
    assertFalse(h.getFlag(Flags.CD));
    assertFalse(h.getFlag(Z));
    assertFalse(h.getFlag(Flags.TC));
  }

  private static OPTRecord opt(Message m) {
    @Nullable OPTRecord opt = m.getOPT();
    assertNotNull(opt);
    assertEquals(0, opt.getVersion());
    assertEquals(1232, opt.getPayloadSize());
    return opt;
  }

  private static void ednsAnswered(Message m, int flags, Integer... options) {
    answered(m);
    assertEquals(flags, opt(m).getFlags());
    assertEquals(List.of(options), opt(m).getOptions().stream().map(EDNSOption::getCode).toList());
  }

  private static void badVersion(Message m) {
    Ask.assertRcode(Rcode.BADVERS, m);
    assertEquals(0, m.getSection(Section.ANSWER).size());
    assertEquals(List.of(), opt(m).getOptions());
  }

  static List<Case> cases() {
    List<Case> all = new ArrayList<>();
    all.add(
        new Case(
            "dns",
            soa(),
            m -> {
              answered(m);
              assertNull(m.getOPT());
              assertFalse(m.getHeader().getFlag(Flags.RD));
            }));
    all.add(
        new Case(
            "rd",
            soa(Flags.RD),
            m -> {
              answered(m);
              assertTrue(m.getHeader().getFlag(Flags.RD));
            }));
    all.add(new Case("aa", soa(Flags.AA), ConformanceTest::answered));
    all.add(new Case("ad", soa(Flags.AD), ConformanceTest::answered));
    all.add(new Case("cd", soa(Flags.CD), ConformanceTest::answered));
    all.add(new Case("ra", soa(Flags.RA), ConformanceTest::answered));
    all.add(new Case("tc", soa(Flags.TC), ConformanceTest::answered));
    all.add(new Case("zflag", soa(Z), ConformanceTest::answered));
    all.add(new Case("edns", edns(soa(), 0, 0), m -> ednsAnswered(m, 0)));
    all.add(new Case("do", edns(soa(), 0, 0x8000), m -> ednsAnswered(m, 0x8000)));
    all.add(new Case("ednsflags", edns(soa(), 0, 0x80), m -> ednsAnswered(m, 0)));
    all.add(
        new Case("ednsopt", edns(soa(), 0, 0, option(UNKNOWN_OPTION, 0)), m -> ednsAnswered(m, 0)));
    all.add(new Case("ednsnsid", edns(soa(), 0, 0, option(NSID, 0)), m -> ednsAnswered(m, 0, 3)));
    all.add(
        new Case("ednscookie", edns(soa(), 0, 0, option(COOKIE, 8)), m -> ednsAnswered(m, 0, 10)));
    all.add(
        new Case(
            "docookie",
            edns(soa(), 0, 0x8000, option(COOKIE, 8)),
            m -> ednsAnswered(m, 0x8000, 10)));
    all.add(
        new Case(
            "optlist",
            edns(
                soa(),
                0,
                0,
                option(NSID, 0),
                option(9, 0),
                option(COOKIE, 8),
                option(UNKNOWN_OPTION, 40)),
            m -> ednsAnswered(m, 0, 3, 10)));
    all.add(
        new Case("badcookie", edns(soa(), 0, 0, option(COOKIE, 24)), m -> ednsAnswered(m, 0, 10)));
    all.add(new Case("edns1", edns(soa(), 1, 0), ConformanceTest::badVersion));
    all.add(
        new Case(
            "edns1opt",
            edns(soa(), 1, 0, option(UNKNOWN_OPTION, 0), option(COOKIE, 3)),
            ConformanceTest::badVersion));
    all.add(new Case("edns255", edns(soa(), 255, 0x8000), ConformanceTest::badVersion));
    all.add(
        new Case(
            "type1000",
            edns(Ask.query(APEX, UNASSIGNED), 0, 0),
            m -> {
              Ask.assertRcode(Rcode.NOERROR, m);
              assertTrue(Ask.authoritative(m));
              assertEquals(0, m.getSection(Section.ANSWER).size());
              assertEquals(1, m.getSection(Section.AUTHORITY).size());
            }));
    all.add(
        new Case(
            "other zone",
            edns(Ask.query("example.net.", Type.SOA), 0, 0),
            m -> {
              Ask.assertRcode(Rcode.REFUSED, m);
              assertFalse(Ask.authoritative(m));
              assertNotNull(m.getOPT());
            }));
    for (int opcode : new int[] {1, 2, 3, 4, 5, 6, 15}) {
      all.add(
          new Case(
              "opcode " + opcode,
              opcode(opcode),
              m -> {
                Ask.assertRcode(Rcode.NOTIMP, m);
                assertEquals(opcode, m.getHeader().getOpcode());
              }));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void answersAsTheStandardsSay(Case c) throws IOException {
    for (Loopback server : loopbacks()) {
      for (Message response : List.of(server.udp(c.query()), server.tcp(c.query()))) {
        assertEquals(c.query().getHeader().getID(), response.getHeader().getID());
        assertTrue(response.getHeader().getFlag(Flags.QR));
        c.expected().check(response);
      }
    }
  }
}
