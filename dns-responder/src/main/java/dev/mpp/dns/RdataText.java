package dev.mpp.dns;

import dev.mpp.dns.MasterLexer.Word;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Presentation format of record data. Throws {@link IllegalArgumentException} with what is wrong
 * and how to write it.
 */
final class RdataText {
  private static final Map<String, Integer> TYPES =
      Map.ofEntries(
          Map.entry("A", RrType.A),
          Map.entry("NS", RrType.NS),
          Map.entry("CNAME", RrType.CNAME),
          Map.entry("SOA", RrType.SOA),
          Map.entry("PTR", RrType.PTR),
          Map.entry("MX", RrType.MX),
          Map.entry("TXT", RrType.TXT),
          Map.entry("AAAA", RrType.AAAA),
          Map.entry("SRV", RrType.SRV),
          Map.entry("DS", RrType.DS),
          Map.entry("SSHFP", RrType.SSHFP),
          Map.entry("TLSA", RrType.TLSA),
          Map.entry("CAA", RrType.CAA));

  private final int type;
  private final List<Word> words;
  private final Function<String, DnsName> names;
  private int next;

  /**
   * @param words of the entry behind the type
   * @param names reads a name, relative to the origin or absolute
   */
  RdataText(int type, List<Word> words, Function<String, DnsName> names) {
    this.type = type;
    this.words = words;
    this.names = names;
  }

  /** The number of a type by its name or as TYPE123 (RFC 3597); empty if it is none of ours. */
  static Optional<Integer> type(String text) {
    String name = text.toUpperCase(Locale.ROOT);
    if (name.matches("TYPE[0-9]{1,5}")) {
      int number = Integer.parseInt(name.substring(4));
      return number > 0xffff ? Optional.empty() : Optional.of(number);
    }
    return Optional.ofNullable(TYPES.get(name));
  }

  Rdata read() {
    Rdata data = words.size() > 1 && words.getFirst().text().equals("\\#") ? generic() : known();
    if (next < words.size()) {
      throw new IllegalArgumentException(
          "\"" + words.get(next).text() + "\" is one word too many for this type; remove it");
    }
    return data;
  }

  private Rdata known() {
    return switch (type) {
      case RrType.A, RrType.AAAA -> address();
      case RrType.NS -> new Rdata.Ns(name());
      case RrType.CNAME -> new Rdata.Cname(name());
      case RrType.TXT -> new Rdata.Txt(strings());
      case RrType.SRV ->
          new Rdata.Srv(
              (int) number("priority", 0xffff),
              (int) number("weight", 0xffff),
              (int) number("port", 0xffff),
              name());
      case RrType.SOA -> soa();
      case RrType.PTR -> opaque(out -> write(out, name()));
      case RrType.MX ->
          opaque(
              out -> {
                u16(out, number("preference", 0xffff));
                write(out, name());
              });
      case RrType.DS ->
          opaque(
              out -> {
                u16(out, number("key tag", 0xffff));
                out.write((int) number("algorithm", 255));
                out.write((int) number("digest type", 255));
                out.writeBytes(hex());
              });
      case RrType.SSHFP ->
          opaque(
              out -> {
                out.write((int) number("algorithm", 255));
                out.write((int) number("fingerprint type", 255));
                out.writeBytes(hex());
              });
      case RrType.TLSA ->
          opaque(
              out -> {
                out.write((int) number("usage", 255));
                out.write((int) number("selector", 255));
                out.write((int) number("matching type", 255));
                out.writeBytes(hex());
              });
      case RrType.CAA -> caa();
      default ->
          throw new IllegalArgumentException(
              "data of type " + type + " is not read in its own form; write \\# LENGTH HEX");
    };
  }

  private Rdata address() {
    String text = word("an address");
    Rdata data;
    try {
      data = Rdata.address(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not an IP address", e);
    }
    if (data.type() != type) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is of the other family; A is for IPv4, AAAA for IPv6");
    }
    return data;
  }

  private Rdata soa() {
    return new Rdata.Soa(
        name(),
        name(),
        number("serial", 0xffff_ffffL),
        ttl("refresh"),
        ttl("retry"),
        ttl("expire"),
        ttl("minimum"));
  }

  private Rdata caa() {
    return opaque(
        out -> {
          out.write((int) number("flags", 255));
          byte[] tag = tag().getBytes(StandardCharsets.US_ASCII);
          out.write(tag.length);
          out.writeBytes(tag);
          out.writeBytes(word("a value").getBytes(StandardCharsets.UTF_8));
        });
  }

