package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;

/** RFC 7873 and RFC 9018, with the latter's test vectors. */
class CookieTest {
  private static final String SECRET = "e5e973e5a6b2a43f48e7dc849e37bfcf";
  private static final String OLD_SECRET = "dd3bdf9344b678b185a6f5cb60fca715";
  private static final String NEW_SECRET = "445536bcd2513298075a5d379663c962";
  private static final int COOKIE = 10;

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  private static ServerCookies cookies(String... secrets) {
    return ServerCookies.of(Arrays.stream(secrets).map(CookieTest::hex).toList());
  }

  private static Client client(String address, long seconds) {
    return new Client().from(InetAddress.ofLiteral(address)).at(seconds);
  }

  private static boolean valid(ServerCookies cookies, String option, Client client) {
    byte[] data = hex(option);
    return cookies.valid(data, 0, data.length, client, new byte[32]);
  }

  /** RFC 9018 appendix A.1 to A.4. */
  @ParameterizedTest
  @CsvSource({
    "198.51.100.100, 1559731985, 2464c4abcf10c957, 010000005cf79f111f8130c3eee29480, " + SECRET,
    "198.51.100.100, 1559734385, 2464c4abcf10c957, 010000005cf7a871d4a564a1442aca77, " + SECRET,
    "203.0.113.203, 1559734700, fc93fc62807ddb86, 010000005cf7a9acf73a7810aca2381e, " + SECRET,
    "2001:db8:220:1:59de:d0f4:8769:82b8, 1559741817, 22681ab97d52c298,"
        + " 010000005cf7c57926556bd0934c72f8, "
        + OLD_SECRET,
    "2001:db8:220:1:59de:d0f4:8769:82b8, 1559741961, 22681ab97d52c298,"
        + " 010000005cf7c609a6bb79d16625507a, "
        + NEW_SECRET
  })
  void cookiesAreThoseOfTheRfc(
      String address, long seconds, String clientCookie, String expected, String secret) {
    byte[] out = new byte[24];
    cookies(secret).write(hex(clientCookie), 0, client(address, seconds), new byte[32], out, 0);
    assertEquals(clientCookie + expected, HexFormat.of().formatHex(out));
    assertTrue(valid(cookies(secret), clientCookie + expected, client(address, seconds)));
  }

  /** RFC 9018 appendix A.3: the reserved octets are whatever the server before put there. */
  @Test
  void reservedOctetsAreHashedAsTheyAre() {
    String option = "fc93fc62807ddb86" + "01abcdef5cf78f71a314227b6679ebf5";
    assertTrue(valid(cookies(SECRET), option, client("203.0.113.203", 1559728000)));
  }

  @Test
  void anOlderSecretIsStillKnown() {
    String option = "22681ab97d52c298" + "010000005cf7c57926556bd0934c72f8";
    Client client = client("2001:db8:220:1:59de:d0f4:8769:82b8", 1559741961);
    assertTrue(valid(cookies(NEW_SECRET, OLD_SECRET), option, client));
    assertFalse(valid(cookies(NEW_SECRET), option, client));
  }

  @ParameterizedTest
  @CsvSource({
    "198.51.100.100, 1559735585, true", // an hour
    "198.51.100.100, 1559735586, false",
    "198.51.100.100, 1559731685, true", // five minutes before
    "198.51.100.100, 1559731684, false",
    "198.51.100.101, 1559731985, false",
    "2001:db8::1, 1559731985, false"
  })
  void othersAndOldOnesAreNotValid(String address, long seconds, boolean expected) {
    String option = "2464c4abcf10c957" + "010000005cf79f111f8130c3eee29480";
    assertEquals(expected, valid(cookies(SECRET), option, client(address, seconds)));
    assertFalse(
        valid(cookies(SECRET), option.replace("57010000", "57020000"), client(address, seconds)));
  }

  @Test
  void secretsAreOfSixteenOctetsAndNeverShown() {
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> cookies(SECRET, "00ff"))
                .getMessage());
    assertTrue(message.contains("secret 2") && !message.contains("ff"), message);
    assertThrows(IllegalArgumentException.class, () -> ServerCookies.of(List.of()));
  }

  private static Ask asking() {
    AnswerEngine engine = new AnswerEngine(ServerIdentity.NONE, Optional.of(cookies(SECRET)));
    return new Ask(Example.table(), engine).from("198.51.100.100").onDay(1559731985);
  }

  private static Message withCookie(String cookie) {
    Message query = Ask.query("ns1.vip.example.", RrType.A);
    query.addRecord(
        new OPTRecord(1232, 0, 0, 0, new GenericEDNSOption(COOKIE, hex(cookie))),
        Section.ADDITIONAL);
    return query;
  }

  private static @Nullable String cookieOf(Message response) {
    @Nullable OPTRecord opt = response.getOPT();
    List<EDNSOption> options = opt == null ? List.of() : opt.getOptions(COOKIE);
    return options.isEmpty()
        ? null
        : HexFormat.of().formatHex(options.getFirst().toWire()).substring(8);
  }

  @Test
  void aClientCookieGetsAServerCookie() {
    Message response = asking().ask(withCookie("2464c4abcf10c957"));
    Ask.assertRcode(Rcode.NOERROR, response);
    assertEquals(1, Ask.answers(response).size());
    assertEquals("2464c4abcf10c957" + "010000005cf79f111f8130c3eee29480", cookieOf(response));
  }

  @Test
  void withoutCookiesConfiguredTheOptionIsIgnored() {
    Message response = new Ask(Example.table()).ask(withCookie("2464c4abcf10c957"));
    Ask.assertRcode(Rcode.NOERROR, response);
    assertEquals(null, cookieOf(response));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 9, 15, 41})
  void aCookieOfAnImpossibleLengthIsMalformed(int length) {
    Message response = asking().ask(withCookie("00".repeat(length)));
    Ask.assertRcode(Rcode.FORMERR, response);
  }

  /** RFC 7873 section 5.4. */
  @Test
  void aQueryWithoutAQuestionAsksForACookie() {
    Message query = new Message(77);
    query.addRecord(
        new OPTRecord(1232, 0, 0, 0, new GenericEDNSOption(COOKIE, hex("2464c4abcf10c957"))),
        Section.ADDITIONAL);
    Message response = asking().ask(query);
    Ask.assertRcode(Rcode.NOERROR, response);
    assertEquals(0, response.getSection(Section.QUESTION).size());
    assertEquals("2464c4abcf10c957" + "010000005cf79f111f8130c3eee29480", cookieOf(response));
    byte[] plain = new Ask(Example.table()).askRaw(query.toWire());
    Ask.assertRcode(Rcode.FORMERR, Ask.decode(plain));
  }

  /** The vectors of the SipHash paper's reference implementation: key 0…15, input 0…n-1. */
  @Test
  void sipHashIsSipHash() {
    byte[] input = new byte[64];
    for (int i = 0; i < input.length; i++) {
      input[i] = (byte) i;
    }
    long key0 = SipHash.word(input, 0, 8);
    long key1 = SipHash.word(input, 8, 8);
    long[] expected = {0x726fdb47dd0e0e31L, 0x74f839c593dc67fdL, 0x0d6c8009d9a94f5aL};
    long[] actual = new long[expected.length];
    for (int n = 0; n < expected.length; n++) {
      actual[n] = SipHash.hash(key0, key1, input, n);
    }
    assertArrayEquals(expected, actual);
    assertEquals(0xa129ca6149be45e5L, SipHash.hash(key0, key1, input, 15));
  }
}
