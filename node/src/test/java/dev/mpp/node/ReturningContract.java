package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.State;
import dev.mpp.node.mysql.Eventually;
import dev.mpp.node.mysql.MySqlServers;
import dev.mpp.node.mysql.ServerOptions;
import dev.mpp.node.mysql.ServerProcess;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A former ACTIVE comes back with transactions of its own, under a site's production loop with two
 * real servers that follow each other: before it reconnects, while it does, and when it has for a
 * while. MPP finds exactly what the servers show, and none of it reaches the ACTIVE.
 */
abstract class ReturningContract {
  private static final Duration BUDGET = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofSeconds(5);

  /** Committed by the former ACTIVE while nobody received it, and by its successor. */
  private static final List<Integer> LOST = List.of(5001, 5002);

  private static final int LATER = 6001;

  @TempDir private Path dir;
  private ServerProcess first;
  private ServerProcess second;
  private BothServers both;
  private PaperSite site;

  abstract ServerProcess start(int serverId) throws Exception;

  /** What an administrator runs to write on a fenced server, in one text. */
  abstract String pastTheFlag(String sql);

  /** The first is ACTIVE, the second follows; each is configured to follow the other. */
  @BeforeEach
  void start() throws Exception {
    first = start(1);
    second = start(2);
    first.replicateFrom(second);
    second.replicateFrom(first);
    site =
        new PaperSite(
            dir,
            first.address(),
            second.address(),
            Optional.of(
                a ->
                    MySqlServers.open(ServerOptions.of(a, "orders", ServerProcess.MANAGER, POLL))));
    within(
        "one is ACTIVE",
        () -> node(first).state() == State.ACTIVE || node(second).state() == State.ACTIVE);
    if (node(second).state() == State.ACTIVE) { // it answered its first poll earlier
      ServerProcess other = first;
      first = second;
      second = other;
    }
    both = new BothServers(first, second);
    first.run(row(1));
    within("the second follows", () -> BothServers.has(second, 1));
  }

  @AfterEach
  void stop() throws Exception {
    site.close();
    first.close();
    second.close();
  }

  private NodeView node(ServerProcess server) {
    return site.node(server.address());
  }

  private void within(String what, Callable<Boolean> condition) throws Exception {
    try {
      Eventually.within(
          BUDGET,
          what,
          () -> {
            try {
              return condition.call();
            } catch (SQLException slow) {
              return false; // a loaded machine does not let everybody log in within 2 s
            }
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + node(first) + "\n" + node(second), e);
    }
  }

  private static String row(int id) {
    return "INSERT INTO app.t (id, v) VALUES (" + id + ", 1)";
  }

  private static boolean receives(NodeView node) {
    return node.facts()
        .flatMap(ServerFacts::replication)
        .map(ServerFacts.Replication::receiverStarted)
        .orElse(false);
  }

  /** Its last transactions are on no other server when it dies. */
  private void diverge() throws Exception {
    // Logged in before: the second must not be silent for so long that it is out of the race.
    try (Connection root = first.root();
        Statement s = root.createStatement()) {
      second.freeze();
      endStreams(s);
      for (int id : LOST) {
        s.execute(row(id));
      }
    }
    first.kill();
    second.thaw();
    successor();
  }

  private void successor() throws Exception {
    within("the second is ACTIVE", () -> node(second).state() == State.ACTIVE);
    second.run(row(LATER));
  }

  /** The replicas have to connect anew. */
  static void endStreams(ServerProcess source) throws Exception {
    try (Connection root = source.root();
        Statement s = root.createStatement()) {
      endStreams(s);
    }
  }

  private static void endStreams(Statement s) throws Exception {
    Eventually.within(
        BUDGET,
        "no replica is connected",
        () -> {
          long id = 0;
          try (ResultSet r =
              s.executeQuery(
                  "SELECT ID FROM information_schema.PROCESSLIST"
                      + " WHERE COMMAND LIKE 'Binlog Dump%' LIMIT 1")) {
            id = r.next() ? r.getLong(1) : 0;
          }
          if (id != 0) {
            try {
              s.execute("KILL " + id);
            } catch (SQLException gone) {
              // by itself
            }
          }
          return id == 0;
        });
  }

  private void foundAndApart(String errant) throws Exception {
    within(
        "found, and it receives nothing",
        () -> {
          assertFalse(BothServers.has(second, LOST.getFirst()), "merged into the ACTIVE");
          NodeView n = node(first);
          return n.state() == State.FAILED_ONLINE
              && n.message().contains("errant transactions")
              && n.message().contains(errant)
              && !receives(n);
        });
  }

  @Test
  void isFoundBeforeAnythingReplicates() throws Exception {
    diverge();
    first.restart();
    String errant = both.onlyAtFormer();
    assertFalse(errant.isEmpty());
    within(
        "found",
        () -> {
          assertFalse(BothServers.has(first, LATER), "given the ACTIVE's on top of its own");
          return node(first).message().contains(errant);
        });
    foundAndApart(errant);
    assertFalse(BothServers.has(first, LATER), "nothing replicates in either direction");
    // Known to be diverged: who starts its receiver by hand finds it stopped.
    first.run(first.dialect("START SLAVE"));
    foundAndApart(errant);
    both.assertNothingMerged(errant, LOST);
    assertEquals(State.ACTIVE, node(second).state());
  }

  /** It reconnects as it boots, before anybody can look. */
  @Test
  void isFoundWhileItReconnects() throws Exception {
    diverge();
    first.restartReplicating();
    String errant = both.onlyAtFormer();
    assertFalse(errant.isEmpty());
    foundAndApart(errant);
    both.assertNothingMerged(errant, LOST);
    assertEquals(State.ACTIVE, node(second).state());
  }

  /** It came back clean and follows; then it gets a transaction of its own, and reconnects. */
  @Test
  void isFoundLongAfterItReconnected() throws Exception {
    first.kill();
    successor();
    first.restart();
    within("it follows again", () -> BothServers.has(first, LATER));
    assertEquals("", both.onlyAtFormer());
    int own = LOST.getFirst();
    within(
        "an administrator wrote there",
        () -> {
          try {
            first.run(pastTheFlag("INSERT IGNORE INTO app.t (id, v) VALUES (" + own + ", 1)"));
          } catch (SQLException closed) {
            // MPP closes the server, and ends the session if it is in the way.
          }
          return BothServers.has(first, own);
        });
    String errant = both.onlyAtFormer();
    assertFalse(errant.isEmpty());
    endStreams(second);
    foundAndApart(errant);
    second.run(row(LATER + 1));
    both.assertNothingMerged(errant, List.of(own));
    assertTrue(BothServers.has(second, LATER + 1));
    assertEquals(State.ACTIVE, node(second).state());
  }
}