  /** RFC 8659 section 4.1; letters of any case mean the same, so that the usual one is sent. */
  private String tag() {
    String tag = word("a tag");
    if (!tag.matches("[0-9A-Za-z]{1,255}")) {
      throw new IllegalArgumentException(
          "tag \"" + tag + "\" is not of letters and digits; write issue, issuewild or iodef");
    }
    return tag.toLowerCase(Locale.ROOT);
  }

  /** For types that are not known here: of the others it would be served however broken. */
  private Rdata generic() {
    if (TYPES.containsValue(type)) {
      throw new IllegalArgumentException(
          "\\# is for types that have no form of their own here; write the data of this type out");
    }
    next = 1;
    long length = number("length", 0xffff);
    byte[] data = length == 0 && next == words.size() ? new byte[0] : hex();
    if (data.length != length) {
      throw new IllegalArgumentException(
          "\\# says " + length + " octets, but " + data.length + " follow; correct one");
    }
    return new Rdata.Opaque(type, data);
  }

  private interface Writer {
    void write(ByteArrayOutputStream out);
  }

  private Rdata opaque(Writer writer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(out);
    return new Rdata.Opaque(type, out.toByteArray());
  }

  private static void u16(ByteArrayOutputStream out, long value) {
    out.write((int) (value >>> 8));
    out.write((int) value);
  }

  private static void write(ByteArrayOutputStream out, DnsName name) {
    name.writeTo(out, name.length());
  }

  private String word(String what) {
    if (next == words.size()) {
      throw new IllegalArgumentException("the data ends where " + what + " should be; add it");
    }
    return words.get(next++).text();
  }

  private DnsName name() {
    return names.apply(word("a name"));
  }

  private long number(String what, long most) {
    String text = word("the " + what);
    if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) > most) {
      throw new IllegalArgumentException(
          what + " is \"" + text + "\"; write a number from 0 to " + most);
    }
    return Long.parseLong(text);
  }

  private long ttl(String what) {
    String text = word("the " + what);
    return seconds(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    what + " is \"" + text + "\"; write seconds, or 1h30m"));
  }

  private byte[] hex() {
    StringBuilder all = new StringBuilder(word("hexadecimal data"));
    while (next < words.size()) {
      all.append(words.get(next++).text());
    }
    try {
      return HexFormat.of().parseHex(all);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + all + "\" is not hexadecimal data; write two digits an octet", e);
    }
  }

  private List<String> strings() {
    List<String> strings = new ArrayList<>();
    do {
      strings.add(unescaped(word("a string")));
    } while (next < words.size());
    return strings;
  }

  /** {@code \X} and {@code \DDD}; an octet past ASCII is written as the character it belongs to. */
  private static String unescaped(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      String digits = text.substring(i + 1, Math.min(i + 4, text.length()));
      if (digits.matches("[0-9]{3}")) {
        int octet = Integer.parseInt(digits);
        if (octet > 0x7f) {
          throw new IllegalArgumentException(
              "\\" + digits + " is no ASCII character; write the character itself (UTF-8)");
        }
        out.append((char) octet);
        i += 3;
      } else if (digits.isEmpty() || Character.isDigit(digits.charAt(0))) {
        throw new IllegalArgumentException("\"" + text + "\" has a broken \\DDD escape");
      } else {
        out.append(digits.charAt(0));
        i++;
      }
    }
    return out.toString();
  }

  /** Seconds, or a sum such as {@code 1h30m} with w, d, h, m, s; empty if it is none. */
  static Optional<Long> seconds(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (!lower.matches("[0-9]{1,10}|([0-9]{1,10}[wdhms])+")) {
      return Optional.empty();
    }
    long total = 0;
    long number = 0;
    for (char c : lower.toCharArray()) {
      if (Character.isDigit(c)) {
        number = number * 10 + (c - '0');
      } else {
        total += number * unit(c);
        number = 0;
      }
    }
    total += number;
    return total <= Integer.MAX_VALUE ? Optional.of(total) : Optional.empty();
  }

  private static long unit(char c) {
    return switch (c) {
      case 'w' -> 604_800;
      case 'd' -> 86_400;
      case 'h' -> 3_600;
      case 'm' -> 60;
      default -> 1;
    };
  }
}
