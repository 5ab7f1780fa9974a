package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** Master files: what dnsjava reads from one is what is answered, and problems name their line. */
class ZoneFileTest {
  private static final String GOOD =
      """
      $ORIGIN example.org.
      $TTL 1h30m
      @ IN 300 SOA ns1 hostmaster ( 42 ; serial
          3600 600 ; refresh, retry
          86400
          1m )
          NS ns1
          NS ns.elsewhere.test.
      ns1 600 IN A 192.0.2.53
         IN AAAA 2001:db8::53
      www A 192.0.2.1
      WWW A 192.0.2.2
      alias CNAME www
      text TXT "one; (two)" "a \\"quoted\\" \\065" plain
      mail IN MX 10 www
      _mysql._tcp SRV 0 5 3306 www
      caa CAA 0 issue "ca.test"
      ptr PTR www.example.org.
      dot\\.ted A 192.0.2.3
      raw TYPE65280 \\# 3 abcdef
      none TYPE65281 \\# 0
      tlsa TLSA 3 1 1 ( 000102030405060708090a0b0c0d0e0f
         101112131415161718191a1b1c1d1e1f )
      ssh SSHFP 4 1 000102030405060708090a0b0c0d0e0f10111213
      child NS ns.child
      child DS 12345 13 2 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
      ns.child A 192.0.2.77
      $ORIGIN deep.example.org.
      a.b A 192.0.2.4
      """;

  private static AnswerTable table(String text) throws ZoneFileException {
    return Example.tableOf(ZoneFile.parse("test.zone", text));
  }

  @Test
  void everyRecordThatAnotherParserReadsIsAnswered() throws Exception {
    Ask ask = new Ask(table(GOOD)).over(Transport.TCP);
    int records = 0;
    try (Master master =
        new Master(new ByteArrayInputStream(GOOD.getBytes(StandardCharsets.UTF_8)))) {
      for (Record next = master.nextRecord(); next != null; next = master.nextRecord()) {
        Record r = next;
        Message response = ask.ask(r.getName().toString(), r.getType());
        boolean referral = r.getName().toString().contains("child") && r.getType() != 43;
        int section =
            referral
                ? r.getType() == RrType.NS ? Section.AUTHORITY : Section.ADDITIONAL
                : Section.ANSWER;
        String expected = r.toString();
        assertTrue(
            response.getSection(section).stream()
                .anyMatch(a -> a.equals(r) && a.getTTL() == r.getTTL()),
            () -> expected + " not in " + response);
        records++;
      }
    }
    assertEquals(22, records);
  }

  private static List<String> problems(String text) {
    return assertThrows(ZoneFileException.class, () -> ZoneFile.parse("z", text)).problems();
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    String text =
        GOOD
            + """
            $INCLUDE other.zone
            x A 192.0.2.300
            x AAAA 192.0.2.1
            x MX ten www
            x A 192.0.2.1 192.0.2.2
            x CH TXT y
            x SRV 0 0 70000 www
            x TYPE7 x
            $TTL soon
            x
            """;
    List<String> problems = problems(text);
    int first = (int) GOOD.lines().count() + 1;
    List<String> expected =
        List.of(
            "$INCLUDE is not read",
            "not an IP address",
            "other family",
            "preference is \"ten\"",
            "one word too many",
            "\"CH\" is no TTL, class or type",
            "port is \"70000\"",
            "\\# LENGTH HEX",
            "$TTL is \"soon\"",
            "no type");
    assertEquals(expected.size(), problems.size(), () -> String.join("\n", problems));
    for (int i = 0; i < expected.size(); i++) {
      assertTrue(
          problems.get(i).startsWith("z:" + (first + i) + ": ")
              && problems.get(i).contains(expected.get(i)),
          problems.get(i));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*.x A 192.0.2.1 | wildcards",
        "elsewhere.test. A 192.0.2.1 | not in zone",
        "alias2 CNAME www\\nalias2 A 192.0.2.1 | alone",
        "www 5 A 192.0.2.9 | two TTLs",
        "@ SOA ns1 x 1 1 1 1 1 | a second SOA",
        "x TXT \"open | add the quote",
        "x TXT ( open | never closed",
        "x TXT a ) | without",
        "x TXT \\\\300 | UTF-8",
        "x TYPE65280 \\\\# 2 ab | says 2 octets, but 1",
        "x CAA 0 is.sue ca.test | not of letters and digits",
        "x CAA \\\\# 2 0003 | write the data of this type out",
        "x. .y A 192.0.2.1 | no TTL, class or type",
        "a..b A 192.0.2.1 | empty label",
        "child TXT no | delegate"
      })
  void problemsSayWhatToDo(String line, String expected) {
    List<String> problems =
        problems(
            GOOD.replace("$ORIGIN deep.example.org.\n", "")
                + line.replace("\\n", "\n").replace("\\\\", "\\")
                + "\n");
    assertEquals(1, new TreeSet<>(problems).size(), () -> String.join("\n", problems));
    assertTrue(problems.getFirst().contains(expected), problems.getFirst());
  }

