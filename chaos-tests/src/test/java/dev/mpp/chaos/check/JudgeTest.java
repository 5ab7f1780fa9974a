package dev.mpp.chaos.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.chaos.check.Attempt.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Histories in milliseconds, the fault at 1000; some of them with a violation planted. */
class JudgeTest {
  private static final String A = "127.0.1.1";
  private static final String B = "127.0.2.1";
  private static final Expectation TAKEOVER =
      new Expectation(true, Optional.empty(), Optional.empty());

  private final List<Attempt> a = new ArrayList<>();
  private final List<Attempt> b = new ArrayList<>();
  private final List<Ack> acks = new ArrayList<>();
  private final List<Sighting> dns = new ArrayList<>();
  private final Set<Row> present = new HashSet<>();

  /** A is writable until the fault, B from 1500 on, all rows are there. */
  private void cleanFailover() {
    probe(a, A, 0, 990, Outcome.ACCEPTED);
    probe(a, A, 1000, 3000, Outcome.UNKNOWN);
    probe(b, B, 0, 1490, Outcome.REFUSED);
    probe(b, B, 1500, 3000, Outcome.ACCEPTED);
    write(A, 0, 990);
    write(B, 1600, 2900);
    dns.add(new Sighting(B, A, ms(980)));
    dns.add(new Sighting(B, "SERVFAIL", ms(1200)));
    dns.add(new Sighting(B, B, ms(1450)));
  }

  @Test
  void aCleanFailoverPasses() {
    cleanFailover();
    Findings found = judge(TAKEOVER);
    assertEquals(List.of(), found.violations());
    assertEquals(OptionalLong.of(610), found.outageMs());
    assertEquals(OptionalLong.of(450), found.dnsChangeMs());
    assertEquals(OptionalLong.of(501), found.newActiveMs());
    assertEquals(1, found.roleChanges());
    assertEquals(0, found.dualWritableMs());
    assertEquals(acks.size(), found.ackedRows());
  }

  @Test
  void aLostRowIsFound() {
    cleanFailover();
    present.remove(new Row(1, 500));
    Findings found = judge(TAKEOVER);
    assertEquals(1, found.ackedRowsLost());
    assertTrue(found.violations().getFirst().contains("lost"), found.violations()::toString);
  }

  @Test
  void aRowNobodyAcknowledgedIsNoLoss() {
    cleanFailover();
    present.add(new Row(7, 77));
    assertTrue(judge(TAKEOVER).passed());
  }

  @Test
  void overlappingRowsOfAcceptedProbesAreMeasured() {
    cleanFailover();
    a.clear();
    probe(a, A, 0, 2000, Outcome.ACCEPTED);
    Findings found = judge(TAKEOVER);
    assertEquals(2000 - 1501, found.dualWritableMs());
    assertFalse(found.passed());
  }

  @Test
  void oneAcceptedProbeAtAZombieIsFound() {
    cleanFailover();
    a.add(attempt(A, 3100, 3101, Outcome.ACCEPTED));
    probe(b, B, 3010, 3300, Outcome.ACCEPTED);
    Findings found = judge(TAKEOVER);
    assertEquals(1, found.dualWritableMs());
    assertEquals(3, found.roleChanges());
    assertFalse(found.passed());
  }

  @Test
  void oneAcceptedRowOfAWriterAtAZombieIsFound() {
    cleanFailover();
    acks.add(new Ack(new Row(3, 3), A, ms(2000), ms(2001)));
    present.add(new Row(3, 3));
    assertEquals(1, judge(TAKEOVER).dualWritableMs());
  }

  @Test
  void aWriteSentBeforeTheOtherServerWasSurelyWritableProvesNothing() {
    cleanFailover();
    a.add(attempt(A, 1490, 1600, Outcome.ACCEPTED));
    assertEquals(0, judge(TAKEOVER).dualWritableMs());
  }

  @Test
  void aRefusalEndsTheCertainty() {
    probe(a, A, 0, 100, Outcome.ACCEPTED);
    a.add(attempt(A, 110, 111, Outcome.REFUSED));
    probe(a, A, 300, 400, Outcome.ACCEPTED);
    assertEquals(
        List.of(new Span(ms(1), ms(100)), new Span(ms(301), ms(400))), DualWritable.spans(a));
    probe(b, B, 120, 290, Outcome.ACCEPTED);
    assertEquals(0, DualWritable.measure(a, b, List.of()).millis());
  }

