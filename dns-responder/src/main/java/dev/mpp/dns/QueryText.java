package dev.mpp.dns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * A query as one line: {@code 2026-01-31T12:00:00.000001Z 192.0.2.1#53000 udp db.example.com. A
 * NOERROR 62}. Time, client, transport, question, outcome, octets of the response. What cannot be
 * read is {@code -}; without a response the outcome is {@code dropped}, of a truncated one {@code
 * NOERROR+tc}. A name cannot break the line: everything but printable ASCII is escaped (RFC 1035
 * section 5.1).
 */
public final class QueryText implements QuerySink {
  private static final int TC = 0x02;

  private final LogFile file;
  private final WireQuery reader = new WireQuery();

  public QueryText(LogFile file) {
    this.file = file;
  }

  @Override
  public void open() throws IOException {
    file.append();
  }

  @Override
  public void write(LoggedQuery query) throws IOException {
    if (file.full()) {
      file.begin();
    }
    file.write((line(query) + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void flush() throws IOException {
    file.flush();
  }

  @Override
  public void close() {
    file.close();
  }

  String line(LoggedQuery query) {
    return String.join(
        " ",
        query.time().toString(),
        query.address().getHostAddress() + "#" + query.port(),
        query.transport().name().toLowerCase(Locale.ROOT),
        question(query.query()),
        outcome(query),
        String.valueOf(query.response().length));
  }

  private String question(byte[] packet) {
    return switch (reader.read(packet, packet.length)) {
      case SILENT, NOT_IMPLEMENTED, UNREADABLE, COOKIE_ONLY -> "- -";
      case MALFORMED, READABLE ->
          NameText.fromWire(
                  Arrays.copyOfRange(packet, Wire.HEADER, Wire.HEADER + reader.name().length()))
              + " "
              + type(reader.type());
    };
  }

  private static String outcome(LoggedQuery query) {
    byte[] response = query.response();
    boolean truncated = response.length > 2 && (response[2] & TC) != 0;
    return query.rcode().map(Rcode::name).orElse("dropped") + (truncated ? "+tc" : "");
  }

  private static String type(int number) {
    DnsCounters.Asked asked = DnsCounters.Asked.of(number);
    return asked == DnsCounters.Asked.OTHER ? "TYPE" + number : asked.name();
  }
}
