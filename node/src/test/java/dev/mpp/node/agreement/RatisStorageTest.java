package dev.mpp.node.agreement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.SiteId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatisStorageTest {
  private static final SiteId SITE = new SiteId("site1");

  @TempDir Path directory;

  @Test
  void anEmptyDiskIsRefusedWithoutBootstrap() {
    try (RatisCluster cluster = new RatisCluster(directory, 1, 2000)) {
      assertRefused(cluster, false, "--bootstrap");
      assertFalse(Files.exists(storage().resolve("member")));
    }
  }

  @Test
  void bootstrapOfAnExistingStorageRecovers() {
    try (RatisCluster cluster = new RatisCluster(directory, 1, 2000)) {
      cluster.start(SITE, true);
      cluster.beat(SITE);
      cluster.stop(SITE);
      cluster.start(SITE, true);
      cluster.beat(SITE);
      RatisCluster.await(
          java.time.Duration.ofSeconds(5),
          "both commands",
          () -> cluster.run(SITE).applied().size() == 2);
    }
  }

  @Test
  void aPartialFormatIsRedoneByBootstrapOnly() throws IOException {
    try (RatisCluster cluster = new RatisCluster(directory, 1, 2000)) {
      cluster.start(SITE, true);
      cluster.beat(SITE);
      cluster.stop(SITE);
      Files.delete(storage().resolve("member"));
      assertRefused(cluster, true, "holds a log but");
      delete("log_");
      assertRefused(cluster, true, "holds a log but");

      // As after a crash while formatting: no log, no vote.
      delete("raft-meta");
      assertRefused(cluster, false, "--bootstrap");
      cluster.start(SITE, true);
      cluster.beat(SITE);
    }
  }

  @Test
  void aLostLogIsRefusedEvenWithBootstrap() throws IOException {
    try (RatisCluster cluster = new RatisCluster(directory, 1, 2000)) {
      cluster.start(SITE, true);
      cluster.stop(SITE);
      Files.move(storage().resolve("raft"), directory.resolve("lost"));
      assertRefused(cluster, true, "is gone");
    }
  }

  @Test
  void anotherDeploymentsStorageIsRefused() {
    try (RatisCluster cluster = new RatisCluster(directory, 1, 2000)) {
      cluster.start(SITE, true);
      cluster.stop(SITE);
      LedgerConfig own = cluster.config(SITE, true);
      LedgerConfig other = LedgerConfig.of("other", SITE, own.members(), own.storage(), true);
      String message =
          assertThrows(
                  LedgerStartException.class, () -> new RatisCluster.Run(other).agreement.start())
              .getMessage();
      assertTrue(message.contains("another deployment"), message);
    }
  }

  @Test
  void damageInTheLogIsRefusedWithTheRemedy() throws IOException {
    try (RatisCluster cluster = new RatisCluster(directory, 1, 2000)) {
      cluster.start(SITE, true);
      for (int i = 0; i < 5; i++) {
        cluster.beat(SITE);
      }
      cluster.stop(SITE);
      Path log = files("log_").getFirst();
      byte[] bytes = Files.readAllBytes(log);
      bytes[bytes.length / 2] ^= 0x40;
      Files.write(log, bytes);
      assertRefused(cluster, false, "is damaged");
      assertRefused(cluster, true, "mpp member replace");
    }
  }

  @Test
  void aTakenPortIsRefusedAndTheProcessLives() throws IOException {
    try (RatisCluster cluster = new RatisCluster(directory, 1, 2000)) {
      LedgerMember own = cluster.config(SITE, true).own();
      try (ServerSocket taken =
          new ServerSocket(own.port(), 1, InetAddress.getByName(own.address()))) {
        assertEquals(own.port(), taken.getLocalPort());
        assertRefused(cluster, true, "cannot listen on port " + own.port());
      }
      cluster.start(SITE, false);
      cluster.beat(SITE);
    }
  }

  private Path storage() {
    return directory.resolve("site1");
  }

  private static void assertRefused(RatisCluster cluster, boolean bootstrap, String expected) {
    String message =
        assertThrows(LedgerStartException.class, () -> cluster.start(SITE, bootstrap)).getMessage();
    assertTrue(message.contains(expected), message);
  }

  private List<Path> files(String prefix) throws IOException {
    try (Stream<Path> tree = Files.walk(storage())) {
      return tree.filter(p -> p.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  private void delete(String prefix) throws IOException {
    for (Path p : files(prefix)) {
      Files.delete(p);
    }
  }
}