  @Test
  void lessThanAMillisecondIsNotRoundedAway() {
    a.add(new Attempt(A, 0, 10, Outcome.ACCEPTED));
    a.add(new Attempt(A, 500, 510, Outcome.ACCEPTED));
    b.add(new Attempt(B, 0, 400, Outcome.ACCEPTED));
    b.add(new Attempt(B, 450, 460, Outcome.ACCEPTED));
    assertEquals(1, DualWritable.measure(a, b, List.of()).millis());
  }

  @Test
  void noTakeoverIsAViolation() {
    probe(a, A, 0, 990, Outcome.ACCEPTED);
    write(A, 0, 990);
    Findings found = judge(TAKEOVER);
    assertEquals(OptionalLong.empty(), found.newActiveMs());
    assertEquals(OptionalLong.empty(), found.outageMs());
    assertEquals(3, found.violations().size());
  }

  @Test
  void aLateTakeoverIsAViolation() {
    cleanFailover();
    Optional<Duration> limit = Optional.of(Duration.ofMillis(400));
    assertFalse(judge(new Expectation(true, limit, Optional.empty())).passed());
  }

  @Test
  void anOldActiveThatDoesNotStayFencedIsAViolation() {
    cleanFailover();
    b.removeIf(probe -> probe.sent() >= ms(2000));
    a.add(attempt(A, 4000, 4001, Outcome.ACCEPTED));
    Findings found = judge(new Expectation(true, Optional.empty(), Optional.of(ms(3500))));
    assertEquals(1, found.violations().size(), found.violations()::toString);
  }

  @Test
  void aLostRowOfAWriterBesideTheServerIsAViolation() {
    cleanFailover();
    Ack local = new Ack(new Row(1_000, 1), A, ms(1_100), ms(1_101));
    Findings found = Judge.judge(history(List.of(local), List.of(), List.of()), TAKEOVER);
    assertEquals(1, found.ackedRowsLost());
    assertEquals(acks.size() + 1, found.ackedRows());
    assertFalse(found.passed());
  }

  @Test
  void theFlagOfAServerThatWasStoppedBySignalDoesNotCount() {
    cleanFailover();
    List<Attempt> old = new ArrayList<>();
    List<Attempt> other = new ArrayList<>();
    probe(old, A, 3000, 3500, Outcome.ACCEPTED);
    probe(other, B, 3000, 3500, Outcome.ACCEPTED);
    History history = history(List.of(), old, other);
    assertFalse(Judge.judge(history, TAKEOVER).passed());
    Expectation stopped =
        new Expectation(
            true, Optional.empty(), Optional.empty(), OptionalInt.empty(), false, false);
    Findings found = Judge.judge(history, stopped);
    assertEquals(List.of(), found.violations());
    assertEquals(0, found.dualWritableMs(), "only what is acknowledged counts");
  }

  private History history(List<Ack> local, List<Attempt> flagsA, List<Attempt> flagsB) {
    return new History(ms(1000), A, B, acks, local, a, b, flagsA, flagsB, dns, present);
  }

  @Test
  void nothingWrittenIsNoSuccess() {
    assertFalse(judge(TAKEOVER).passed());
  }

  private Findings judge(Expectation expectation) {
    return Judge.judge(new History(ms(1000), A, B, acks, a, b, dns, present), expectation);
  }

  private void write(String server, int from, int to) {
    for (int at = from; at <= to; at += 10) {
      Row row = new Row(1, at);
      acks.add(new Ack(row, server, ms(at - 1), ms(at)));
      present.add(row);
    }
  }

  private static void probe(List<Attempt> into, String server, int from, int to, Outcome outcome) {
    for (int at = from; at <= to; at += 10) {
      into.add(attempt(server, at, at + 1, outcome));
    }
  }

  private static Attempt attempt(String server, int sent, int done, Outcome outcome) {
    return new Attempt(server, ms(sent), ms(done), outcome);
  }

  private static long ms(long millis) {
    return millis * 1_000_000L;
  }
}
