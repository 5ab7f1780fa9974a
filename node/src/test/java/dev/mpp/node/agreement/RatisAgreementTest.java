package dev.mpp.node.agreement;

import static dev.mpp.node.agreement.RatisCluster.SERVICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatisAgreementTest {
  @TempDir Path directory;

  @Test
  void ofConcurrentClaimsExactlyOneWinsAndAllReplicasAgree() throws Exception {
    try (RatisCluster cluster = new RatisCluster(directory, 3, 2000).startAll(true)) {
      cluster.beat(cluster.leader());
      cluster.awaitSame();
      for (int epoch = 0; epoch < 15; epoch++) {
        Grant seen = cluster.run(cluster.leader()).state().grant(SERVICE);
        List<CompletableFuture<LedgerOutcome>> race = new ArrayList<>();
        for (SiteId s : cluster.sites()) {
          race.add(
              cluster
                  .run(s)
                  .agreement
                  .propose(
                      new LedgerCommand.Claim(
                          cluster.origin(s), SERVICE, seen.epoch(), seen.renewal())));
        }
        int won = 0;
        for (CompletableFuture<LedgerOutcome> f : race) {
          won += f.get(10, TimeUnit.SECONDS) instanceof LedgerOutcome.Accepted ? 1 : 0;
        }
        assertEquals(1, won);
        cluster.awaitSame();
        assertEquals(
            seen.epoch() + 1, cluster.run(cluster.leader()).state().grant(SERVICE).epoch());
      }
      assertSameStreams(cluster);
      long claims =
          cluster.run(cluster.leader()).applied().stream()
              .filter(a -> a.startsWith("Claim") && a.contains("-> Accepted"))
              .count();
      assertEquals(15, claims);
    }
  }

  /** Does not ask the replicas' own state: only what each of them told, entry by entry. */
  private static void assertSameStreams(RatisCluster cluster) {
    List<String> first = cluster.run(cluster.up().getFirst()).applied();
    for (SiteId s : cluster.up()) {
      assertEquals(first, cluster.run(s).applied(), "the stream of " + s);
    }
  }

  @Test
  void afterTheLeaderStoppedTheOthersCommitAndItRecoversFromDisk() {
    try (RatisCluster cluster = new RatisCluster(directory, 3, 2000).startAll(true)) {
      SiteId first = cluster.leader();
      assertInstanceOf(
          LedgerOutcome.Accepted.class,
          cluster.commit(
              first,
              new LedgerCommand.Claim(cluster.origin(first), SERVICE, 0, 0),
              Duration.ofSeconds(10)));
      long closing = System.nanoTime();
      cluster.stop(first);
      long closed = System.nanoTime();
      assertTrue(closed - closing < TimeUnit.SECONDS.toNanos(3), "close took too long");

      SiteId other = cluster.up().getFirst();
      cluster.commit(other, new LedgerCommand.Beat(cluster.origin(other)), Duration.ofSeconds(5));
      System.out.printf(
          "[measured] close %d ms, commits again %d ms after the leader's close%n",
          (closed - closing) / 1_000_000, (System.nanoTime() - closed) / 1_000_000);

      RatisCluster.Run again = cluster.start(first, true);
      assertEquals(1, again.restored().size());
      cluster.beat(other);
      cluster.awaitSame();
      assertEquals(1, again.state().grant(SERVICE).epoch());
      assertSameStreams(cluster);
    }
  }

  @Test
  void afterAllStoppedTheStateComesBackFromDisk() {
    try (RatisCluster cluster = new RatisCluster(directory, 3, 2000).startAll(true)) {
      SiteId leader = cluster.leader();
      cluster.commit(
          leader,
          new LedgerCommand.Claim(cluster.origin(leader), SERVICE, 0, 0),
          Duration.ofSeconds(10));
      cluster.awaitSame();
      cluster.sites().forEach(cluster::stop);

      cluster.startAll(false);
      cluster.beat(leader);
      cluster.awaitSame();
      assertTrue(cluster.run(leader).state().grant(SERVICE).heldBy(leader, "run-1"));
      assertSameStreams(cluster);
    }
  }

  @Test
  void aFollowerThatMissedThePurgedLogGetsTheSnapshot() {
    try (RatisCluster cluster = new RatisCluster(directory, 3, 10).startAll(true)) {
      SiteId leader = cluster.leader();
      cluster.commit(
          leader,
          new LedgerCommand.Claim(cluster.origin(leader), SERVICE, 0, 0),
          Duration.ofSeconds(10));
      cluster.awaitSame();
      SiteId lagging = cluster.follower();
      cluster.stop(lagging);
      // Long commands, so that the log's segments fill and are dropped.
      List<LedgerCommand.Held> held = new ArrayList<>(List.of(new LedgerCommand.Held(SERVICE, 1)));
      for (int i = 0; i < 1000; i++) {
        held.add(new LedgerCommand.Held(new ServiceName("service-" + i + ".eraser.com"), 1));
      }
      for (int i = 0; i < 40; i++) {
        cluster.commit(
            leader, new LedgerCommand.Renew(cluster.origin(leader), held), Duration.ofSeconds(10));
      }
      long renewal = cluster.run(leader).state().grant(SERVICE).renewal();

      RatisCluster.Run back = cluster.start(lagging, false);
      cluster.awaitSame();
      assertEquals(renewal, back.state().grant(SERVICE).renewal());
      assertTrue(back.restored().size() >= 2, "restored " + back.restored().size() + " times");
      assertTrue(back.applied().size() < 40, "applied " + back.applied().size());
      assertEquals(List.of(), back.fatal());

      // Its own snapshot, received or taken, is good to start from.
      cluster.stop(lagging);
      back = cluster.start(lagging, false);
      assertTrue(back.restored().getFirst().grant(SERVICE).renewal() > 10);
      cluster.beat(lagging);
      cluster.awaitSame();
    }
  }

  @Test
  void theLeadershipFollowsAWish() {
    try (RatisCluster cluster = new RatisCluster(directory, 3, 2000).startAll(true)) {
      SiteId wanted = cluster.follower();
      cluster.beat(wanted);
      cluster.run(wanted).agreement.preferLeadership();
      long asked = System.nanoTime();
      RatisCluster.await(
          Duration.ofSeconds(8),
          "leadership of " + wanted,
          () -> {
            cluster.run(wanted).agreement.preferLeadership();
            return cluster.run(wanted).agreement.health().role().equals("LEADER");
          });
      cluster.beat(wanted);
      System.out.printf(
          "[measured] leadership moved and committed after %d ms%n",
          (System.nanoTime() - asked) / 1_000_000);
      assertEquals(wanted.name(), cluster.run(wanted).agreement.health().leader());
    }
  }

  @Test
  void withoutAMajorityAProposalFailsInTime() {
    try (RatisCluster cluster = new RatisCluster(directory, 3, 2000)) {
      SiteId alone = cluster.sites().getFirst();
      cluster.start(alone, true);
      long before = System.nanoTime();
      CompletableFuture<LedgerOutcome> proposal =
          cluster.run(alone).agreement.propose(new LedgerCommand.Beat(cluster.origin(alone)));
      assertTrue(System.nanoTime() - before < 100_000_000, "propose blocked");
      ExecutionException failure =
          org.junit.jupiter.api.Assertions.assertThrows(
              ExecutionException.class, () -> proposal.get(3, TimeUnit.SECONDS));
      assertTrue(failure.getMessage().contains("not committed within"), failure.getMessage());
      assertEquals("", cluster.run(alone).agreement.health().leader());
    }
  }
}
