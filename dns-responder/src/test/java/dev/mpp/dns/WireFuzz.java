package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import org.xbill.DNS.DNSInput;
import org.xbill.DNS.Name;
import org.xbill.DNS.WireParseException;

/** Any octets: the question is read exactly when dnsjava reads one, and then is the same one. */
final class WireFuzz implements FuzzTarget {
  private static final WireFuzz TARGET = new WireFuzz();

  private final WireQuery query = new WireQuery();

  /** Where Jazzer comes in. */
  public static void fuzzerTestOneInput(byte[] input) {
    TARGET.run(input);
  }

  /** A question as the other decoder reads it, and where it ends. */
  private record Question(Name name, int type, int klass, int end) {}

  @Override
  public void run(byte[] input) {
    byte[] before = input.clone();
    WireQuery.Verdict verdict = query.read(input, input.length);
    assertTrue(Arrays.equals(before, input), "the packet was changed");
    switch (verdict) {
      case SILENT -> assertTrue(input.length < Wire.HEADER || input[2] < 0, "a query");
      case NOT_IMPLEMENTED -> assertTrue((input[2] & 0x78) != 0, "opcode QUERY");
      case UNREADABLE ->
          assertTrue(
              Wire.u16(input, 4) != 1 || question(input).isEmpty(), "one question, and readable");
      case COOKIE_ONLY -> assertEquals(0, Wire.u16(input, 4));
      case MALFORMED, READABLE -> {
        Question asked = question(input).orElseThrow();
        assertEquals(asked.end(), query.questionEnd());
        assertEquals(asked.name().length(), query.name().length());
        assertEquals(asked.name().labels(), query.name().suffixes());
        assertEquals(asked.type(), query.type());
        assertEquals(asked.klass(), query.klass());
        checkOptions(input);
      }
    }
  }

  private void checkOptions(byte[] input) {
    if (query.cookieLength() > 0) {
      assertTrue(query.cookieAt() + query.cookieLength() <= input.length, "cookie past the end");
    }
    if (query.subnetLength() > 0) {
      assertTrue(query.subnetAt() + query.subnetLength() <= input.length, "subnet past the end");
      assertTrue(query.subnetBits() <= 128, "subnet of more bits than there are");
    }
  }

  /** Empty for what must not be read: a pointer has nothing before it to point at. */
  private static Optional<Question> question(byte[] input) {
    if (input.length == Wire.HEADER) {
      return Optional.empty();
    }
    for (int at = Wire.HEADER; at < input.length && input[at] != 0; at += 1 + input[at]) {
      if (input[at] < 0) {
        return Optional.empty();
      }
    }
    try {
      DNSInput in = new DNSInput(input);
      in.jump(Wire.HEADER);
      Name name = new Name(in);
      return Optional.of(new Question(name, in.readU16(), in.readU16(), in.current()));
    } catch (WireParseException e) {
      return Optional.empty();
    }
  }
}
