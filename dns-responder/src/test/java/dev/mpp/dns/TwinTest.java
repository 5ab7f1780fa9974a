package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/**
 * The engine against a twin that searches a plain list of dnsjava records: random zones, random
 * questions, the same code and the same records expected.
 */
class TwinTest {
  private static final String[] LABELS = {"a", "b", "c", "d"};
  private static final int[] TYPES = {Type.A, Type.AAAA, Type.TXT, Type.SRV, Type.CNAME, Type.MX};
  private static final int ZONES = 60;
  private static final int QUESTIONS = 200;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void sameAnswersAsASearchThroughAList(long seed) {
    Random random = new Random(seed);
    int answered = 0;
    for (int z = 0; z < ZONES; z++) {
      List<Record> records = randomRecords(random);
      Ask ask = new Ask(tableOf(records)).over(Transport.TCP);
      for (int q = 0; q < QUESTIONS; q++) {
        String name = randomName(random);
        int type = TYPES[random.nextInt(TYPES.length)];
        String expected = twin(records, name, type);
        assertEquals(
            expected,
            describe(ask.ask(name, type)),
            () -> "seed " + seed + ": " + name + " " + Type.string(type) + " in " + records);
        answered += expected.contains("\n") ? 1 : 0;
      }
    }
    assertTrue(answered > QUESTIONS, "hardly any question had an answer: " + answered);
  }

  private static String randomName(Random random) {
    StringBuilder name = new StringBuilder();
    for (int labels = random.nextInt(4); labels > 0; labels--) {
      name.append(LABELS[random.nextInt(LABELS.length)]).append('.');
    }
    return name + "vip.example.";
  }

  private static List<Record> randomRecords(Random random) {
    List<Record> records = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      String owner = randomName(random);
      int type = TYPES[random.nextInt(5)];
      boolean crowded =
          records.stream()
              .filter(r -> r.getName().toString().equals(owner))
              .anyMatch(r -> type == Type.CNAME || r.getType() == Type.CNAME);
      if (!crowded && !(type == Type.CNAME && owner.equals("vip.example."))) {
        records.add(record(owner, type, randomData(random, owner, type, records.size())));
      }
    }
    return records;
  }

  private static String randomData(Random random, String owner, int type, int i) {
    return switch (type) {
      case Type.A -> "192.0.2." + random.nextInt(256);
      case Type.AAAA -> "2001:db8::" + random.nextInt(10_000);
      case Type.TXT -> "\"text " + random.nextInt(100) + "\" \"" + "x".repeat(i) + "\"";
      case Type.SRV -> "1 2 " + random.nextInt(65_536) + " " + randomName(random);
      default -> randomTarget(random, owner);
    };
  }

  /** Only names that sort after the owner, so that no aliases loop. */
  private static String randomTarget(Random random, String owner) {
    String target = randomName(random);
    return target.compareTo(owner) > 0 ? target : "www.elsewhere.test.";
  }

  private static Record record(String owner, int type, String data) {
    try {
      return Record.fromString(Name.fromString(owner), type, DClass.IN, 60, data, Name.root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static AnswerTable tableOf(List<Record> records) {
    ZoneBuilder zone = Zone.builder("vip.example.", 300, Example.SOA).ns(60, "ns.elsewhere.test.");
    records.forEach(r -> zone.records(r.getName().toString(), r.getTTL(), ours(r)));
    return Example.tableOf(zone.build());
  }

  private static Rdata ours(Record r) {
    return switch (r) {
      case ARecord a -> Rdata.address(a.getAddress());
      case AAAARecord aaaa -> Rdata.address(aaaa.getAddress());
      case TXTRecord txt -> new Rdata.Txt(txt.getStrings());
      case SRVRecord s ->
          new Rdata.Srv(
              s.getPriority(), s.getWeight(), s.getPort(), DnsName.of(s.getTarget().toString()));
      case CNAMERecord c -> Example.cname(c.getTarget().toString());
      default -> throw new AssertionError(r);
    };
  }

  private static String twin(List<Record> records, String name, int type) {
    TreeSet<String> answers = new TreeSet<>();
    String last = name;
    for (int i = 0; i < 9; i++) {
      String at = last;
      records.stream()
          .filter(r -> r.getName().toString().equals(at) && r.getType() == type)
          .forEach(r -> answers.add(r.toString()));
      String next =
          records.stream()
              .filter(r -> r.getName().toString().equals(at))
              .filter(r -> r instanceof CNAMERecord && type != Type.CNAME)
              .peek(r -> answers.add(r.toString()))
              .map(r -> ((CNAMERecord) r).getTarget().toString())
              .findFirst()
              .orElse(at);
      if (next.equals(at)) {
        break;
      }
      last = next;
    }
    String end = last;
    boolean ours = end.endsWith("vip.example.");
    boolean exists =
        end.equals("vip.example.")
            || records.stream().anyMatch(r -> ("." + r.getName()).endsWith("." + end));
    String rcode = exists || !ours ? "NOERROR" : "NXDOMAIN";
    return rcode + String.join("", answers.stream().map(a -> "\n" + a).toList());
  }

  private static String describe(Message response) {
    TreeSet<String> answers = new TreeSet<>();
    response.getSection(1).forEach(r -> answers.add(r.toString()));
    boolean negative = response.getSection(2).size() == 1;
    assertEquals(
        negative,
        response.getRcode() == 3 || endsWithoutData(response),
        () -> "SOA exactly in negative answers: " + response);
    return org.xbill.DNS.Rcode.string(response.getRcode())
        + String.join("", answers.stream().map(a -> "\n" + a).toList());
  }

  private static boolean endsWithoutData(Message response) {
    int type = response.getQuestion().getType();
    List<Record> answers = response.getSection(1);
    if (answers.isEmpty()) {
      return true;
    }
    Record last = answers.get(answers.size() - 1);
    return type != Type.CNAME
        && last instanceof CNAMERecord c
        && c.getTarget().toString().endsWith("vip.example.");
  }
}
