package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TSIGRecord;
import org.xbill.DNS.Type;

/** Signed queries over sockets; dnsjava signs and verifies, an implementation of other authors. */
class TsigTest {
  private static final byte[] SECRET = new byte[64];

  static {
    new Random(7).nextBytes(SECRET);
  }

  private Loopback server;

  static TsigKey key(String name, TsigAlgorithm algorithm) {
    return TsigKey.parse(name + " " + algorithm + " " + Base64.getEncoder().encodeToString(SECRET));
  }

  static TSIG client(String name, TsigAlgorithm algorithm) {
    return client(name, algorithm, Duration.ZERO);
  }

  private static TSIG client(String name, TsigAlgorithm algorithm, Duration ahead) {
    return new TSIG(
        Name.fromConstantString(algorithm + "."),
        Name.fromConstantString(name),
        new javax.crypto.spec.SecretKeySpec(SECRET, algorithm.javaName()),
        Clock.offset(Clock.systemUTC(), ahead));
  }

  @BeforeEach
  void start() throws DnsBindException {
    List<TsigKey> keys =
        Arrays.stream(TsigAlgorithm.values()).map(a -> key(a + ".key.", a)).toList();
    server = new Loopback(Loopback.config("127.0.0.1"), new TransferZones(List.of(), keys, 1));
  }

  @AfterEach
  void stop() {
    assertEquals(0, server.counters().events(DnsCounters.Event.INTERNAL_ERROR));
    server.close();
  }

  private static Message query() {
    return Ask.ednsQuery("ns1.vip.example.", Type.A, 1232);
  }

  /** Without dnsjava's own checks of an answer. */
  private Message ask(byte[] wire) throws IOException {
    return Ask.decode(server.udp(wire));
  }

  private static byte[] signed(Message query, TSIG key) {
    key.apply(query, null);
    return query.toWire();
  }

  @ParameterizedTest
  @EnumSource
  void answersToSignedQueriesAreSigned(TsigAlgorithm algorithm) throws IOException {
    for (Transport transport : Transport.values()) {
      Message query = query();
      TSIG key = client(algorithm + ".key.", algorithm);
      byte[] wire = signed(query, key);
      byte[] answer;
      if (transport == Transport.UDP) {
        answer = server.udp(wire);
      } else {
        try (var socket = server.connect()) {
          socket.getOutputStream().write(Loopback.framed(wire));
          var in = new java.io.DataInputStream(socket.getInputStream());
          answer = in.readNBytes(in.readUnsignedShort());
        }
      }
      Message message = Ask.decode(answer);
      Ask.assertRcode(Rcode.NOERROR, message);
      assertEquals(1, message.getSection(Section.ANSWER).size());
      assertEquals(
          org.xbill.DNS.Rcode.NOERROR, key.verify(message, answer, new Message(wire).getTSIG()));
      assertEquals(300, message.getTSIG().getFudge().toSeconds());
    }
  }

  @Test
  void aNegativeAnswerIsSignedToo() throws IOException {
    TSIG key = client("hmac-sha256.key.", TsigAlgorithm.HMAC_SHA256);
    byte[] wire = signed(Ask.query("nowhere.vip.example.", Type.A), key);
    byte[] answer = server.udp(wire);
    Ask.assertRcode(Rcode.NXDOMAIN, Ask.decode(answer));
    assertEquals(0, key.verify(Ask.decode(answer), answer, new Message(wire).getTSIG()));
  }

  @Test
  void anUnknownKeyIsToldUnsigned() throws IOException {
    for (TSIG key :
        List.of(
            client("other.key.", TsigAlgorithm.HMAC_SHA256),
            client("hmac-sha256.key.", TsigAlgorithm.HMAC_SHA512))) {
      refused(ask(signed(query(), key)), org.xbill.DNS.Rcode.BADKEY, 0);
    }
  }

  @Test
  void aWrongSecretIsToldUnsigned() throws IOException {
    TSIG key =
        new TSIG(TSIG.HMAC_SHA256, Name.fromConstantString("hmac-sha256.key."), new byte[32]);
    refused(ask(signed(query(), key)), org.xbill.DNS.Rcode.BADSIG, 0);
  }

