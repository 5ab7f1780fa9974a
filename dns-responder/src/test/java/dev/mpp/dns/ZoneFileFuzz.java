package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Any text as a master file: problems with their place, or a zone whose every name can be asked for
 * and every answer read by dnsjava.
 */
final class ZoneFileFuzz implements FuzzTarget {
  private static final ZoneFileFuzz TARGET = new ZoneFileFuzz();
  private static final String FILE = "fuzz.zone";

  /** Where Jazzer comes in. */
  public static void fuzzerTestOneInput(byte[] input) {
    TARGET.run(input);
  }

  @Override
  public void run(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    Zone zone;
    try {
      zone = ZoneFile.parse(FILE, text);
    } catch (ZoneFileException e) {
      assertFalse(e.problems().isEmpty(), "refused without a reason");
      for (String problem : e.problems()) {
        assertTrue(problem.startsWith(FILE + ":"), "no place: " + problem);
      }
      return;
    }
    AnswerTable table;
    try {
      table = Example.tableOf(zone);
    } catch (IllegalArgumentException e) {
      return; // CNAMEs that loop are found when the table is built
    }
    Ask ask = new Ask(table).over(Transport.TCP);
    for (DnsName name : zone.owners().keySet()) {
      byte[] response = ask.askRaw(query(name));
      try {
        Ask.decode(response);
      } catch (UncheckedIOException e) {
        // Data of types that only dnsjava knows is served as it was written.
        assertTrue(text.contains("\\#"), "dnsjava cannot read: " + text);
      }
    }
  }

  private static byte[] query(DnsName name) {
    byte[] query = new byte[Wire.HEADER + name.length() + 4];
    query[5] = 1;
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    name.writeTo(wire, name.length());
    System.arraycopy(wire.toByteArray(), 0, query, Wire.HEADER, name.length());
    Wire.putU16(query, query.length - 4, RrType.ANY);
    Wire.putU16(query, query.length - 2, Wire.CLASS_IN);
    return query;
  }
}
