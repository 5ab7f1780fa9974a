package dev.mpp.node.agreement;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProposalOrderTest {
  private static final int SERVICES = 2000;

  @TempDir Path directory;

  /** The claims of many services that start together; each is an entry of its own. */
  @Test
  void aBeatDoesNotWaitForThousandsOfClaims() throws Exception {
    try (RatisCluster cluster = new RatisCluster(directory, 3, 60_000).startAll(true)) {
      SiteId site = cluster.follower();
      cluster.beat(site);
      List<CompletableFuture<LedgerOutcome>> claims =
          IntStream.range(0, SERVICES).mapToObj(i -> claim(cluster, site, i)).toList();
      LedgerOutcome unused =
          cluster
              .run(site)
              .agreement
              .propose(new LedgerCommand.Beat(cluster.origin(site)))
              .get(60, TimeUnit.SECONDS);
      long done = claims.stream().filter(CompletableFuture::isDone).count();
      assertTrue(done < SERVICES / 2, done + " claims came first");
      // Those that had no time are proposed again by whoever still wants them.
      long accepted = claims.stream().filter(ProposalOrderTest::accepted).count();
      assertTrue(accepted > 0, "no claim was accepted");
    }
  }

  private static boolean accepted(CompletableFuture<LedgerOutcome> claim) {
    try {
      return claim.get(60, TimeUnit.SECONDS) instanceof LedgerOutcome.Accepted;
    } catch (ExecutionException e) {
      return false;
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("a claim was not answered", e);
    }
  }

  private static CompletableFuture<LedgerOutcome> claim(RatisCluster cluster, SiteId site, int i) {
    ServiceName service = new ServiceName("service" + i + ".eraser.com");
    return cluster
        .run(site)
        .agreement
        .propose(new LedgerCommand.Claim(cluster.origin(site), service, 0, 0));
  }
}
