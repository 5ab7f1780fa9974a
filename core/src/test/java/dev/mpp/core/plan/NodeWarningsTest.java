package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Commits;
import dev.mpp.core.model.ServerFacts.Commits.Outcome;
import dev.mpp.core.model.ServerFacts.SemiSync;
import dev.mpp.core.model.ServerFacts.Vitals;
import dev.mpp.core.pool.PollResult;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an ACTIVE server that answers is judged by. */
final class NodeWarningsTest {
  private final NodeWarnings warns = new NodeWarnings(false);
  private final NodeWarnings fails = new NodeWarnings(true);

  private static ServerFacts facts(SemiSync semiSync, int connections, Commits commits) {
    return new ServerFacts("11.4", false, GtidSet.parse("0-1-1"), Optional.empty(), semiSync, true)
        .with(new Vitals(connections, 151, 1, commits));
  }

  private static ServerFacts commits(Outcome outcome, String detail) {
    return facts(SemiSync.OFF, 7, new Commits(outcome, 4_200, detail));
  }

  @Test
  void commitsThatHangAreAWarningUnlessTheyShallFailTheNode() {
    ServerFacts hung = commits(Outcome.STALLED, "Waiting for backup lock");
    String text = "commits have hung for 4.2 s: Waiting for backup lock";
    assertEquals(new PollResult.Healthy(text), warns.active(hung));
    assertEquals(new PollResult.ConnectFailure("it answers, but " + text), fails.active(hung));
    ServerFacts refused = commits(Outcome.FAILED, "the disk is full");
    assertEquals(new PollResult.Healthy("commits fail: the disk is full"), warns.active(refused));
    assertEquals(
        new PollResult.ConnectFailure("it answers, but commits fail: the disk is full"),
        fails.active(refused));
    assertEquals(PollResult.HEALTHY, fails.active(commits(Outcome.DONE, "")));
    assertEquals(PollResult.HEALTHY, fails.active(commits(Outcome.UNKNOWN, "")));
  }

  /** As it is after an upgrade, until somebody has run the new SQL. */
  @Test
  void whatAServerLacksForHeartbeatsIsSaidAndFailsNothing() {
    String text = "no heartbeats: run mysql/mysql-prepare.sql on this server (error 1142: denied)";
    ServerFacts old = commits(Outcome.UNKNOWN, text);
    assertEquals(new PollResult.Healthy(text), fails.active(old));
    assertEquals(new PollResult.Healthy(text), NodeWarnings.standby(old));
  }

  @Test
  void waitingForAReplicaIsThePolicyAndNeverAFailure() {
    PollResult waits =
        new PollResult.Healthy(
            "commits have waited for 4.2 s for the acknowledgement of a replica (semi-sync)");
    assertEquals(waits, fails.active(commits(Outcome.WAITS_FOR_REPLICA, "")));
    ServerFacts behindOneThatWaits =
        facts(
            new SemiSync(true, 1, 3, true, true),
            7,
            new Commits(Outcome.STALLED, 4_200, "Waiting for prior transaction to commit"));
    assertEquals(waits, fails.active(behindOneThatWaits));
  }

  @Test
  void exhaustedConnectionsAndDegradedSemiSyncAreNamed() {
    String full =
        "connections are exhausted: 151 of 151 (max_connections); new clients are turned away";
    ServerFacts exhausted = facts(SemiSync.OFF, 151, Commits.NONE);
    assertEquals(new PollResult.Healthy(full), warns.active(exhausted));
    assertEquals(new PollResult.Healthy(full), NodeWarnings.standby(exhausted));
    ServerFacts degraded = facts(new SemiSync(true, 1, 0, false, true, 3), 7, Commits.NONE);
    assertEquals(
        new PollResult.Healthy(
            "semi-sync is degraded: the server has stopped waiting for acknowledgements;"
                + " look at rpl_semi_sync_master_timeout (it stopped 3 times since it started)"),
        warns.active(degraded));
    assertEquals(PollResult.HEALTHY, NodeWarnings.standby(degraded));
  }
}
