package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.DClass;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** Broken packets, the same ones on every run, over both transports and all phases of a lease. */
class MutationTest {
  private static final int PACKETS = 60_000;
  private static final int MAX_UDP = 1232;

  private final AnswerTable table = Example.table();
  private final AnswerEngine engine =
      new AnswerEngine(
          new ServerIdentity(Optional.of("site1"), Optional.of("1")),
          Optional.of(ServerCookies.of(List.of(new byte[16]))));
  private final Response response = new Response();
  private final int[] seen = new int[24];

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void noPacketBreaksTheEngine(long seed) {
    Random random = new Random(seed);
    List<byte[]> queries = queries();
    int silent = 0;
    for (int i = 0; i < PACKETS; i++) {
      byte[] packet = mutate(queries.get(random.nextInt(queries.size())), random, queries);
      Transport transport = random.nextBoolean() ? Transport.UDP : Transport.TCP;
      long now = random.nextLong(2 * Example.STALE_AFTER);
      try {
        silent += check(packet, now, transport) ? 0 : 1;
      } catch (RuntimeException | AssertionError e) {
        String hex = HexFormat.of().formatHex(packet);
        throw new AssertionError("seed " + seed + ", packet " + i + " at " + now + ": " + hex, e);
      }
    }
    assertTrue(silent > 0, "no packet without an answer");
    for (Rcode rcode : Rcode.values()) {
      // The engine alone turns nobody away for asking too much, and knows no keys.
      boolean of = rcode != Rcode.BADCOOKIE && rcode != Rcode.NOTAUTH;
      assertTrue(seen[rcode.code()] > 0 || !of, "mutations never led to " + rcode);
    }
  }

  private boolean check(byte[] packet, long now, Transport transport) {
    byte[] before = packet.clone();
    boolean answered = engine.answer(packet, packet.length, table, now, transport, response);
    assertTrue(Arrays.equals(before, packet), "the packet was changed");
    if (packet.length < 12 || (packet[2] & 0x80) != 0) {
      assertFalse(answered, "answered what is no query");
    }
    if (answered) {
      byte[] wire = Arrays.copyOf(response.bytes(), response.length());
      assertTrue(wire.length <= MAX_UDP, "length " + wire.length);
      assertEquals(packet[0], wire[0]);
      assertEquals(packet[1], wire[1]);
      assertEquals(0x80 | (packet[2] & 0x78), wire[2] & 0xf8, "QR and opcode");
      assertEquals(0, wire[3] & 0xf0, "RA, Z, AD, CD");
      Message message = Ask.decode(wire);
      assertEquals(response.rcode().code(), message.getRcode());
      seen[message.getRcode()]++;
    }
    return answered;
  }

  private static List<byte[]> queries() {
    List<Message> queries = new ArrayList<>();
    for (String name : List.of("db", "alias", "down", "ns1", "nope", "very.deep", "fresh")) {
      queries.add(Ask.query(name + ".vip.example.", RrType.A));
      queries.add(Ask.ednsQuery(name + ".vip.example.", RrType.AAAA, 1232));
    }
    queries.add(Ask.query("vip.example.", RrType.SOA));
    queries.add(Ask.query("vip.example.", RrType.ANY));
    queries.add(Ask.query("elsewhere.test.", RrType.A));
    queries.add(Ask.query("a.".repeat(120) + "vip.example.", RrType.TXT));
    Message options = Ask.query("db.vip.example.", RrType.TXT);
    GenericEDNSOption cookie = new GenericEDNSOption(10, new byte[8]);
    options.addRecord(new OPTRecord(4096, 0, 0, 0x8000, cookie, cookie), Section.ADDITIONAL);
    queries.add(options);
    Message near = Ask.ednsQuery("vip.example.", RrType.NS, 1232);
    near.removeAllRecords(Section.ADDITIONAL);
    near.addRecord(
        new OPTRecord(
            1232,
            0,
            0,
            0,
            new GenericEDNSOption(3, new byte[0]),
            new ClientSubnetOption(24, InetAddress.ofLiteral("198.51.100.0"))),
        Section.ADDITIONAL);
    queries.add(near);
    Name version = Name.fromConstantString("version.bind.");
    queries.add(Message.newQuery(Record.newRecord(version, RrType.TXT, DClass.CH)));
    return queries.stream().map(Message::toWire).toList();
  }

  private static byte[] mutate(byte[] query, Random random, List<byte[]> others) {
    byte[] packet = query.clone();
    for (int n = random.nextInt(4); n > 0; n--) {
      int at = packet.length == 0 ? 0 : random.nextInt(packet.length);
      packet =
          switch (random.nextInt(7)) {
            case 0 -> Arrays.copyOf(packet, at);
            case 1 -> Arrays.copyOf(packet, packet.length + 1 + random.nextInt(20));
            case 2 -> splice(packet, at, others.get(random.nextInt(others.size())), random);
            case 3 -> set(packet, random.nextInt(12), random.nextInt(3));
            case 4 -> set(packet, at, random.nextInt(256));
            case 5 -> set(packet, at, List.of(0, 0xc0, 0xff, 0x3f, 0x40).get(random.nextInt(5)));
            default -> flip(packet, at, random);
          };
    }
    return packet;
  }

  private static byte[] set(byte[] packet, int at, int value) {
    if (at < packet.length) {
      packet[at] = (byte) value;
    }
    return packet;
  }

  private static byte[] flip(byte[] packet, int at, Random random) {
    return at < packet.length ? set(packet, at, packet[at] ^ 1 << random.nextInt(8)) : packet;
  }

  private static byte[] splice(byte[] packet, int at, byte[] other, Random random) {
    int from = random.nextInt(other.length);
    byte[] joined = Arrays.copyOf(packet, at + other.length - from);
    System.arraycopy(other, from, joined, at, other.length - from);
    return joined;
  }
}
