package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.ChannelRule.Follow;
import dev.mpp.core.plan.ChannelRule.Leave;
import dev.mpp.core.plan.ChannelRule.Sight;
import dev.mpp.core.plan.ChannelRule.Start;
import dev.mpp.core.plan.ChannelRule.Step;
import dev.mpp.core.plan.ChannelRule.Stop;
import dev.mpp.core.plan.ChannelRule.Wait;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What one node is told, row by row. */
final class ChannelRuleTest {
  private static final long SECOND = 1_000_000_000L;
  private static final NodeAddress ACTIVE = NodeAddress.parse("10.1.0.1:3306");
  private static final NodeAddress ACTING = NodeAddress.parse("10.2.0.1:3306");
  private static final String FORMER = "10.3.0.1:3306";
  private static final String KEY = "Duplicate entry '7' for key 'PRIMARY'";

  /** A node as its poll shows it, and what is tried until it follows. */
  private static final class Case {
    private String executed = "0-1-10";
    private String received = "0-1-10";
    private String active = "0-1-10";
    private String relay = "0-1-10";
    private boolean relayRuns = true;
    private NodeAddress wanted = ACTIVE;
    private String source = ACTIVE.toString();
    private boolean configured = true;
    private boolean started;
    private boolean running;
    private boolean applies;
    private String error = "";
    private boolean counted;
    private int attempts;
    private long downFor = 10 * SECOND;

    Case replicates() {
      started = true;
      running = true;
      applies = true;
      return this;
    }

    Case connecting(String why) {
      started = true;
      applies = true;
      error = why;
      return this;
    }

    Case from(String other) {
      source = other;
      return this;
    }

    Case through() {
      wanted = ACTING;
      return this;
    }

    Step step() {
      return ChannelRule.judge(
          new Sight(
              facts(executed, configured ? Optional.of(replication()) : Optional.empty()),
              new ActiveSeen(new SiteId("site1"), ACTIVE, facts(active, Optional.empty())),
              wanted,
              wanted.equals(ACTIVE) ? Optional.empty() : Optional.of(relay()),
              counted,
              attempts,
              downFor));
    }

    private Replication replication() {
      return new Replication(
          source,
          started,
          running,
          applies,
          error,
          OptionalLong.empty(),
          GtidSet.parse(executed + "," + received));
    }

    private ServerFacts relay() {
      return facts(
          relay,
          Optional.of(
              new Replication(
                  ACTIVE.toString(),
                  true,
                  relayRuns,
                  true,
                  "",
                  OptionalLong.empty(),
                  GtidSet.parse(relay))));
    }

    private static ServerFacts facts(String executed, Optional<Replication> replication) {
      return new ServerFacts(
          "11.4", true, GtidSet.parse(executed), replication, ServerFacts.SemiSync.OFF, true);
    }
  }

  private static void waits(String why, Step step) {
    String said = assertInstanceOf(Wait.class, step).why();
    assertTrue(said.contains(why), said);
  }

  @Test
  void oneThatFollowsItsSourceIsLeftAlone() {
    assertEquals(new Leave(), new Case().replicates().step());
    assertEquals(new Leave(), new Case().through().from(ACTING.toString()).replicates().step());
  }

  @Test
  void oneWithoutASourceGetsIt() {
    Case bare = new Case();
    bare.configured = false;
    assertEquals(new Follow("it had no source"), bare.step());
    bare.executed = "";
    bare.received = "";
    assertInstanceOf(Follow.class, bare.step(), "a new server");
  }

  @Test
  void oneWhoseReplicationIsOffIsStarted() {
    assertInstanceOf(Start.class, new Case().step());
    assertEquals(new Follow("its source was " + FORMER), new Case().from(FORMER).step());
  }

  @Test
  void theDeadSourceOfAnEarlierRoleIsReplaced() {
    Case dead = new Case().from(FORMER).connecting("connection refused");
    assertInstanceOf(Follow.class, dead.step());
    dead.attempts = 9;
    assertInstanceOf(Follow.class, dead.step(), "that error says nothing of the new source");
  }

