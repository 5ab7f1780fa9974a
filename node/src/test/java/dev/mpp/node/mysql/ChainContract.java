package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.node.mysql.MySqlServer.Change;
import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServer.Prepared;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replication that MPP configures, over a chain of three real servers: the first is the source of
 * the second, and that of the third. None of them was configured by hand.
 */
abstract class ChainContract {
  private static final Duration POLL = Duration.ofMillis(2000);
  private static final Duration BUDGET = Duration.ofSeconds(20);
  private static final String SECRET = "ch41n's \\ s3cret";

  @TempDir Path dir;
  private final List<ServerProcess> processes = new ArrayList<>();
  private final List<MySqlServer> servers = new ArrayList<>();

  abstract ServerProcess start(int serverId) throws Exception;

  /** Whether the server keeps passwords out of its general log by itself. */
  abstract boolean masksPasswords();

  @BeforeEach
  void start() throws Exception {
    for (int id = 1; id <= 3; id++) {
      ServerProcess p = start(id);
      processes.add(p);
      p.locally(
          "CREATE USER chain@'%' IDENTIFIED BY 'ch41n''s \\\\ s3cret';"
              + " GRANT REPLICATION SLAVE ON *.* TO chain@'%'");
      servers.add(
          MySqlServers.open(
              ServerOptions.of(p.address(), "orders", ServerProcess.MANAGER, POLL)
                  .withReplication(
                      new ReplicationAccount(new Credentials("chain", () -> SECRET), true))));
    }
    for (MySqlServer s : servers) {
      facts(s);
    }
  }

  @AfterEach
  void stop() {
    servers.forEach(MySqlServer::close);
    processes.forEach(ServerProcess::close);
  }

  private ServerProcess process(int number) {
    return processes.get(number - 1);
  }

  private MySqlServer server(int number) {
    return servers.get(number - 1);
  }

  private static ServerFacts facts(MySqlServer server) throws Exception {
    Eventually.within(
        Duration.ofSeconds(20),
        "a poll is answered",
        () -> server.poll() instanceof MySqlServer.Poll.Answered);
    return Polls.answered(server);
  }

