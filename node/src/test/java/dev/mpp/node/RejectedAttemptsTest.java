package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.plan.BrainCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RejectedAttemptsTest {
  private final List<BrainCommand.Journal> journal = new ArrayList<>();
  private long now = 1_000;
  private final RejectedAttempts attempts = new RejectedAttempts(journal::add, () -> now);

  private void later(Duration d) {
    now += d.toNanos();
    attempts.tick();
  }

  private List<String> texts() {
    return journal.stream().map(j -> j.subject() + " " + j.reason()).toList();
  }

  @Test
  void theFirstIsWrittenAtOnceAndAFloodOnceAMinute() {
    for (int i = 0; i < 1_000; i++) {
      attempts.rejected("ledger", "192.0.2.9", "it does not speak TLS");
    }
    assertEquals(List.of("192.0.2.9 ledger: it does not speak TLS"), texts());
    later(Duration.ofSeconds(59));
    assertEquals(1, journal.size());
    later(Duration.ofSeconds(1));
    assertEquals(
        "192.0.2.9 ledger: 999 more within 60 s: it does not speak TLS", texts().getLast());
    later(Duration.ofMinutes(5));
    assertEquals(2, journal.size());
    attempts.rejected("ledger", "192.0.2.9", "it does not speak TLS");
    assertEquals(3, journal.size());
    assertEquals(1_001L, attempts.counts().get(Map.of("door", "ledger")));
    assertEquals(0L, attempts.counts().get(Map.of("door", "operator")));
  }

  @Test
  void eachSourceAndReasonHasItsEntry() {
    attempts.rejected("exchange", "192.0.2.9", "a");
    attempts.rejected("exchange", "192.0.2.10", "a");
    attempts.rejected("exchange", "192.0.2.9", "b");
    assertEquals(
        List.of("192.0.2.9 exchange: a", "192.0.2.10 exchange: a", "192.0.2.9 exchange: b"),
        texts());
  }

  @Test
  void thousandsOfSourcesFillNoDisk() {
    for (int i = 0; i < 5_000; i++) {
      attempts.rejected("operator", "192.0.2." + i, "a");
    }
    assertEquals(RejectedAttempts.SOURCES + 1, journal.size());
    later(RejectedAttempts.WINDOW);
    assertEquals(RejectedAttempts.SOURCES + 2, journal.size());
    assertTrue(texts().getLast().startsWith("many others operator: 4935 more"), texts().getLast());
  }
}
