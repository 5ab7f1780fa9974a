package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;

/** Puts questions to an engine; every answer goes through dnsjava, a decoder of another author. */
final class Ask {
  private final AnswerTable table;
  private final AnswerEngine engine;
  private final Client client = new Client();
  private final Response response = new Response();
  private long now;
  private Transport transport = Transport.UDP;

  Ask(AnswerTable table) {
    this(table, new AnswerEngine());
  }

  Ask(AnswerTable table, AnswerEngine engine) {
    this.table = table;
    this.engine = engine;
  }

  Ask at(long nanos) {
    now = nanos;
    return this;
  }

  Ask from(String address) {
    client.from(InetAddress.ofLiteral(address));
    return this;
  }

  /** At that second since 1970, by which cookies age. */
  Ask onDay(long unixSeconds) {
    client.at(unixSeconds);
    return this;
  }

  Ask over(Transport by) {
    transport = by;
    return this;
  }

  static Message query(String name, int type) {
    try {
      Name absolute = Name.fromString(name, Name.root);
      return Message.newQuery(Record.newRecord(absolute, type, DClass.IN));
    } catch (TextParseException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A query with EDNS version 0 that offers {@code payload} octets. */
  static Message ednsQuery(String name, int type, int payload) {
    Message query = query(name, type);
    query.addRecord(new org.xbill.DNS.OPTRecord(payload, 0, 0), Section.ADDITIONAL);
    return query;
  }

  Message ask(String name, int type) {
    return ask(query(name, type));
  }

  Message ask(Message query) {
    return decode(askRaw(query.toWire()));
  }

  byte[] askRaw(byte[] query) {
    assertTrue(
        engine.answer(query, query.length, client, table, now, transport, response),
        "expected a response");
    return Arrays.copyOf(response.bytes(), response.length());
  }

  boolean answers(byte[] packet, int length) {
    return engine.answer(packet, length, client, table, now, transport, response);
  }

  static Message decode(byte[] wire) {
    try {
      Message message = new Message(wire);
      assertEquals(wire.length, message.numBytes(), "octets after the message");
      return message;
    } catch (IOException e) {
      throw new UncheckedIOException("dnsjava cannot read the response", e);
    }
  }

  /** The section's records as "owner ttl type data". */
  static List<String> texts(Message message, int section) {
    return message.getSection(section).stream()
        .map(
            r ->
                r.getName()
                    + " "
                    + r.getTTL()
                    + " "
                    + org.xbill.DNS.Type.string(r.getType())
                    + " "
                    + r.rdataToString())
        .toList();
  }

  static List<String> answers(Message message) {
    return texts(message, Section.ANSWER);
  }

  static List<String> authority(Message message) {
    return texts(message, Section.AUTHORITY);
  }

  static void assertRcode(Rcode expected, Message message) {
    assertEquals(
        org.xbill.DNS.Rcode.string(expected.code()),
        org.xbill.DNS.Rcode.string(message.getRcode()));
  }

  static boolean authoritative(Message message) {
    return message.getHeader().getFlag(org.xbill.DNS.Flags.AA);
  }

  static boolean truncated(Message message) {
    return message.getHeader().getFlag(org.xbill.DNS.Flags.TC);
  }
}
