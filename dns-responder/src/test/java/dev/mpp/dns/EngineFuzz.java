package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Packet in, packet out. The first octet chooses transport, client and phase of the lease, the rest
 * is the packet. What comes out is bounded, is read to its end by dnsjava, and answers the question
 * that dnsjava sees in the query.
 */
final class EngineFuzz implements FuzzTarget {
  private static final EngineFuzz TARGET = new EngineFuzz();
  private static final int PLAIN = 512;
  private static final int MOST_UDP = 1232;
  private static final List<Long> TIMES =
      List.of(0L, Example.LEASE_END - 1, Example.LEASE_END, Example.STALE_AFTER);

  private final AnswerTable table = FuzzTable.table();
  private final AnswerEngine engine = FuzzTable.engine();
  private final Response response = new Response();
  private final Client client = new Client();

  /** Where Jazzer comes in. */
  public static void fuzzerTestOneInput(byte[] input) {
    TARGET.run(input);
  }

  @Override
  public void run(byte[] input) {
    if (input.length == 0) {
      return;
    }
    int choice = input[0];
    byte[] packet = Arrays.copyOfRange(input, 1, input.length);
    byte[] before = packet.clone();
    Transport transport = (choice & 1) == 0 ? Transport.UDP : Transport.TCP;
    long now = TIMES.get(choice >> 1 & 3);
    // 10.1.2.3 may see everything and is near; the other one is neither.
    client
        .set((choice & 8) == 0 ? 0 : 0x20010db9_00000000L, (choice & 8) == 0 ? 0xffff_0a010203L : 1)
        .at(1L << 31);
    boolean answered =
        engine.answer(packet, packet.length, client, table, now, transport, response);
    assertTrue(Arrays.equals(before, packet), "the packet was changed");
    if (packet.length < Wire.HEADER || packet[2] < 0) {
      assertFalse(answered, "answered what is no query");
    }
    if (answered) {
      check(packet, transport);
      boolean proven = engine.provenAddress(client);
      if (!proven && engine.turnAway(client, transport, response)) {
        check(packet, transport);
        assertTrue(response.length() <= packet.length + 32, "turning away made it longer");
      }
    }
  }

  private void check(byte[] packet, Transport transport) {
    byte[] wire = Arrays.copyOf(response.bytes(), response.length());
    Message answer = Ask.decode(wire);
    assertEquals(packet[0], wire[0]);
    assertEquals(packet[1], wire[1]);
    assertEquals(0x80 | packet[2] & 0x78, wire[2] & 0xf8, "QR and opcode");
    assertEquals(0, wire[3] & 0xf0, "RA, Z, AD, CD");
    assertEquals(response.rcode().code(), answer.getRcode());
    if (transport == Transport.UDP) {
      int most = answer.getOPT() == null ? PLAIN : MOST_UDP;
      assertTrue(wire.length <= most, wire.length + " octets over UDP");
    }
    assertTrue(!Ask.truncated(answer) || answer.getSection(Section.ANSWER).isEmpty(), "half a set");
    @Nullable Message query = decoded(packet);
    if (query != null && !answer.getSection(Section.QUESTION).isEmpty()) {
      agree(query, answer);
    }
  }

  private static void agree(Message query, Message answer) {
    Record asked = query.getSection(Section.QUESTION).getFirst();
    Record echoed = answer.getSection(Section.QUESTION).getFirst();
    assertEquals(asked.getName().toString(), echoed.getName().toString(), "letters as asked");
    assertEquals(asked.getType(), echoed.getType());
    assertEquals(asked.getDClass(), echoed.getDClass());
    if (answer.getRcode() != Rcode.FORMERR.code()) {
      assertEquals(query.getOPT() != null, answer.getOPT() != null, "OPT only for OPT");
    }
    for (Record r : answer.getSection(Section.ANSWER)) {
      assertEquals(asked.getDClass(), r.getDClass());
    }
    List<Record> answers = answer.getSection(Section.ANSWER);
    if (!answers.isEmpty()) {
      assertEquals(asked.getName(), answers.getFirst().getName(), "the first answers the question");
    }
  }

  /** Null where the other decoder reads nothing, or, because of TC, not to the end. */
  private static @Nullable Message decoded(byte[] packet) {
    if (packet.length < Wire.HEADER || (packet[2] & 0x02) != 0) {
      return null;
    }
    try {
      return new Message(packet);
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }
}
