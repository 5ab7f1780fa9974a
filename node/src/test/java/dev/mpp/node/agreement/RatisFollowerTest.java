package dev.mpp.node.agreement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.SiteId;
import dev.mpp.node.FreePorts;
import dev.mpp.node.agreement.RatisCluster.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The second instance of a site: it follows and proposes, and has no vote. */
@Timeout(180)
class RatisFollowerTest {
  private static final SiteId SITE = new SiteId("site1");

  @TempDir Path directory;

  private final List<LedgerMember> voters = new ArrayList<>();
  private final List<LedgerMember> all = new ArrayList<>();
  private final List<Run> runs = new ArrayList<>();
  private long sequence;

  private void members() {
    for (int i = 1; i <= 3; i++) {
      String address = "127.0." + i + ".1";
      voters.add(new LedgerMember(new SiteId("site" + i), address, FreePorts.next(address)));
    }
    all.addAll(voters);
    all.add(new LedgerMember(SITE, "b", "127.0.1.2", FreePorts.next("127.0.1.2")));
  }

  private Run start(LedgerMember own, List<LedgerMember> members, boolean bootstrap) {
    LedgerConfig config =
        new LedgerConfig(
            "test",
            own,
            members,
            own.address(),
            directory.resolve(own.id()),
            bootstrap,
            false,
            LedgerConfig.Timings.DEFAULT,
            2000,
            java.util.Optional.empty());
    Run run = new Run(config);
    run.agreement.start();
    runs.add(run);
    return run;
  }

  @AfterEach
  void close() {
    runs.forEach(r -> r.agreement.close());
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not in time: " + what);
      Thread.sleep(20);
    }
  }

  private boolean proposes(Run run) {
    try {
      return run.agreement
              .propose(new LedgerCommand.Beat(new Origin(SITE, "b1", ++sequence)))
              .get(5, TimeUnit.SECONDS)
          instanceof LedgerOutcome.Accepted;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void itFollowsAndProposesAndItsSitesVoterMayDie() throws Exception {
    members();
    List<Run> voting = new ArrayList<>();
    for (LedgerMember v : voters) {
      voting.add(start(v, all, true));
    }
    Run follower = start(all.getLast(), all, false);
    await("a proposal of the follower", () -> proposes(follower));
    await("it applies what was agreed", () -> !follower.applied().isEmpty());
    assertEquals("LISTENER", follower.agreement.health().role());
    follower.agreement.preferLeadership();
    voting.getFirst().agreement.close();
    await("the others go on without its site's voter", () -> proposes(follower));
    int before = follower.applied().size();
    await("and it follows them", () -> proposes(follower) && follower.applied().size() > before);
  }

  @Test
  void theLeaderAddsAFollowerThatIsConfiguredLater() throws Exception {
    members();
    for (LedgerMember v : voters) {
      start(v, voters, true);
    }
    await("the voters agree", () -> proposes(runs.getFirst()));
    runs.forEach(r -> r.agreement.close());
    runs.clear();
    for (LedgerMember v : voters) {
      start(v, all, false);
    }
    Run follower = start(all.getLast(), all, false);
    await("it proposes", () -> proposes(follower));
    await("it applies", () -> !follower.applied().isEmpty());
    assertEquals(List.of(), follower.fatal());
  }

  @Test
  void aChangeOfTheVotersLeavesTheFollower() throws Exception {
    members();
    for (LedgerMember v : voters) {
      start(v, all, true);
    }
    Run follower = start(all.getLast(), all, false);
    await("it follows", () -> proposes(follower) && !follower.applied().isEmpty());
    List<Agreement.Member> three = follower.agreement.members();
    List<Agreement.Member> two =
        three.stream().filter(m -> !m.site().name().equals("site3")).toList();
    assertEquals(List.of("site1", "site2"), two.stream().map(Agreement.Member::id).toList());
    runs.get(1).agreement.changeMembers(three, two);
    await("it knows", () -> follower.agreement.members().equals(two));
    int before = follower.applied().size();
    await("it follows them", () -> proposes(follower) && follower.applied().size() > before);
    assertEquals("LISTENER", follower.agreement.health().role());
    assertEquals(List.of(), follower.fatal());
  }

  @Test
  void theLeaderGivesTheLeadershipAway() throws Exception {
    members();
    for (LedgerMember v : voters) {
      start(v, voters, true);
    }
    await("they agree", () -> proposes(runs.getFirst()));
    String leader = runs.getFirst().agreement.health().leader();
    Run leading = runs.get(voters.stream().map(LedgerMember::id).toList().indexOf(leader));
    SiteId other = new SiteId(leader.equals("site2") ? "site3" : "site2");
    await(
        "the other one leads",
        () -> {
          leading.agreement.yieldLeadership(other);
          return leading.agreement.health().leader().equals(other.name());
        });
  }
}