  @Test
  void aChangedQueryIsABadSignature() throws IOException {
    byte[] wire = signed(query(), client("hmac-sha256.key.", TsigAlgorithm.HMAC_SHA256));
    wire[13] ^= 1;
    refused(ask(wire), org.xbill.DNS.Rcode.BADSIG, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {-900, 900})
  void aClockThatIsOffIsToldSignedWithOurTime(int seconds) throws IOException {
    TSIG key = client("hmac-sha256.key.", TsigAlgorithm.HMAC_SHA256, Duration.ofSeconds(seconds));
    byte[] wire = signed(query(), key);
    byte[] answer = server.udp(wire);
    Message message = Ask.decode(answer);
    refused(message, org.xbill.DNS.Rcode.BADTIME, 32);
    TSIGRecord tsig = message.getTSIG();
    assertEquals(new Message(wire).getTSIG().getTimeSigned(), tsig.getTimeSigned());
    byte[] ours = tsig.getOther();
    assertEquals(6, ours.length);
    long server = (long) Wire.u16(ours, 0) << 32 | Wire.u32(ours, 2);
    assertTrue(Math.abs(Instant.now().getEpochSecond() - server) < 60, "server time " + server);
    // The code is right although the code says that something is wrong: it can be believed.
    byte[] unsigned = unsigned(answer);
    assertEquals(32, tsig.getSignature().length);
    assertEquals(message.getHeader().getCount(Section.ADDITIONAL) - 1, unsigned[11]);
  }

  @ParameterizedTest
  @ValueSource(ints = {-240, 240})
  void withinTheFudgeAClockMayBeOff(int seconds) throws IOException {
    TSIG key = client("hmac-sha256.key.", TsigAlgorithm.HMAC_SHA256, Duration.ofSeconds(seconds));
    Ask.assertRcode(Rcode.NOERROR, ask(signed(query(), key)));
  }

  @Test
  void aTruncatedCodeIsRight_butNotTaken() throws IOException {
    byte[] wire = signed(query(), client("hmac-sha256.key.", TsigAlgorithm.HMAC_SHA256));
    refused(ask(shortened(wire, 16)), org.xbill.DNS.Rcode.BADTRUNC, 32);
    for (int impossible : new int[] {23, 32}) { // 9 octets, none
      Ask.assertRcode(Rcode.FORMERR, ask(shortened(wire, impossible)));
    }
  }

  @Test
  void aSignatureIsTheLastRecord() throws IOException {
    Message query = query();
    client("hmac-sha256.key.", TsigAlgorithm.HMAC_SHA256).apply(query, null);
    byte[] wire = query.toWire();
    byte[] record = {0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 1, 0};
    byte[] longer = Arrays.copyOf(wire, wire.length + record.length);
    System.arraycopy(record, 0, longer, wire.length, record.length);
    longer[11]++;
    Message answer = ask(longer);
    Ask.assertRcode(Rcode.FORMERR, answer);
    assertNull(answer.getTSIG());
  }

  @Test
  void whatDoesNotFitWithItsSignatureIsTruncatedAndSigned() throws Exception {
    Rdata[] many = new Rdata[28]; // 28 x 16 octets and the question: 512 without a signature
    for (int i = 0; i < many.length; i++) {
      many[i] = Rdata.address("192.0.2." + i);
    }
    server.table.set(
        Example.tableOf(Example.emptyZone().records("many.vip.example.", 60, many).build()));
    Message plain = server.udp(Ask.query("many.vip.example.", Type.A));
    assertEquals(many.length, plain.getSection(Section.ANSWER).size());
    TSIG key = client("hmac-sha256.key.", TsigAlgorithm.HMAC_SHA256);
    byte[] wire = signed(Ask.query("many.vip.example.", Type.A), key);
    byte[] answer = server.udp(wire);
    assertTrue(answer.length <= 512, "octets " + answer.length);
    assertTrue(Ask.truncated(Ask.decode(answer)));
    assertEquals(0, key.verify(Ask.decode(answer), answer, new Message(wire).getTSIG()));
  }

  /** Whatever is changed, cut or repeated: an answer of some kind, and no failure. */
  @Test
  void mutatedSignaturesDoNoHarm() {
    byte[] wire = signed(query(), client("hmac-sha256.key.", TsigAlgorithm.HMAC_SHA256));
    QueryHandler handler =
        new QueryHandler(
            new QueryHandler.Shared(
                server.table::get,
                () -> 0,
                () -> 0,
                Loopback.config("127.0.0.1"),
                null,
                new TransferZones(
                    List.of(), List.of(key("hmac-sha256.key.", TsigAlgorithm.HMAC_SHA256)), 1),
                null,
                server.counters()));
    Random random = new Random(20_260_101);
    int tsig = wire.length - 16 - 6 - 10 - 32 - 16 - 17;
    for (int i = 0; i < 20_000; i++) {
      byte[] packet = Arrays.copyOf(wire, wire.length - (i % 5 == 0 ? random.nextInt(60) : 0));
      for (int n = random.nextInt(4); n >= 0; n--) {
        int at = random.nextBoolean() ? tsig + random.nextInt(wire.length - tsig) : 0;
        at = Math.min(at == 0 ? random.nextInt(packet.length) : at, packet.length - 1);
        packet[at] = (byte) random.nextInt(256);
      }
      if (handler.handle(packet, packet.length, new Client(), Transport.UDP)) {
        var unused =
            Ask.decode(Arrays.copyOf(handler.response().bytes(), handler.response().length()));
      }
    }
    assertTrue(server.counters().events(DnsCounters.Event.TSIG_REFUSED) > 1000);
  }

  private static void refused(Message answer, int error, int macOctets) {
    Ask.assertRcode(Rcode.NOTAUTH, answer);
    TSIGRecord tsig = answer.getTSIG();
    assertNotNull(tsig);
    assertEquals(
        org.xbill.DNS.Rcode.TSIGstring(error), org.xbill.DNS.Rcode.TSIGstring(tsig.getError()));
    byte[] mac = tsig.getSignature();
    assertEquals(macOctets, mac == null ? 0 : mac.length);
    assertArrayEquals(new Object[0], answer.getSection(Section.ANSWER).toArray());
  }

  private static byte[] unsigned(byte[] message) {
    byte[] copy = message.clone();
    Wire.putU16(copy, 10, Wire.u16(copy, 10) - 1);
    return copy;
  }

  /** The signed query with so many octets of its code left out at the end. */
  private static byte[] shortened(byte[] wire, int less) {
    int macEnd = wire.length - 6;
    byte[] out = new byte[wire.length - less];
    System.arraycopy(wire, 0, out, 0, macEnd - less);
    System.arraycopy(wire, macEnd, out, macEnd - less, 6);
    int macAt = macEnd - 32;
    Wire.putU16(out, macAt - 2, 32 - less);
    int rdata = macAt - 10 - "hmac-sha256.".length() - 1;
    Wire.putU16(out, rdata - 2, Wire.u16(out, rdata - 2) - less);
    return out;
  }
}
