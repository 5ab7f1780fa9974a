package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.State;
import dev.mpp.node.mysql.Eventually;
import dev.mpp.node.mysql.MySqlProcess;
import dev.mpp.node.mysql.MySqlServers;
import dev.mpp.node.mysql.ServerOptions;
import dev.mpp.node.mysql.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A site's production loop with two real MySQL servers, one of which has a transaction of its own
 * and a receiver that somebody started by hand. MySQL replicates without an error.
 */
@Tag("mysql-server")
class MySqlHandStartedTest {
  private static final Duration BUDGET = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(1000);
  private static final String EXECUTED = "SELECT @@global.gtid_executed";

  @Test
  void theReceiverOfADivergedServerIsStoppedAsOftenAsItIsStarted(@TempDir Path dir)
      throws Exception {
    try (MySqlProcess primary = MySqlProcess.start(1);
        MySqlProcess secondary = MySqlProcess.start(2)) {
      String errant = diverge(secondary);
      follow(secondary, primary);
      secondary.run("START REPLICA");
      try (PaperSite site =
          new PaperSite(
              dir,
              primary.address(),
              secondary.address(),
              Optional.of(
                  a ->
                      MySqlServers.open(
                          ServerOptions.of(a, "orders", ServerProcess.MANAGER, POLL))))) {
        Eventually.within(
            BUDGET,
            "the primary is ACTIVE",
            () -> site.node(primary.address()).state() == State.ACTIVE);
        foundAndStopped(site, secondary, errant);
        secondary.run("START REPLICA");
        Eventually.within(BUDGET, "it runs", () -> receives(site.node(secondary.address())));
        foundAndStopped(site, secondary, errant);
        assertEquals(State.ACTIVE, site.node(primary.address()).state());
      }
      assertEquals("0", primary.ask("SELECT COUNT(*) FROM app.locks WHERE v = 7"));
      assertFalse(primary.ask(EXECUTED).contains(errant.substring(0, errant.indexOf(':'))));
    }
  }

  /** One transaction of its own; its GTID. */
  private static String diverge(MySqlProcess server) throws Exception {
    server.run(
        "DO GET_LOCK('mpp_lease', 1); SET GLOBAL super_read_only = 0;"
            + " UPDATE app.locks SET v = 7 WHERE id = 1; SET GLOBAL super_read_only = 1");
    return server.ask(EXECUTED);
  }

  private static void follow(MySqlProcess server, MySqlProcess source) throws Exception {
    server.run(
        "CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT="
            + source.address().port()
            + ", SOURCE_USER='repl', SOURCE_PASSWORD='repl', SOURCE_AUTO_POSITION=1,"
            + " SOURCE_CONNECT_RETRY=1, GET_SOURCE_PUBLIC_KEY=1");
  }

  private static void foundAndStopped(PaperSite site, MySqlProcess server, String errant)
      throws Exception {
    Eventually.within(
        BUDGET,
        "it is FAILED_ONLINE and receives nothing",
        () -> {
          NodeView node = site.node(server.address());
          return node.state() == State.FAILED_ONLINE && !receives(node);
        });
    String message = site.node(server.address()).message();
    assertTrue(message.contains("errant") && message.contains(errant), message);
  }

  private static boolean receives(NodeView node) {
    return node.facts()
        .flatMap(ServerFacts::replication)
        .map(ServerFacts.Replication::receiverStarted)
        .orElse(false);
  }
}
