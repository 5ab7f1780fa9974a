package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.CheckpointBoard;
import dev.mpp.core.plan.SiteBrain;
import dev.mpp.core.pool.PoolConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A real server in STANDBY that somebody makes writable, under the production brain: it is fenced,
 * and the journal says so.
 */
class StandbyGuardTest {
  private static final long MS = 1_000_000L;
  private static final ServiceName S = new ServiceName("orders.example.com");
  private static final SiteId HERE = new SiteId("site1");
  private static final SiteId THERE = new SiteId("site2");

  private final List<BrainCommand.Journal> journal = new ArrayList<>();

  private static SiteBrain brain(MySqlServer server) {
    PoolConfig pool =
        PoolConfig.failover(
            "p", List.of(new PoolConfig.Member(server.address(), NodeType.PRIMARY)));
    return new SiteBrain(
        new BrainConfig(
            HERE,
            "run-1",
            false,
            "test",
            "",
            new LeaseTiming(6000 * MS, 500 * MS, 1500 * MS, 0.001, 300 * MS, 4000 * MS),
            2500 * MS,
            Map.of(HERE, new BrainConfig.Member(false, 2), THERE, new BrainConfig.Member(false, 1)),
            List.of(
                new BrainConfig.Service(
                    S,
                    false,
                    false,
                    pool,
                    Map.of(HERE, List.of(server.address()), THERE, List.of()),
                    Reach.GLOBAL,
                    false,
                    30,
                    5000 * MS,
                    1000 * MS,
                    200 * MS)),
            List.of()),
        new CheckpointBoard(List.of(), true),
        Map.of(),
        System.nanoTime());
  }

  /** Hands the event to the brain and carries out the fences it asks for. */
  private void event(SiteBrain brain, MySqlServer server, BrainEvent event) {
    for (BrainCommand command : brain.on(event, System.nanoTime())) {
      if (command instanceof BrainCommand.Journal j) {
        journal.add(j);
      } else if (command instanceof BrainCommand.FenceNode f) {
        MySqlServer.Fence r = server.fence(Duration.ofNanos(f.budget()), f.reason());
        event(
            brain,
            server,
            new BrainEvent.FenceDone(
                S, f.node(), f.commandId(), r.safe(), r.outcome().name(), r.micros(), r.detail()));
      }
    }
  }

  private void poll(SiteBrain brain, MySqlServer server) throws Exception {
    event(
        brain, server, new BrainEvent.NodeAnswered(S, server.address(), Polls.answered(server), 0));
  }

  @Test
  void aStandbyFoundWritableIsFencedAndJournaled() throws Exception {
    try (MariaDbProcess mariadb = MariaDbProcess.start(75);
        MySqlServer server = mariadb.manage(Duration.ofSeconds(3))) {
      SiteBrain brain = brain(server);
      Polls.ready(mariadb, server);
      event(brain, server, new BrainEvent.LedgerRestored(LedgerState.EMPTY));
      poll(brain, server);
      assertTrue(journal.stream().noneMatch(j -> j.kind().equals("guard")));

      // Its dead-man would do the same within a second or two; here it is away.
      mariadb.run("SET GLOBAL event_scheduler = OFF; SET GLOBAL read_only = 0");
      long start = System.nanoTime();
      poll(brain, server);
      Eventually.within(
          Duration.ofSeconds(20),
          "its fence is verified",
          () -> {
            event(brain, server, new BrainEvent.Tick());
            return journal.stream()
                .anyMatch(j -> j.kind().equals("fence") && j.reason().startsWith("found writable"));
          });
      Figures.note(
          "standby found writable: poll and fence, ms", (System.nanoTime() - start) / 1_000_000);

      assertEquals("1", mariadb.ask("SELECT @@global.read_only"));
      try (Connection app = mariadb.app();
          Statement s = app.createStatement()) {
        SQLException refused =
            assertThrows(SQLException.class, () -> s.execute("INSERT INTO app.t (v) VALUES (1)"));
        assertEquals(1290, refused.getErrorCode());
      }
      List<String> said =
          journal.stream()
              .filter(j -> j.kind().equals("guard") || j.kind().equals("fence"))
              .map(j -> j.kind() + " " + j.subject() + ": " + j.reason())
              .toList();
      assertTrue(
          said.contains("guard " + server.address() + ": found writable without being ACTIVE"),
          said::toString);
      assertTrue(
          said.getLast().startsWith("fence " + server.address() + ": found writable"),
          said::toString);
    }
  }
}