  private void promote(int number, long epoch) throws Exception {
    Polls.ready(process(number), server(number));
    Prepared prepared = server(number).prepare(BUDGET);
    assertTrue(prepared.ok(), prepared.detail());
    server(number).holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(300).toNanos());
    MySqlServer.Promoted promoted =
        server(number).makeWritable("orders", epoch, "site" + epoch, BUDGET);
    assertTrue(promoted.ok(), promoted.detail());
  }

  private void fence(int number) {
    server(number).dropDeadMan();
    Fence fence = server(number).fence(BUDGET, "role change");
    assertEquals(Fence.Outcome.FENCED, fence.outcome(), fence.detail());
  }

  private void follow(int number, int source) throws Exception {
    Change c = server(number).follow(server(source).address(), BUDGET);
    assertTrue(c.ok(), c.detail());
    Replication r = facts(server(number)).replication().orElseThrow();
    assertEquals(server(source).address().toString(), r.source());
    assertTrue(r.receiverRunning() && r.applierRunning() && r.byGtid(), r.toString());
  }

  private void writes(int source, int id, int... replicas) throws Exception {
    process(source).run("INSERT INTO app.locks VALUES (" + id + ", 1)");
    GtidSet goal = facts(server(source)).executed();
    for (int r : replicas) {
      Eventually.within(
          BUDGET, "server " + r + " has it", () -> facts(server(r)).executed().contains(goal));
      assertEquals("1", process(r).ask("SELECT v FROM app.locks WHERE id = " + id));
      assertTrue(goal.contains(facts(server(r)).executed()), "it wrote something of its own");
    }
  }

  @Test
  void aChainIsMadeFollowsARoleChangeAndIsTurnedRound() throws Exception {
    promote(1, 1);
    follow(2, 1);
    follow(3, 2);
    writes(1, 100, 2, 3);

    fence(1);
    promote(2, 2);
    follow(1, 2); // what it wrote itself counts as received
    writes(2, 101, 1, 3);

    assertTrue(server(3).stopReplication(BUDGET).ok());
    follow(3, 1);
    writes(2, 102, 1, 3);

    fence(2);
    promote(3, 3);
    follow(1, 3);
    follow(2, 1);
    writes(3, 103, 1, 2);
  }

  @Test
  void whatWasTakenAwayOrBrokenIsMadeAnew() throws Exception {
    promote(1, 1);
    follow(2, 1);
    follow(3, 2);
    process(3).run(process(3).dialect("STOP SLAVE; RESET SLAVE ALL"));
    assertTrue(facts(server(3)).replication().isEmpty());
    follow(3, 2);

    // A receiver that its source refuses: the server has the account, and another password.
    process(2)
        .run(
            process(2)
                .dialect("STOP SLAVE; CHANGE MASTER TO MASTER_PASSWORD = 'old'; START SLAVE")
                .replace("CHANGE SOURCE", "CHANGE REPLICATION SOURCE"));
    Eventually.within(
        BUDGET,
        "it is refused",
        () -> facts(server(2)).replication().orElseThrow().error().contains("Access denied"));
    follow(2, 1);
    writes(1, 110, 2, 3);

    // An applier that cannot go on says why, and does once the row is out of its way.
    process(3).locally("INSERT INTO app.locks VALUES (111, 9)");
    process(1).run("INSERT INTO app.locks VALUES (111, 1)");
    Eventually.within(
        BUDGET,
        "the applier stops",
        () -> !facts(server(3)).replication().orElseThrow().applierRunning());
    Change unused = server(3).startReplication(BUDGET);
    Eventually.within(
        BUDGET,
        "started again it stops again, and says of what",
        () -> {
          Replication r = facts(server(3)).replication().orElseThrow();
          return !r.applierRunning() && !r.error().isEmpty();
        });
    process(3).locally("DELETE FROM app.locks WHERE id = 111");
    assertTrue(server(3).startReplication(BUDGET).ok());
    writes(1, 112, 2, 3);
  }

  /** An order that was on its way when a promotion began. */
  @Test
  void aServerThatBecomesTheSourceStartsNoReceiver() throws Exception {
    promote(1, 1);
    follow(2, 1);
    writes(1, 120, 2);
    assertTrue(server(2).prepare(BUDGET).ok());
    for (Change c :
        List.of(
            server(2).follow(server(1).address(), BUDGET), server(2).startReplication(BUDGET))) {
      assertFalse(c.ok());
      assertTrue(c.detail().contains("promoted"), c.detail());
    }
    Replication r = facts(server(2)).replication().orElseThrow();
    assertFalse(r.receiverStarted());
    fence(2);
    follow(2, 1);
    writes(1, 121, 2);
  }

  @Test
  void withoutAnAccountNothingIsConfigured() throws Exception {
    try (MySqlServer circular = process(2).manage(POLL)) {
      facts(circular);
      Change c = circular.follow(server(1).address(), BUDGET);
      assertFalse(c.ok());
      assertTrue(c.detail().contains("no replication account"), c.detail());
    }
    assertTrue(facts(server(2)).replication().isEmpty());
  }

  @Test
  void thePasswordIsInNoLog() throws Exception {
    promote(1, 1);
    Path log = dir.resolve("general.log");
    process(2).run("SET GLOBAL general_log_file = '" + log + "', GLOBAL general_log = ON");
    Change c = server(2).follow(server(1).address(), BUDGET);
    assertEquals(masksPasswords(), c.ok(), c.detail());
    if (!masksPasswords()) {
      assertTrue(c.detail().contains("general_log is ON"), c.detail());
      process(2).run("SET GLOBAL general_log = OFF");
      follow(2, 1);
      process(2).run("SET GLOBAL general_log = ON");
    }
    // The account is there now: it is not sent again.
    follow(3, 1);
    assertTrue(server(2).stopReplication(BUDGET).ok());
    writes(1, 130, 3);
    follow(2, 3);
    String written = Files.readString(log, StandardCharsets.ISO_8859_1);
    assertTrue(written.contains("CHANGE "), "it logs");
    assertFalse(written.contains("s3cret"), written);
    assertFalse(
        process(2)
            .ask("SELECT GROUP_CONCAT(INFO) FROM information_schema.PROCESSLIST")
            .contains("s3cret"));
  }
}
