package dev.mpp.node.agreement;

import static dev.mpp.node.agreement.RatisCluster.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.model.SiteId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemberFormatsTest {
  private static final SiteId ONE = new SiteId("site1");
  private static final SiteId TWO = new SiteId("site2");
  private static final SiteId THREE = new SiteId("site3");
  private static final List<SiteId> ALL = List.of(ONE, TWO, THREE);
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @TempDir private Path dir;

  private MemberFormats formats() {
    return new MemberFormats(dir.resolve("formats"), ONE);
  }

  private static Agreement.Formats upTo(int newest) {
    return new Agreement.Formats(1, newest);
  }

  @Test
  void theOldestVoterDecides() {
    MemberFormats formats = formats();
    assertEquals(Optional.empty(), formats.refusal(1, ALL, List.of()));
    assertTrue(formats.refusal(2, ALL, List.of()).orElse("").contains("site2 was never heard"));
    formats.announced("site2", upTo(3));
    formats.announced("site3", upTo(2));
    assertEquals(Optional.empty(), formats.refusal(2, ALL, List.of()));
    String why = formats.refusal(3, ALL, List.of()).orElse("");
    assertTrue(why.contains("site3 reads ledger formats 1 to 2: upgrade it"), why);
    assertFalse(why.contains("site2"), why);
    assertEquals(
        Optional.empty(), formats.refusal(3, List.of(ONE, TWO), List.of()), "no voter any more");
  }

  @Test
  void aFollowerCountsOnceItSaidThatItIsOlder() {
    MemberFormats formats = formats();
    formats.announced("site2", upTo(3));
    formats.announced("site3", upTo(3));
    List<String> followers = List.of("site1.b", "site2.b");
    assertEquals(Optional.empty(), formats.refusal(3, ALL, followers), "never heard, no vote");
    formats.announced("site2.b", upTo(2));
    String why = formats.refusal(3, ALL, followers).orElse("");
    assertTrue(why.contains("site2.b reads ledger formats 1 to 2: upgrade it"), why);
    assertEquals(Optional.empty(), formats.refusal(2, ALL, followers));
  }

  @Test
  void whatWasAnnouncedSurvivesARestartAndADowngradeCounts() {
    MemberFormats formats = formats();
    formats.announced("site2", upTo(3));
    formats.announced("site3", upTo(3));
    assertEquals(Optional.empty(), formats().refusal(3, ALL, List.of()));
    formats.announced("site3", upTo(1));
    assertTrue(formats().refusal(2, ALL, List.of()).isPresent());
  }

  @Test
  void aDamagedFileForgetsAndNothingElse() throws Exception {
    formats().announced("site2", upTo(3));
    Files.writeString(dir.resolve("formats"), "site2 1");
    assertTrue(formats().refusal(2, ALL, List.of()).isPresent());
  }

  /** On real replicas: an order that one of three does not read is not written. */
  @Test
  void noEntryIsWrittenThatAVoterDoesNotRead() throws Exception {
    try (RatisCluster cluster = new RatisCluster(dir.resolve("ledger"), 3, 1000).startAll(true)) {
      cluster.beat(ONE);
      LedgerCommand.Pause pause =
          new LedgerCommand.Pause(
              cluster.origin(ONE), RatisCluster.SERVICE, true, "ann", "switch firmware");
      var refused = cluster.run(ONE).agreement.propose(pause);
      var thrown = assertThrows(ExecutionException.class, () -> refused.get(10, TimeUnit.SECONDS));
      assertInstanceOf(OlderVoterException.class, thrown.getCause());
      assertTrue(cluster.run(ONE).agreement.alarms().getFirst().contains("wait for an upgrade"));

      cluster.introduce(Agreement.Formats.OWN);
      await(LIMIT, "the versions", () -> cluster.run(ONE).agreement.alarms().isEmpty());
      cluster.commit(ONE, pause, LIMIT);
      cluster.awaitSame();
      cluster.run(ONE).agreement.reads(THREE, "", upTo(1));
      await(LIMIT, "the downgrade", () -> !cluster.run(ONE).agreement.alarms().isEmpty());
      cluster.beat(ONE);
    }
  }
}
