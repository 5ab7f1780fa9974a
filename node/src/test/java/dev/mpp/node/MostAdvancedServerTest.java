package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.State;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.Eventually;
import dev.mpp.node.mysql.MariaDbProcess;
import dev.mpp.node.mysql.MySqlServers;
import dev.mpp.node.mysql.ReplicationAccount;
import dev.mpp.node.mysql.ServerOptions;
import dev.mpp.node.mysql.ServerProcess;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three real servers of one site whose replication MPP manages: the second in the order has lost
 * its connection to the ACTIVE when that dies, the third has everything.
 */
class MostAdvancedServerTest {
  private static final Duration BUDGET = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(2000);

  private final List<ServerProcess> servers = new ArrayList<>();

  @AfterEach
  void stop() {
    servers.forEach(ServerProcess::close);
  }

  private static String row(int id) {
    return "INSERT INTO app.t (id, v) VALUES (" + id + ", 1)";
  }

  private static void within(String what, PaperSite site, Callable<Boolean> condition)
      throws Exception {
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
      throw new AssertionError(
          e.getMessage() + "\n" + site.mpp("status", "--wide").out() + site.violations, e);
    }
  }

  @Test
  void theThirdIsPromotedAndTheSecondFollowsIt(@TempDir Path dir) throws Exception {
    for (int id = 1; id <= 3; id++) {
      ServerProcess s = MariaDbProcess.start(id);
      servers.add(s);
      // An account for each replica, so that one can be cut off at the source.
      for (int replica = 0; replica < 3; replica++) {
        s.run(
            "SET SESSION sql_log_bin = 0; CREATE USER r%1$d@'%%' IDENTIFIED BY 'r%1$d'; GRANT REPLICATION SLAVE ON *.* TO r%1$d@'%%'"
                .formatted(replica));
      }
    }
    try (PaperSite site =
        new PaperSite(
            dir,
            servers.stream().map(ServerProcess::address).toList(),
            "replication: managed\n" + "    replication-account: {user: repl, password-env: PATH}",
            Optional.of(
                a -> {
                  String user = account(a);
                  return MySqlServers.open(
                      ServerOptions.of(a, "orders", ServerProcess.MANAGER, POLL)
                          .withReplication(
                              new ReplicationAccount(new Credentials(user, () -> user), false)));
                }))) {
      ServerProcess active = serving(site);
      List<ServerProcess> others = servers.stream().filter(s -> s != active).toList();
      ServerProcess upper = others.getFirst();
      ServerProcess lower = others.getLast();
      active.run(row(1));
      within("both follow", site, () -> BothServers.has(upper, 1) && BothServers.has(lower, 1));
      active.run(
          "SET SESSION sql_log_bin = 0; ALTER USER "
              + account(upper.address())
              + "@'%' ACCOUNT LOCK");
      ReturningContract.endStreams(active);
      active.run(row(2));
      within("one follows", site, () -> BothServers.has(lower, 2));
      assertFalse(BothServers.has(upper, 2), "cut off");
      active.kill();
      within(
          "one that has everything is ACTIVE",
          site,
          () ->
              site.node(lower.address()).state() == State.ACTIVE
                  || site.node(upper.address()).state() == State.ACTIVE);
      assertEquals(State.ACTIVE, site.node(lower.address()).state());
      within("the other one follows it", site, () -> BothServers.has(upper, 2));
      assertEquals(State.ACTIVE, site.node(lower.address()).state());
    }
  }

  /** The account with which this one follows another; its password is its name. */
  private String account(NodeAddress replica) {
    return "r" + servers.stream().map(ServerProcess::address).toList().indexOf(replica);
  }

  private ServerProcess serving(PaperSite site) throws Exception {
    List<ServerProcess> active = new ArrayList<>();
    within(
        "one is ACTIVE",
        site,
        () -> {
          servers.stream()
              .filter(s -> site.node(s.address()).state() == State.ACTIVE)
              .forEach(active::add);
          return !active.isEmpty();
        });
    return active.getFirst();
  }
}