  @Test
  void aFileNeedsAnOriginASoaAndATtl() {
    assertTrue(problems("www 60 A 192.0.2.1\n").getFirst().contains("relative"));
    assertTrue(problems("www.x. 60 A 192.0.2.1\n").getFirst().contains("no SOA"));
    assertTrue(problems("www.x. A 192.0.2.1\n").getFirst().contains("no TTL"));
    assertTrue(problems("  A 192.0.2.1\n").getFirst().contains("starts with a blank"));
    assertTrue(problems("").getFirst().contains("no SOA"));
    assertTrue(problems("x. 1 SOA ns.x. y.x. 1 1 1 1 1\n").getFirst().contains("has no NS"));
  }

  @Test
  void filesThatCannotBeReadSaySo(@TempDir Path dir) throws IOException {
    Path missing = dir.resolve("no.zone");
    ZoneFileException none = assertThrows(ZoneFileException.class, () -> ZoneFile.read(missing));
    assertTrue(none.problems().getFirst().contains("no such file"), none.getMessage());
    Path binary = Files.write(dir.resolve("b.zone"), new byte[] {(byte) 0xff, (byte) 0xfe});
    ZoneFileException notText = assertThrows(ZoneFileException.class, () -> ZoneFile.read(binary));
    assertTrue(notText.problems().getFirst().contains("UTF-8"), notText.getMessage());
  }

  @Test
  void extraRecordsJoinAZoneThatIsBuiltOtherwise() throws Exception {
    ZoneBuilder zone = Example.emptyZone();
    ZoneFile.extra("x", "$TTL 60\nwww A 192.0.2.1\n@ MX 5 www\n", "vip.example.").addTo(zone);
    assertEquals(
        List.of("www.vip.example. 60 A 192.0.2.1"),
        Ask.answers(new Ask(Example.tableOf(zone.build())).ask("www.vip.example.", RrType.A)));
    ZoneFileException refused =
        assertThrows(
            ZoneFileException.class,
            () ->
                ZoneFile.extra(
                    "y", "$TTL 60\nwww A 192.0.2.1\n@ NS www\nx. A 192.0.2.1\n", "vip.example."));
    assertTrue(refused.problems().getFirst().contains("y:3: SOA and NS"), refused.getMessage());
    assertTrue(refused.problems().get(1).contains("y:4: x. is not in"), refused.getMessage());
    ExtraRecords against = ZoneFile.extra("z", "ns1 60 A 192.0.2.1\n", "vip.example.");
    String message =
        assertThrows(IllegalArgumentException.class, () -> against.addTo(Example.emptyZone()))
            .getMessage();
    assertTrue(String.valueOf(message).startsWith("z:1: ns1.vip.example."), message);
  }
}