  /** What it receives from there may be anything: it stands still before it is compared. */
  @Test
  void oneThatReceivesFromAnotherIsStoppedFirst() {
    assertInstanceOf(Stop.class, new Case().from(FORMER).replicates().step());
    Case leaf = new Case().through().from(ACTIVE.toString()).replicates();
    assertInstanceOf(Stop.class, leaf.step());
    leaf.relayRuns = false;
    waits("does not replicate itself", leaf.step());
  }

  @Test
  void oneThatDivergedGetsNoSource() {
    Case errant = new Case().from(FORMER);
    errant.executed = "0-1-10,0-3-7";
    waits("has not shown all", errant.step());
    errant.configured = false;
    waits("has not shown all", errant.step());
    Case off = new Case();
    off.executed = "0-1-10,0-3-7";
    waits("has not shown all", off.step());
    off.started = true;
    off.running = true;
    waits("has not shown all", off.step());
  }

  /** Its relay log may be the only place where they are. */
  @Test
  void whatOnlyItReceivedIsNotThrownAway() {
    Case ahead = new Case().from(FORMER);
    ahead.received = "0-1-10,0-3-7";
    waits("0-3-1..7", ahead.step());
    ahead.active = "0-1-10,0-3-7";
    assertInstanceOf(Follow.class, ahead.step());
  }

  /** MariaDB refuses a replica that is ahead of its source, as one that diverged. */
  @Test
  void theActingOneHasToHaveWhatTheOthersHave() {
    Case leaf = new Case().through().from(FORMER);
    leaf.relay = "0-1-9";
    waits("10.2.0.1:3306 does not have yet", leaf.step());
    leaf.relay = "0-1-10";
    assertInstanceOf(Follow.class, leaf.step());
  }

  @Test
  void aBrokenApplierIsStartedFiveTimes() {
    Case broken = new Case();
    broken.started = true;
    broken.running = true;
    broken.error = KEY;
    assertEquals(new Start("its applier had stopped: " + KEY), broken.step());
    broken.attempts = ChannelRule.ATTEMPTS;
    waits("mpp recover", broken.step());
    broken.error = "";
    assertInstanceOf(Start.class, broken.step(), "somebody stopped it");
  }

  @Test
  void aReceiverThatItsSourceRefusesIsConfiguredFiveTimes() {
    Case refused = new Case();
    refused.error = "Got fatal error 1236: the requested logs have been purged";
    assertInstanceOf(Follow.class, refused.step());
    refused.attempts = ChannelRule.ATTEMPTS;
    waits("in vain", refused.step());
  }

  @Test
  void oneThatConnectsGetsItsAccountAnewTwice() {
    Case denied = new Case().connecting("Access denied for user 'repl'@'10.2.0.1'");
    assertInstanceOf(Follow.class, denied.step());
    denied.attempts = 2;
    assertEquals(new Leave(), denied.step(), "the server goes on trying");
    denied.attempts = 0;
    denied.downFor = SECOND;
    assertEquals(new Leave(), denied.step(), "it may just have lost it");
  }

  @Test
  void oneThatFollowsByFilesIsStoppedAndFollowsByGtid() {
    Case old = new Case().replicates();
    old.error = Replication.NO_GTID;
    assertInstanceOf(Stop.class, old.step());
    Case off = new Case();
    off.error = Replication.NO_GTID;
    assertInstanceOf(Follow.class, off.step());
  }

  @Test
  void whatTheActiveCountsOnIsNotThrownAway() {
    Case counted = new Case();
    counted.counted = true;
    waits("counts on", counted.step());
    waits("counts on", counted.from(FORMER).replicates().step());
  }

  @Test
  void oneFamilyDoesNotFollowTheOther() {
    Case mySql = new Case();
    mySql.executed = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5";
    mySql.received = mySql.executed;
    mySql.configured = false;
    waits("another family", mySql.step());
  }
}
