package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidGap;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pool.PollResult;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A replica whose source says that they have diverged; its positions look well. */
final class FollowJudgeTest {
  private static final long SECOND = 1_000_000_000L;
  private static final NodeAddress NODE = new NodeAddress("10.2.0.1", 3306);
  private static final String REFUSED =
      ServerFacts.Replication.DIVERGED + "error 1236: it never had 0-1-105";

  private final FollowJudge judge = new FollowJudge(60);
  private final NodeTrack node =
      new NodeTrack(
          NODE,
          new FenceDuty(new ServiceName("orders.example.com"), NODE, SECOND, SECOND),
          8 * SECOND);
  private final Optional<ActiveSeen> active =
      Optional.of(
          new ActiveSeen(
              new SiteId("site1"),
              new NodeAddress("10.1.0.1", 3306),
              facts("0-1-1000107", false, "")));

  private Optional<ActiveSeen> active(String executed, GtidGap... gaps) {
    ServerFacts facts = facts(executed, false, "");
    GtidSet known = ((MariaDbGtidSet) facts.executed()).withGaps(List.of(gaps));
    return Optional.of(
        new ActiveSeen(
            new SiteId("site1"), new NodeAddress("10.1.0.1", 3306), facts.withExecuted(known)));
  }

  private String replicating(int seconds, String executed, Optional<ActiveSeen> source) {
    return switch (judge.judge(node, facts(executed, true, ""), source, seconds * SECOND)) {
      case PollResult.ReplicationFailure f -> f.error();
      case PollResult.Healthy _ -> "";
      case PollResult.ConnectFailure f -> throw new AssertionError(f);
    };
  }

  private static ServerFacts facts(String executed, boolean runs, String error) {
    GtidSet gtids = GtidSet.parse(executed);
    return new ServerFacts(
        "11.4",
        true,
        gtids,
        Optional.of(
            new ServerFacts.Replication(
                "10.1.0.1:3306", runs, runs, true, error, OptionalLong.of(0), gtids)),
        ServerFacts.SemiSync.OFF,
        true);
  }

  private PollResult at(int seconds, boolean runs, String error) {
    return judge.judge(node, facts("0-1-105", runs, error), active, seconds * SECOND);
  }

  @Test
  void isAFailureAfterTheGraceAlsoWhileItIsAskedAgain() {
    assertEquals(PollResult.HEALTHY, at(10, false, REFUSED));
    assertFalse(node.errant, "the error may be of an earlier role");
    PollResult.ReplicationFailure failure =
        assertInstanceOf(PollResult.ReplicationFailure.class, at(13, false, REFUSED));
    assertTrue(failure.error().contains("not those of ACTIVE 10.1.0.1:3306"), failure.error());
    assertTrue(failure.error().contains("it never had 0-1-105"), failure.error());
    assertTrue(node.errant, "nor is it promoted when nobody is ACTIVE");
    assertEquals(failure, at(14, false, ""), "its receiver was just started again");
  }

  @Test
  void anErrorOfAnEarlierRoleIsForgottenOnceItFollows() {
    assertEquals(PollResult.HEALTHY, at(10, false, REFUSED));
    assertEquals(PollResult.HEALTHY, at(12, true, ""));
    assertEquals(PollResult.HEALTHY, at(20, false, ""));
    PollResult.ReplicationFailure failure =
        assertInstanceOf(PollResult.ReplicationFailure.class, at(24, false, ""));
    assertEquals("replication receiver is not running", failure.error());
    assertFalse(node.errant);
  }

  @Test
  void oneFamilyDoesNotFollowTheOther() {
    ServerFacts mySql = facts("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5", true, "");
    PollResult.ReplicationFailure failure =
        assertInstanceOf(
            PollResult.ReplicationFailure.class, judge.judge(node, mySql, active, 10 * SECOND));
    assertTrue(failure.error().contains("one family cannot follow the other"), failure.error());
  }

  /** Its source has not told it, and shows it as connected: both threads run. */
  @Test
  void oneThatReplicatesIsFoundByItsPositionInAGapOfTheActive() {
    Optional<ActiveSeen> source = active("0-1-1000107", GtidGap.parse("0-1000101>1-99"));
    assertEquals("", replicating(10, "0-1-105", source), "the picture of the ACTIVE may be old");
    assertEquals("", replicating(17, "0-1-105", source));
    String error = replicating(18, "0-1-105", source);
    assertTrue(error.endsWith("does not have: 0-1-100..105"), error);
    assertTrue(node.errant);
    assertFalse(node.comparison.clean(), "not proven");
  }

  /** Positions on the ACTIVE's side are always a little old. */
  @Test
  void oneThatIsAheadOfAnOldPictureOfItsSourceIsNot() {
    for (int at = 10; at < 60; at++) {
      assertEquals(
          "", replicating(at, "0-1-" + (2_000_000 + at), active("0-1-" + (1_999_997 + at))));
      assertEquals(at > 12, node.comparison.clean(), "at " + at);
    }
    assertEquals("", replicating(60, "0-1-2000070,0-2-5", active("0-1-2000070")));
    String error = replicating(68, "0-1-2000075,0-2-5", active("0-1-2000080"));
    assertTrue(error.endsWith("does not have: 0-2-1..5"), error);
  }

  @Test
  void oneWithoutAReceiverIsComparedAtOnce() {
    PollResult.ReplicationFailure failure =
        assertInstanceOf(
            PollResult.ReplicationFailure.class,
            judge.judge(
                node,
                facts("0-1-105", false, ""),
                active("0-1-1000107", GtidGap.parse("0-1000101>1-99")),
                10 * SECOND));
    assertTrue(failure.error().endsWith("does not have: 0-1-100..105"), failure.error());
  }
}
