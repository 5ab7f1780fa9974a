package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mpp.dns.Liveness.Phase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LivenessTest {
  private static final long SECOND = 1_000_000_000L;

  /** Also where the clock wraps around during the lease: nanoTime may have any origin. */
  @ParameterizedTest
  @ValueSource(longs = {0, -5 * SECOND, Long.MAX_VALUE - 3 * SECOND, Long.MIN_VALUE})
  void passesThroughItsPhasesWhateverTheOriginOfTheClock(long start) {
    Liveness lease = Liveness.lease(start + 10 * SECOND, start + 16 * SECOND);

    assertEquals(Phase.SERVING, lease.phase(start));
    assertEquals(Phase.SERVING, lease.phase(start + 10 * SECOND - 1));
    assertEquals(Phase.BETWEEN_EPOCHS, lease.phase(start + 10 * SECOND));
    assertEquals(Phase.BETWEEN_EPOCHS, lease.phase(start + 16 * SECOND - 1));
    assertEquals(Phase.UNKNOWN, lease.phase(start + 16 * SECOND));

    assertEquals(5, lease.ttlSeconds(5, start));
    assertEquals(5, lease.ttlSeconds(5, start + 5 * SECOND));
    assertEquals(4, lease.ttlSeconds(5, start + 5 * SECOND + 1));
    assertEquals(0, lease.ttlSeconds(5, start + 9 * SECOND + 1));
    assertEquals(0, lease.ttlSeconds(5, start + 20 * SECOND));
  }

  @Test
  void lastKnownNeverBecomesUnknownAndNeverGetsATtlBack() {
    Liveness lease = new Liveness.Lease(SECOND, 2 * SECOND, StalePolicy.LAST_KNOWN);
    assertEquals(Phase.BETWEEN_EPOCHS, lease.phase(3600 * SECOND));
    assertEquals(0, lease.ttlSeconds(5, 3600 * SECOND));
  }

  @Test
  void unknownIsUnknownAtAnyTime() {
    assertEquals(Phase.UNKNOWN, Liveness.unknown().phase(0));
    assertEquals(0, Liveness.unknown().ttlSeconds(5, 0));
  }

  @Test
  void cannotGoStaleBeforeTheLeaseEnds() {
    assertEquals(
        "staleAfter lies 1 ns before leaseEnd; a name cannot go stale while its lease runs",
        assertThrows(IllegalArgumentException.class, () -> Liveness.lease(10, 9)).getMessage());
  }
}
