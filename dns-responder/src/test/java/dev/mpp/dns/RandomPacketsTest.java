package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Packets that nobody would send, put together from likely pieces: header counts, names with every
 * kind of label, records, OPT with options of every shape. Whatever comes, the response is bounded,
 * reads without a rest, and answers the question that the other decoder sees.
 */
class RandomPacketsTest {
  private static final int PACKETS = 100_000;
  private static final int[] TYPES = {0, 1, 2, 5, 6, 16, 28, 33, 41, 43, 250, 251, 252, 255, 999};
  private static final int[] CLASSES = {1, 1, 1, 1, 3, 4, 254, 255, 0};
  private static final int[] OPTIONS = {3, 8, 10, 10, 11, 12, 65001};
  private static final String[] LABELS = {
    "vip", "example", "db", "ns1", "alias", "deep", "sub", "version", "bind", "*", ""
  };

  private final AnswerTable table = Example.table();
  private final AnswerEngine engine =
      new AnswerEngine(
          new ServerIdentity(Optional.of("x".repeat(64)), Optional.of("v")),
          Optional.of(ServerCookies.of(List.of(new byte[16]))));
  private final Response response = new Response();
  private final Client client = new Client();

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void everyResponseIsBoundedAndReadable(long seed) {
    Random random = new Random(seed);
    int agreed = 0;
    for (int i = 0; i < PACKETS; i++) {
      byte[] packet = packet(random);
      Transport transport = random.nextBoolean() ? Transport.UDP : Transport.TCP;
      client.set(random.nextLong(), random.nextLong()).at(random.nextLong(1L << 33));
      try {
        agreed += check(packet, random.nextLong(2 * Example.STALE_AFTER), transport) ? 1 : 0;
      } catch (RuntimeException | AssertionError e) {
        String hex = HexFormat.of().formatHex(packet);
        throw new AssertionError("seed " + seed + ", packet " + i + ": " + hex, e);
      }
    }
    assertTrue(agreed > PACKETS / 20, "hardly any packet was a query: " + agreed);
  }

  /** Whether a question was answered that both decoders read alike. */
  private boolean check(byte[] packet, long now, Transport transport) {
    if (!engine.answer(packet, packet.length, client, table, now, transport, response)) {
      return false;
    }
    byte[] wire = Arrays.copyOf(response.bytes(), response.length());
    assertTrue(wire.length <= 1232, "length " + wire.length);
    Message answer = Ask.decode(wire);
    assertEquals(response.rcode().code(), answer.getRcode());
    @Nullable Message query = decoded(packet);
    if (query == null || answer.getSection(Section.QUESTION).isEmpty()) {
      return false;
    }
    Record asked = query.getSection(Section.QUESTION).getFirst();
    Record echoed = answer.getSection(Section.QUESTION).getFirst();
    assertEquals(asked.getName().toString(), echoed.getName().toString());
    assertEquals(asked.getType(), echoed.getType());
    assertEquals(asked.getDClass(), echoed.getDClass());
    if (answer.getRcode() != Rcode.FORMERR.code()) {
      assertEquals(query.getOPT() != null, answer.getOPT() != null);
    }
    for (Record r : answer.getSection(Section.ANSWER)) {
      assertEquals(asked.getDClass(), r.getDClass());
    }
    return answer.getRcode() != Rcode.FORMERR.code();
  }

  /** Null where the other decoder reads nothing, or, because of TC, not to the end. */
  private static @Nullable Message decoded(byte[] packet) {
    if ((packet[2] & 0x02) != 0) {
      return null;
    }
    try {
      return new Message(packet);
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private static int pick(int[] values, Random random) {
    return values[random.nextInt(values.length)];
  }

  /** Small, as counts are when they are right; large now and then. */
  private static int count(Random random) {
    return random.nextInt(12) == 0 ? random.nextInt(0x10000) : 0;
  }

  private static byte[] packet(Random random) {
    byte[] out = new byte[2048];
    out[0] = (byte) random.nextInt();
    out[1] = (byte) random.nextInt();
    out[2] = (byte) (random.nextInt(6) == 0 ? random.nextInt() : random.nextInt(2));
    out[3] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : 0);
    boolean opt = random.nextInt(3) > 0;
    Wire.putU16(out, 4, random.nextInt(20) == 0 ? count(random) : 1);
    Wire.putU16(out, 6, count(random));
    Wire.putU16(out, 8, count(random));
    Wire.putU16(out, 10, opt ? 1 + count(random) : count(random));
    int at = name(out, 12, random);
    Wire.putU16(out, at, pick(TYPES, random));
    Wire.putU16(out, at + 2, pick(CLASSES, random));
    at += 4;
    at = opt ? opt(out, at, random) : at;
    for (int extra = random.nextInt(10) == 0 ? random.nextInt(30) : 0; extra > 0; extra--) {
      out[at++] = (byte) random.nextInt();
    }
    return Arrays.copyOf(out, random.nextInt(30) == 0 ? random.nextInt(at + 1) : at);
  }

  private static int name(byte[] out, int start, Random random) {
    int at = start;
    for (int labels = random.nextInt(5); labels > 0; labels--) {
      if (random.nextInt(40) == 0) {
        out[at++] = (byte) random.nextInt(); // a pointer, a reserved type, or any length
      } else if (random.nextInt(30) == 0) {
        int length = 1 + random.nextInt(63);
        out[at++] = (byte) length;
        for (int i = 0; i < length; i++) {
          out[at++] = (byte) random.nextInt();
        }
      } else {
        at = label(out, at, LABELS[random.nextInt(LABELS.length)]);
      }
    }
    if (random.nextBoolean()) {
      at = label(out, label(out, at, "vip"), "example");
    }
    out[at++] = 0;
    return at;
  }

  private static int label(byte[] out, int at, String text) {
    out[at] = (byte) text.length();
    for (int i = 0; i < text.length(); i++) {
      out[at + 1 + i] = (byte) text.charAt(i);
    }
    return at + 1 + text.length();
  }

  private static int opt(byte[] out, int start, Random random) {
    int at = start;
    out[at++] = 0;
    Wire.putU16(out, at, RrType.OPT);
    Wire.putU16(out, at + 2, random.nextInt(5000));
    Wire.putU16(out, at + 4, random.nextInt(8) == 0 ? random.nextInt(0x10000) : 0);
    Wire.putU16(out, at + 6, random.nextInt(4) == 0 ? random.nextInt(0x10000) : 0);
    int lengthAt = at + 8;
    at += 10;
    for (int options = random.nextInt(4); options > 0; options--) {
      int length = random.nextInt(3) == 0 ? random.nextInt(45) : 8;
      Wire.putU16(out, at, pick(OPTIONS, random));
      Wire.putU16(out, at + 2, random.nextInt(40) == 0 ? random.nextInt(0x10000) : length);
      at += 4;
      for (int i = 0; i < length; i++) {
        out[at++] = (byte) (random.nextBoolean() ? random.nextInt() : 0);
      }
    }
    Wire.putU16(out, lengthAt, at - lengthAt - 2);
    return at;
  }
}
