package dev.mpp.chaos.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.chaos.check.Attempt.Outcome;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TakeoverTest {
  private static final String OLD = "198.51.100.1";
  private static final String NEW = "198.51.100.2";
  private static final long FAULT = ms(1_000);

  @Test
  void everyFigureCountsFromTheFault() {
    List<Ack> byName =
        List.of(
            ack(0, 1, OLD, 990),
            ack(1, 1, OLD, 1_010),
            ack(0, 2, NEW, 1_700),
            ack(1, 2, NEW, 2_600));
    List<Ack> local = List.of(ack(1_000, 1, OLD, 1_250));
    List<Attempt> probes =
        List.of(at(OLD, 1_200, Outcome.ACCEPTED), at(OLD, 1_300, Outcome.UNKNOWN));
    List<Attempt> flags =
        List.of(
            at(OLD, 900, Outcome.REFUSED),
            at(OLD, 1_280, Outcome.ACCEPTED),
            at(OLD, 1_400, Outcome.REFUSED),
            at(OLD, 5_030, Outcome.REFUSED));
    Takeover takeover = Takeover.measure(history(byName, local, probes, flags), ms(5_000));
    assertEquals(OptionalLong.of(700), takeover.byNameMs());
    assertEquals(OptionalLong.of(1_600), takeover.byNameAllMs());
    assertEquals(OptionalLong.of(250), takeover.lastWriteMs(), "of the writer beside the server");
    assertEquals(OptionalLong.of(400), takeover.readOnlyMs());
    assertEquals(OptionalLong.of(400), takeover.fencedMs());
    assertEquals(OptionalLong.of(30), takeover.returnedReadOnlyMs());
    assertTrue(takeover.over(400).isEmpty());
    assertTrue(takeover.over(399).toString().contains("at 250 ms; the budget is 399 ms"));
  }

  @Test
  void aWriteAfterTheFlagCounts() {
    List<Ack> local = List.of(ack(1_000, 1, OLD, 4_500));
    List<Attempt> flags = List.of(at(OLD, 1_400, Outcome.REFUSED));
    Takeover takeover = Takeover.measure(history(List.of(), local, List.of(), flags), ms(9_000));
    assertEquals(OptionalLong.of(3_500), takeover.fencedMs());
    assertFalse(takeover.over(3_000).isEmpty());
  }

  @Test
  void whatNeverHappenedIsEmpty() {
    List<Ack> one = List.of(ack(0, 1, OLD, 900), ack(1, 1, OLD, 900), ack(1, 2, NEW, 1_500));
    List<Attempt> after = List.of(at(OLD, 5_100, Outcome.REFUSED));
    Takeover takeover = Takeover.measure(history(one, List.of(), List.of(), after), ms(5_000));
    assertEquals(OptionalLong.of(500), takeover.byNameMs());
    assertEquals(OptionalLong.empty(), takeover.byNameAllMs(), "one writer never got on");
    assertEquals(OptionalLong.empty(), takeover.fencedMs(), "it was silent until it was mended");
    assertEquals(OptionalLong.of(100), takeover.returnedReadOnlyMs());
    assertFalse(takeover.over(4_000).isEmpty());
  }

  private static History history(
      List<Ack> acks, List<Ack> local, List<Attempt> probes, List<Attempt> flags) {
    return new History(
        FAULT, OLD, NEW, acks, local, probes, List.of(), flags, List.of(), List.of(), Set.of());
  }

  private static Ack ack(int writer, long seq, String server, long done) {
    return new Ack(new Row(writer, seq), server, ms(done - 5), ms(done));
  }

  private static Attempt at(String server, long done, Outcome outcome) {
    return new Attempt(server, ms(done - 2), ms(done), outcome);
  }

  private static long ms(long millis) {
    return millis * 1_000_000L;
  }
}
