package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Commits;
import dev.mpp.core.model.ServerFacts.Vitals;
import dev.mpp.core.model.SiteId;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Heartbeats that the ACTIVE commits every 2 s, and a replica that is behind. */
final class HeartbeatLagTest {
  private static final long SECOND = 1_000_000_000L;

  /** What the replica says itself. */
  private static final OptionalLong OWN = OptionalLong.of(777);

  private final HeartbeatLag lag = new HeartbeatLag();

  private static ServerFacts facts(long beat) {
    GtidSet gtids = GtidSet.parse("0-1-10");
    return new ServerFacts(
            "11.4",
            true,
            gtids,
            Optional.of(new ServerFacts.Replication("a:3306", true, true, true, "", OWN, gtids)),
            ServerFacts.SemiSync.OFF,
            true)
        .with(new Vitals(-1, -1, beat, Commits.NONE));
  }

  /** The replica has heartbeat {@code own} when the ACTIVE is seen with {@code active}. */
  private OptionalLong at(long seconds, long active, long own) {
    Optional<ActiveSeen> seen =
        Optional.of(new ActiveSeen(new SiteId("a"), new NodeAddress("a", 3306), facts(active)));
    return lag.refine(facts(own), seen, seconds * SECOND).replication().orElseThrow().lagSeconds();
  }

  @Test
  void isTheAgeOfTheOldestHeartbeatThatIsMissing() {
    assertEquals(OWN, at(0, 100, 100), "one heartbeat measures nothing");
    assertEquals(OptionalLong.of(0), at(2, 102, 102));
    assertEquals(OptionalLong.of(0), at(4, 104, 106), "ahead of the ACTIVE's older view");
    assertEquals(OptionalLong.of(0), at(6, 106, 104), "missing since now");
    assertEquals(OptionalLong.of(2), at(8, 108, 104));
    assertEquals(OptionalLong.of(4), at(10, 110, 104));
    assertEquals(OptionalLong.of(0), at(11, 110, 110));
  }

  /** Numbers only: an hour ahead or behind, by whatever steps they grow. */
  @Test
  void theClocksOfTheHostsDoNotMatter() {
    long hour = 3_600_000_000L;
    assertEquals(OWN, at(0, hour, hour));
    assertEquals(OptionalLong.of(0), at(2, hour + 1, hour + 1));
    assertEquals(OptionalLong.of(0), at(4, 9 * hour, hour + 1));
    assertEquals(OptionalLong.of(3), at(7, 9 * hour + 1, hour + 1));
  }

  @Test
  void withoutNewHeartbeatsTheServersOwnWordCounts() {
    assertEquals(OWN, at(0, 100, 100));
    assertEquals(OptionalLong.of(0), at(2, 102, 102));
    assertEquals(OWN, at(13, 102, 102), "the last one is 11 s old");
    assertEquals(OWN, at(14, 104, 0), "the replica has none");
  }

  @Test
  void anotherActiveWhoseClockIsBehindBeginsAnew() {
    assertEquals(OWN, at(0, 100, 100));
    assertEquals(OptionalLong.of(0), at(2, 102, 102));
    assertEquals(OWN, at(4, 50, 50));
    assertEquals(OptionalLong.of(0), at(6, 52, 52));
    assertEquals(OptionalLong.of(2), at(8, 54, 50));
  }
}
