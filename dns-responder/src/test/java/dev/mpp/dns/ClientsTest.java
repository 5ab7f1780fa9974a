package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;

/** Answers that depend on who asks: access lists, nearest first, client subnet (RFC 7871). */
class ClientsTest {
  private static final Rdata SITE1 = Rdata.address("198.51.100.1");
  private static final Rdata SITE2 = Rdata.address("203.0.113.2");
  private static final Rdata SITE3 = Rdata.address("192.0.2.3");
  private static final String RO = "ro.vip.example.";

  private static Ask asking() {
    Zone zone =
        Example.emptyZone()
            .records(RO, 5, SITE1, SITE2, SITE3)
            .near(
                RO,
                List.of(
                    new Near("10.0.0.0/8", List.of(SITE1)),
                    new Near("10.2.0.0/16", List.of(SITE2)),
                    new Near("2001:db8::/32", List.of(SITE3, SITE1))))
            .records("db.vip.example.", 5, SITE1, new Rdata.Txt("epoch=7"))
            .readers("db.vip.example.", RrType.TXT, AccessList.of(List.of("10.1.0.0/16", "::1")))
            .build();
    return new Ask(Example.tableOf(zone));
  }

  private static String first(Message response) {
    List<String> answers = Ask.answers(response);
    assertEquals(3, answers.size());
    return answers.getFirst().substring((RO + " 5 A ").length());
  }

  @ParameterizedTest
  @CsvSource({"10.1.2.3, 198.51.100.1", "10.2.0.9, 203.0.113.2", "10.3.0.1, 198.51.100.1"})
  void nearestFirstByTheResolversAddress(String resolver, String expected) {
    Ask ask = asking().from(resolver);
    for (int id = 0; id < 6; id++) {
      Message query = Ask.query(RO, RrType.A);
      query.getHeader().setID(id);
      assertEquals(expected, first(ask.ask(query)));
    }
  }

  @Test
  void theOthersTakeTurns() {
    Ask ask = asking().from("172.16.0.1");
    List<String> heads =
        java.util.stream.IntStream.range(0, 3)
            .mapToObj(
                id -> {
                  Message query = Ask.query(RO, RrType.A);
                  query.getHeader().setID(id);
                  return first(ask.ask(query));
                })
            .distinct()
            .toList();
    assertEquals(3, heads.size());
  }

  private static Message fromSubnet(String name, ClientSubnetOption subnet) {
    Message query = Ask.query(name, RrType.A);
    query.addRecord(new OPTRecord(1232, 0, 0, 0, subnet), Section.ADDITIONAL);
    return query;
  }

  @ParameterizedTest
  @CsvSource({
    "10.2.3.0, 24, 203.0.113.2, 16",
    "10.0.0.0, 8, 198.51.100.1, 8", // 10.2/16 needs more than is told
    "172.16.0.0, 16, , 16", // no rule: valid for as much as was compared
    "2001:db8:5::, 48, , 32"
  })
  void theClientsSubnetCountsAndItsScopeIsTold(
      String address, int bits, @Nullable String expected, int scope) {
    ClientSubnetOption subnet = new ClientSubnetOption(bits, InetAddress.ofLiteral(address));
    Message response = asking().from("10.1.0.1").ask(fromSubnet(RO, subnet));
    if (expected != null) {
      assertEquals(expected, first(response));
    }
    @Nullable OPTRecord opt = response.getOPT();
    assertNotNull(opt);
    ClientSubnetOption told = (ClientSubnetOption) opt.getOptions(8).getFirst();
    assertEquals(bits, told.getSourcePrefixLength());
    assertEquals(scope, told.getScopePrefixLength());
    assertEquals(InetAddress.ofLiteral(address), told.getAddress());
  }

  @Test
  void anAnswerForEverybodySaysNothingOfSubnets() {
    ClientSubnetOption subnet = new ClientSubnetOption(24, InetAddress.ofLiteral("10.2.3.0"));
    Message response = asking().ask(fromSubnet("db.vip.example.", subnet));
    @Nullable OPTRecord opt = response.getOPT();
    assertNotNull(opt);
    assertEquals(0, opt.getOptions().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0001", // cut
        "00011800c63364ff", // an octet too many
        "00011800c633", // and one too few
        "00012100c633640100", // 33 bits of IPv4
        "00011701c63364", // a scope in a query
        "00011700c63365" // a bit beyond the prefix
      })
  void aSubnetOfAWrongShapeIsMalformed(String hex) {
    Message query = Ask.query(RO, RrType.A);
    query.addRecord(
        new OPTRecord(
            1232, 0, 0, 0, new GenericEDNSOption(8, java.util.HexFormat.of().parseHex(hex))),
        Section.ADDITIONAL);
    byte[] wire = query.toWire();
    Ask.assertRcode(Rcode.FORMERR, Ask.decode(asking().askRaw(wire)));
  }

  @Test
  void whatOnlySomeMayReadIsRefusedToOthers() {
    String name = "db.vip.example.";
    Ask ask = asking();
    assertEquals(1, Ask.answers(ask.from("10.1.0.1").ask(name, RrType.TXT)).size());
    assertEquals(1, Ask.answers(ask.from("::1").ask(name, RrType.TXT)).size());
    Message refused = ask.from("10.2.0.1").ask(name, RrType.TXT);
    Ask.assertRcode(Rcode.REFUSED, refused);
    assertEquals(List.of(), Ask.answers(refused));
    assertEquals(1, Ask.answers(ask.ask(name, RrType.A)).size());
    assertEquals(
        List.of("db.vip.example. 5 A 198.51.100.1"), Ask.answers(ask.ask(name, RrType.ANY)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0/33",
        "10.0.0.1/8",
        "x/8",
        "10.0.0.0/",
        "2001:db8::1/64",
        "::/129",
        "a.b"
      })
  void networksAreRead(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Network.of(text)).getMessage();
    assertTrue(String.valueOf(message).contains(text), message);
  }

  @Test
  void prefixesKeepNetworksApart() {
    Client a = new Client().from(InetAddress.ofLiteral("192.0.2.1"));
    Client b = new Client().from(InetAddress.ofLiteral("192.0.2.255"));
    Client c = new Client().from(InetAddress.ofLiteral("192.0.3.1"));
    Client d = new Client().from(InetAddress.ofLiteral("2001:db8:0:ff::1"));
    Client e = new Client().from(InetAddress.ofLiteral("2001:db8:0:1::1"));
    Client f = new Client().from(InetAddress.ofLiteral("2001:db8:0:101::1"));
    assertEquals(a.prefix(), b.prefix());
    assertNotEquals(a.prefix(), c.prefix());
    assertEquals(d.prefix(), e.prefix());
    assertNotEquals(e.prefix(), f.prefix());
  }
}
