package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;

/** Headers, refusals and malformed queries. */
class ProtocolTest {
  private static final int FLAGS = 2;
  private static final int QDCOUNT = 5;
  private static final int ANCOUNT = 7;
  private static final int NSCOUNT = 9;
  private static final int ARCOUNT = 11;

  private final Ask ask = new Ask(Example.table());

  private static byte[] query() {
    return Ask.query("ns1.vip.example.", RrType.A).toWire();
  }

  private static byte[] with(int at, int value) {
    byte[] query = query();
    query[at] = (byte) value;
    return query;
  }

  private Message formerr(byte[] packet) {
    Message response = Ask.decode(ask.askRaw(packet));
    Ask.assertRcode(Rcode.FORMERR, response);
    assertFalse(Ask.authoritative(response));
    return response;
  }

  @Test
  void theQuestionComesBackInTheCaseItWasSent() {
    byte[] query = Ask.query("nS1.ViP.exAMPle.", RrType.A).toWire();
    byte[] response = ask.askRaw(query);
    assertArrayEquals(
        Arrays.copyOfRange(query, 12, query.length),
        Arrays.copyOfRange(response, 12, query.length));
    assertEquals(1, Ask.answers(Ask.decode(response)).size());
  }

  @Test
  void onlyIdOpcodeAndRdComeBackFromTheHeader() {
    byte[] query = query();
    query[FLAGS] = 0b0000_0111; // AA TC RD
    query[FLAGS + 1] = (byte) 0b1111_1111; // RA Z AD CD and a code
    byte[] response = ask.askRaw(query);
    assertEquals(0b1000_0101, response[FLAGS] & 0xff);
    assertEquals(0, response[FLAGS + 1]);
    assertEquals(query[0], response[0]);
    assertEquals(query[1], response[1]);
  }

  @Test
  void responsesAndFragmentsGetNoAnswer() {
    assertFalse(ask.answers(with(FLAGS, 0x80), query().length));
    for (int length = 0; length < 12; length++) {
      assertFalse(ask.answers(query(), length), "length " + length);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 15})
  void otherOpcodesAreNotImplemented(int opcode) {
    byte[] response = ask.askRaw(with(FLAGS, opcode << 3 | 1));
    assertEquals(12, response.length);
    assertEquals(0x80 | opcode << 3, response[FLAGS] & 0xff);
    Ask.assertRcode(Rcode.NOTIMP, Ask.decode(response));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 254, 255})
  void otherClassesAreRefused(int klass) {
    byte[] query = query();
    query[query.length - 1] = (byte) klass;
    Ask.assertRcode(Rcode.REFUSED, Ask.decode(ask.askRaw(query)));
  }

  @ParameterizedTest
  @ValueSource(ints = {251, 252})
  void transfersAreRefused(int type) {
    for (Transport transport : Transport.values()) {
      Message response = ask.over(transport).ask("vip.example.", type);
      Ask.assertRcode(Rcode.REFUSED, response);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {41, 250})
  void pseudoTypesCannotBeAskedFor(int type) {
    formerr(Ask.query("ns1.vip.example.", type).toWire());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 255})
  void thereIsExactlyOneQuestion(int count) {
    byte[] response = ask.askRaw(with(QDCOUNT, count));
    assertEquals(12, response.length);
    Ask.assertRcode(Rcode.FORMERR, Ask.decode(response));
  }

  @Test
  void aQuestionCutAnywhereIsMalformed() {
    byte[] query = query();
    for (int length = 12; length < query.length; length++) {
      assertEquals(12, ask.askRaw(Arrays.copyOf(query, length)).length, "length " + length);
    }
  }

  @Test
  void aPointerInTheQuestionIsMalformed() {
    byte[] packet = {0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, (byte) 0xc0, 12, 0, 1, 0, 1};
    assertEquals(12, ask.askRaw(packet).length);
    formerr(packet);
  }

  @Test
  void sectionsThatAreNotThereAreMalformedAndTheQuestionIsEchoed() {
    for (int count : new int[] {ANCOUNT, NSCOUNT, ARCOUNT}) {
      assertEquals(1, formerr(with(count, 1)).getSection(0).size());
    }
    byte[] trailing = Arrays.copyOf(query(), query().length + 1);
    assertEquals(1, formerr(trailing).getSection(0).size());
  }

  @Test
  void aQueryWithAnswersIsMalformed() {
    byte[] query = query();
    byte[] record = {0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 1, 0};
    byte[] packet = Arrays.copyOf(query, query.length + record.length);
    System.arraycopy(record, 0, packet, query.length, record.length);

    packet[ANCOUNT] = 1;
    formerr(packet);
    packet[ANCOUNT] = 0;
    packet[NSCOUNT] = 1;
    formerr(packet);
    packet[NSCOUNT] = 0;
    packet[ARCOUNT] = 1; // some other record there, as TSIG would be, is passed over
    Ask.assertRcode(Rcode.NOERROR, Ask.decode(ask.askRaw(packet)));
  }
}
