package dev.mpp.node.agreement;

import static dev.mpp.node.agreement.RatisCluster.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.model.SiteId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Voters that come, go and lose their disks, on real replicas. */
final class RatisMembershipTest {
  private static final SiteId ONE = new SiteId("site1");
  private static final SiteId TWO = new SiteId("site2");
  private static final SiteId THREE = new SiteId("site3");
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir private Path dir;

  private RatisCluster cluster() {
    RatisCluster cluster = new RatisCluster(dir, 3, 1000).startAll(true);
    cluster.beat(ONE);
    return cluster;
  }

  /** The disk is gone; what was on it is kept aside. */
  private Path loseDisk(RatisCluster cluster, SiteId site) throws IOException {
    cluster.stop(site);
    return Files.move(cluster.storage(site), dir.resolve("lost-" + site));
  }

  private static void replace(RatisCluster cluster, SiteId site) throws IOException {
    Agreement agreement = cluster.run(ONE).agreement;
    List<Agreement.Member> from = agreement.members();
    List<Agreement.Member> to = new ArrayList<>(from);
    to.removeIf(m -> m.site().equals(site));
    to.add(cluster.asMember(site));
    agreement.changeMembers(from, to);
  }

  @Test
  void aLostDiskIsReplacedAndVotesAgain() throws Exception {
    try (RatisCluster cluster = cluster()) {
      loseDisk(cluster, THREE);
      LedgerStartException refused =
          assertThrows(LedgerStartException.class, () -> cluster.start(THREE, false));
      assertTrue(refused.getMessage().contains("mpp member replace"), refused.getMessage());
      cluster.join(THREE);
      String id = cluster.run(THREE).agreement.ownMember();
      assertNotEquals("site3", id);
      replace(cluster, THREE);
      cluster.beat(ONE);
      cluster.awaitSame();
      assertEquals(
          List.of("site1", "site2", id),
          cluster.run(ONE).agreement.members().stream().map(Agreement.Member::id).toList());

      cluster.stop(THREE);
      cluster.start(THREE, false);
      assertEquals(id, cluster.run(THREE).agreement.ownMember());
      cluster.stop(TWO);
      cluster.beat(THREE);
      cluster.beat(ONE);
    }
  }

  /** With one founder down the joiner would make the majority, if it voted. */
  @Test
  void aJoinerDoesNotVoteBeforeItIsAdded() throws Exception {
    try (RatisCluster cluster = cluster()) {
      loseDisk(cluster, THREE);
      cluster.join(THREE);
      cluster.stop(TWO);
      var proposal =
          cluster.run(ONE).agreement.propose(new LedgerCommand.Beat(cluster.origin(ONE)));
      assertThrows(ExecutionException.class, () -> proposal.get(10, TimeUnit.SECONDS));
      var health = cluster.run(THREE).agreement.health();
      assertEquals("", health.leader());
      assertEquals(0, health.term(), "it took part in no election");
      cluster.start(TWO, false);
      cluster.beat(ONE);
    }
  }

  @Test
  void theLostDiskThatComesBackIsNobody() throws Exception {
    try (RatisCluster cluster = cluster()) {
      Path lost = loseDisk(cluster, THREE);
      cluster.join(THREE);
      replace(cluster, THREE);
      cluster.beat(ONE);
      cluster.stop(THREE);
      Files.move(cluster.storage(THREE), dir.resolve("new-site3"));
      Files.move(lost, cluster.storage(THREE));
      cluster.start(THREE, false);
      await(
          LIMIT,
          "the news that it was removed",
          () ->
              cluster.run(THREE).fatal().stream().anyMatch(f -> f.contains("was removed"))
                  || cluster.run(THREE).agreement.health().role().equals("CANDIDATE"));
      cluster.stop(TWO);
      var proposal =
          cluster.run(ONE).agreement.propose(new LedgerCommand.Beat(cluster.origin(ONE)));
      assertThrows(ExecutionException.class, () -> proposal.get(10, TimeUnit.SECONDS));
      cluster.start(TWO, false);
      cluster.beat(ONE);
    }
  }

  @Test
  void oneMoreAndOneLess() throws Exception {
    try (RatisCluster cluster = cluster()) {
      SiteId four = cluster.another();
      cluster.join(four);
      replace(cluster, four);
      cluster.beat(four);
      cluster.awaitSame();
      Agreement agreement = cluster.run(ONE).agreement;
      List<Agreement.Member> all = agreement.members();
      assertEquals(4, all.size());
      agreement.changeMembers(all, all.stream().filter(m -> !m.site().equals(TWO)).toList());
      await(LIMIT, "the farewell", () -> !cluster.run(TWO).fatal().isEmpty());
      assertTrue(
          cluster.run(TWO).fatal().getFirst().contains("was removed from the ledger"),
          () -> cluster.run(TWO).fatal().toString());
      cluster.stop(TWO);
      cluster.beat(four);
      cluster.awaitSame();
    }
  }

  @Test
  void whoeverSawAnotherMembershipIsRefused() throws Exception {
    try (RatisCluster cluster = cluster()) {
      Agreement agreement = cluster.run(ONE).agreement;
      List<Agreement.Member> old = agreement.members();
      List<Agreement.Member> two = old.subList(0, 2);
      agreement.changeMembers(old, two);
      assertThrows(IOException.class, () -> agreement.changeMembers(old, old));
      cluster.stop(THREE);
      cluster.beat(ONE);
    }
  }
}
