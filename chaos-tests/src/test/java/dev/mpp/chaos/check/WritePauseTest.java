package dev.mpp.chaos.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.chaos.check.Attempt.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class WritePauseTest {
  private static final List<Attempt> SOURCE =
      List.of(
          probe("a", 100, 102, Outcome.ACCEPTED),
          probe("a", 110, 113, Outcome.ACCEPTED),
          probe("a", 120, 121, Outcome.REFUSED),
          probe("a", 500, 501, Outcome.REFUSED));
  private static final List<Attempt> TARGET =
      List.of(
          probe("b", 100, 101, Outcome.REFUSED),
          probe("b", 330, 350, Outcome.ACCEPTED),
          probe("b", 360, 361, Outcome.ACCEPTED),
          probe("b", 490, 500, Outcome.UNKNOWN));

  @Test
  void thePauseLiesBetweenTheServersAndIsNeverTooShort() {
    assertEquals(240, WritePause.longest(SOURCE, TARGET, 100, 365));
    assertEquals(240, WritePause.longest(TARGET, SOURCE, 100, 365), "the order does not matter");
  }

  @Test
  void onlyWhatLiesInTheIntervalCounts() {
    assertEquals(50, WritePause.longest(SOURCE, TARGET, 300, 365));
    assertEquals(80, WritePause.longest(SOURCE, TARGET, 100, 190), "it has not ended yet");
  }

  @Test
  void aServerThatNeverComesBackIsAPauseToTheEnd() {
    assertEquals(640, WritePause.longest(SOURCE, TARGET, 100, 1_000));
    assertEquals(500, WritePause.longest(SOURCE, TARGET, 1_000, 1_500));
    assertEquals(500, WritePause.longest(List.of(), List.of(), 0, 500));
  }

  @Test
  void eachWriterWaitsForHimself() {
    List<Ack> acks =
        List.of(ack(1, 1, 10), ack(2, 1, 15), ack(1, 2, 200), ack(2, 2, 300), ack(1, 3, 600));
    assertEquals(400, WritePause.ofOneWriter(acks, 0));
    assertEquals(400, WritePause.ofOneWriter(acks, 599));
    assertEquals(0, WritePause.ofOneWriter(acks, 600), "ended before");
  }

  private static Attempt probe(String server, long sent, long done, Outcome outcome) {
    return new Attempt(server, sent, done, outcome);
  }

  private static Ack ack(int writer, long seq, long done) {
    return new Ack(new Row(writer, seq), "a", done - 1, done);
  }
}
