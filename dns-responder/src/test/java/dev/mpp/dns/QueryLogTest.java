package dev.mpp.dns;

import static dev.mpp.dns.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Message;

/** What is asked goes to a log, and never waits for it. */
@Timeout(60)
class QueryLogTest {
  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00.25Z");

  @TempDir private Path dir;

  /** Keeps what it is given; opens only when it may. */
  private static class Kept implements QuerySink {
    final List<LoggedQuery> queries = new ArrayList<>();
    final AtomicInteger opened = new AtomicInteger();
    volatile boolean broken;

    @Override
    public void open() throws IOException {
      opened.incrementAndGet();
      if (broken) {
        throw new IOException("broken on purpose");
      }
    }

    @Override
    public void write(LoggedQuery query) throws IOException {
      queries.add(query);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private static QueryLog log(int oneIn, QuerySink sink) {
    return new QueryLog(oneIn, () -> NOON, sink);
  }

  private static QueryHandler handler(QueryLog log) {
    AnswerTable table = Example.table();
    return new QueryHandler(
        new QueryHandler.Shared(
            () -> table,
            () -> 0,
            () -> 0,
            Loopback.config("127.0.0.1"),
            null,
            null,
            log,
            new DnsCounters()));
  }

  private static void ask(QueryHandler handler, int times) {
    byte[] query = Ask.query("db.vip.example.", RrType.A).toWire();
    Client client = new Client();
    for (int i = 0; i < times; i++) {
      handler.handle(query, query.length, client, Transport.UDP);
    }
  }

  @Test
  void aLineTellsWhoAskedWhatAndWhatCameBack() throws Exception {
    Path file = dir.resolve("queries.log");
    QueryLog log = log(1, new QueryText(new LogFile(file, LogFile.USUAL_MOST)));
    try (Loopback loopback = new Loopback(Loopback.config("127.0.0.1"), Optional.of(log))) {
      loopback.udp(Ask.query("dB.vip.example.", RrType.A));
      loopback.tcp(Ask.ednsQuery("no\\010pe.vip.example.", 999, 1232));
      Message version = Ask.ednsQuery("vip.example.", RrType.SOA, 1232);
      version.removeAllRecords(org.xbill.DNS.Section.ADDITIONAL);
      version.addRecord(new org.xbill.DNS.OPTRecord(1232, 0, 7), org.xbill.DNS.Section.ADDITIONAL);
      loopback.udp(version);
      loopback.udp(new byte[] {1, 2, 1, 0, 0, 9, 0, 0, 0, 0, 0, 0});
    }
    log.close();
    List<String> lines = Files.readAllLines(file);
    String who = "2026-01-31T12:00:00.250Z 127\\.0\\.0\\.1#[1-9][0-9]+ ";
    List<String> expected =
        List.of(
            who + "udp dB\\.vip\\.example\\. A NOERROR 48",
            who + "tcp no\\\\010pe\\.vip\\.example\\. TYPE999 NXDOMAIN [0-9]+",
            who + "udp vip\\.example\\. SOA BADVERS 40",
            who + "udp - - FORMERR 12");
    assertEquals(expected.size(), lines.size(), lines::toString);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      assertTrue(line.matches(expected.get(i)), line);
    }
    assertEquals(4, log.written());
    assertEquals(0, log.dropped());
  }

  @Test
  void oneInSoMany() {
    Kept kept = new Kept();
    QueryLog log = log(10, kept);
    ask(handler(log), 5_000);
    log.close();
    long chosen = log.written() + log.dropped();
    assertTrue(chosen > 400 && chosen < 600, "chosen " + chosen);
    assertEquals(log.written(), kept.queries.size());
  }

  /** The sink hangs: answers go on, and memory is what the queue takes. */
  @Test
  void aSinkThatHangsCostsTheLogAndNotTheAnswers() throws Exception {
    CountDownLatch hanging = new CountDownLatch(1);
    CountDownLatch reached = new CountDownLatch(1);
    Kept kept =
        new Kept() {
          @Override
          public void write(LoggedQuery query) throws IOException {
            reached.countDown();
            try {
              hanging.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    QueryLog log = log(1, kept);
    QueryHandler handler = handler(log);
    ask(handler, 1);
    reached.await();
    ask(handler, 10_000);
    assertEquals(10_000 - 4096, log.dropped());
    hanging.countDown();
    eventually("the rest is written", () -> log.written() == 1 + 4096);
    log.close();
  }

  @Test
  void aSinkThatCannotBeOpenedIsTriedAgain() throws Exception {
    Kept kept = new Kept();
    kept.broken = true;
    QueryLog log = log(1, kept);
    ask(handler(log), 3);
    eventually("tried", () -> kept.opened.get() >= 1);
    kept.broken = false;
    eventually("written", () -> log.written() == 3);
    log.close();
  }

  @Test
  void manyThreadsLoseNothingThatFits() throws Exception {
    Kept kept = new Kept();
    QueryLog log = log(1, kept);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      QueryHandler handler = handler(log);
      threads.add(Thread.ofPlatform().start(() -> ask(handler, 5_000)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    log.close();
    assertEquals(4 * 5_000, log.written() + log.dropped());
    assertEquals(log.written(), kept.queries.size());
  }

  @Test
  void aFullFileGivesWayToANewOne() throws Exception {
    LogFile file = new LogFile(dir.resolve("q"), 100);
    QueryText text = new QueryText(file);
    text.open();
    byte[] query = Ask.query("db.vip.example.", RrType.A).toWire();
    LoggedQuery one = new LoggedQuery(NOON, new Client(), Transport.UDP, query, query.length, null);
    for (int i = 0; i < 5; i++) {
      text.write(one);
    }
    text.close();
    String line = "2026-01-31T12:00:00.250Z 0:0:0:0:0:0:0:0#0 udp db.vip.example. A dropped 0";
    assertEquals(List.of(line), Files.readAllLines(dir.resolve("q")));
    assertEquals(List.of(line, line), Files.readAllLines(dir.resolve("q.1")));
  }
}
