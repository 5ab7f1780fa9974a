package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServerFacts.Vitals;
import dev.mpp.node.mysql.MySqlServer.Poll.ConnectFailed;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each way in which a real server does not answer a poll, and what the poll calls it. */
class PollTroubleTest {
  private static final Duration POLL = Duration.ofSeconds(2);
  private static final Duration SOON = Duration.ofSeconds(20);

  private static MariaDbProcess mariadb;
  private MySqlServer server;

  @BeforeAll
  static void start() throws Exception {
    mariadb = MariaDbProcess.start(74, "--max-connections=12", "--ssl");
  }

  @AfterAll
  static void stop() {
    mariadb.close();
  }

  @BeforeEach
  void manage() throws Exception {
    server = mariadb.manage(POLL, Duration.ofMillis(500));
    Polls.answered(server);
  }

  @AfterEach
  void release() {
    server.close();
  }

  /** Ends every session of the manager, and polls until the poll itself had to log in. */
  private ConnectFailed lockedOut(PollTrouble expected) throws Exception {
    long start = System.nanoTime();
    mariadb.run("KILL USER mpp");
    ConnectFailed[] last = new ConnectFailed[1];
    Eventually.within(
        SOON,
        expected.code(),
        () -> server.poll() instanceof ConnectFailed f && (last[0] = f).trouble() == expected);
    Figures.note(expected.code() + ": seen after, ms", (System.nanoTime() - start) / 1_000_000);
    return last[0];
  }

  @Test
  void aWrongPassword() throws Exception {
    mariadb.run("SET SESSION sql_log_bin = 0; ALTER USER mpp@'%' IDENTIFIED BY 'changed'");
    try {
      String error = lockedOut(PollTrouble.AUTHENTICATION).error();
      assertTrue(
          error.startsWith("authentication failed (error 1045: Access denied for user 'mpp'@"),
          error);
    } finally {
      try (Connection root = mariadb.root()) {
        PrepareSql.mariaDb(MariaDbProcess.MANAGER, "%").apply(root);
      }
    }
    Polls.answered(server);
  }

  @Test
  void theLimitOfTheAccount() throws Exception {
    mariadb.run("SET SESSION sql_log_bin = 0; ALTER USER mpp@'%' WITH MAX_USER_CONNECTIONS 1");
    try (Connection taken = manager()) {
      assertTrue(taken.isValid(1));
    } catch (SQLException e) {
      assertEquals(1226, e.getErrorCode(), e.getMessage());
    }
    try {
      mariadb.run("KILL USER mpp");
      Eventually.within(
          SOON,
          "the poll finds the account at its limit",
          () -> {
            try (Connection taken = manager()) {
              return server.poll() instanceof ConnectFailed f
                  && f.trouble() == PollTrouble.ACCOUNT_LIMIT;
            } catch (SQLException e) {
              mariadb.run("KILL USER mpp");
              return false;
            }
          });
    } finally {
      mariadb.run("SET SESSION sql_log_bin = 0; ALTER USER mpp@'%' WITH MAX_USER_CONNECTIONS 0");
    }
    Polls.answered(server);
  }

  private static Connection manager() throws SQLException {
    return mariadb.as(MariaDbProcess.MANAGER);
  }

  @Test
  void aMissingPrivilege() throws Exception {
    mariadb.run("SET SESSION sql_log_bin = 0; REVOKE SLAVE MONITOR ON *.* FROM mpp@'%'");
    try {
      ConnectFailed f = lockedOut(PollTrouble.QUERY_FAILED);
      assertTrue(f.error().startsWith("error 1227: Access denied"), f.error());
    } finally {
      mariadb.run("SET SESSION sql_log_bin = 0; GRANT SLAVE MONITOR ON *.* TO mpp@'%'");
    }
    Polls.answered(server);
  }

  /** First it is seen over the sessions that live; then a login is refused. */
  @Test
  void exhaustedConnections() throws Exception {
    List<Connection> taken = new ArrayList<>();
    Eventually.within(
        SOON,
        "every session of ours is open",
        () ->
            Polls.answered(server).vitals().connections() > 0
                && Long.parseLong(
                        mariadb.ask(
                            "SELECT COUNT(*) FROM information_schema.PROCESSLIST"
                                + " WHERE USER = 'mpp'"))
                    >= 5);
    try {
      fill(taken);
      long start = System.nanoTime();
      Eventually.within(
          SOON,
          "it is seen while polls are answered",
          () -> Polls.answered(server).vitals().exhausted());
      Figures.note("exhausted: seen after, ms", (System.nanoTime() - start) / 1_000_000);
      Vitals v = Polls.answered(server).vitals();
      assertEquals(12, v.connectionLimit());
      assertTrue(v.connections() >= 12, v.toString());

      mariadb.run("KILL USER mpp"); // the place beyond the limit is free again after it
      fill(taken);
      taken.add(mariadb.root());
      ConnectFailed f = lockedOutOf(taken);
      assertEquals("too many connections (error 1040: Too many connections)", f.error());
    } finally {
      for (Connection c : taken) {
        c.close();
      }
    }
    Polls.answered(server);
  }

  private ConnectFailed lockedOutOf(List<Connection> taken) throws Exception {
    ConnectFailed[] last = new ConnectFailed[1];
    Eventually.within(
        SOON,
        "a login is refused",
        () -> {
          if (server.poll() instanceof ConnectFailed f
              && (last[0] = f).trouble() == PollTrouble.TOO_MANY_CONNECTIONS) {
            return true;
          }
          // The poll got a place: it loses it to somebody else.
          try (var s = taken.getLast().createStatement()) {
            s.execute("KILL USER mpp");
          }
          fill(taken);
          return false;
        });
    return last[0];
  }

  private static void fill(List<Connection> taken) throws SQLException {
    try {
      while (taken.size() < 40) {
        taken.addFirst(mariadb.app());
      }
    } catch (SQLException e) {
      assertEquals(1040, e.getErrorCode(), e.getMessage());
    }
  }

  /** The kernel accepts connections for a frozen server: they must not pile up in its queue. */
  @Test
  void aFrozenServerAndNoPileOfConnections() throws Exception {
    server.close();
    server = mariadb.manage(Duration.ofMillis(400));
    Polls.answered(server);
    mariadb.freeze();
    int most = 0;
    try {
      assertEquals(PollTrouble.NO_ANSWER, Polls.failed(server).trouble());
      for (int i = 0; i < 20; i++) {
        assertEquals(PollTrouble.NO_GREETING, Polls.failed(server).trouble());
        if (i % 10 == 0) {
          assertEquals(
              MySqlServer.Fence.Outcome.FAILED,
              server.fence(Duration.ofMillis(300), "frozen").outcome());
        }
        most = Math.max(most, connections(mariadb.address().port()));
      }
    } finally {
      mariadb.thaw();
    }
    Figures.note("frozen: most TCP connections during 20 polls and 2 fences", most);
    assertTrue(most <= 12, most + " connections");
    server.close();
    server = mariadb.manage(SOON);
    long thawed = System.nanoTime();
    Polls.answered(server);
    Figures.note("frozen: answered after SIGCONT, ms", (System.nanoTime() - thawed) / 1_000_000);
  }

  /** Connections of anybody to the port, but those that are closed on both sides. */
  private static int connections(int port) throws Exception {
    Set<String> clients = new HashSet<>();
    String local = "%04X".formatted(port);
    for (String line : Files.readAllLines(Path.of("/proc/net/tcp"))) {
      String[] f = line.strip().split("\\s+");
      boolean established = f.length > 3 && (f[3].equals("01") || f[3].equals("08"));
      if (established && f[1].endsWith(":" + local)) {
        clients.add(f[2]);
      }
    }
    return clients.size();
  }

  @Test
  void aHostThatSwallowsPackets() throws Exception {
    try (SilentHost gone = SilentHost.open();
        MySqlServer there = at(gone.port(), ServerOptions.Tls.PREFERRED, Duration.ofSeconds(1))) {
      long start = System.nanoTime();
      ConnectFailed f = Polls.failed(there);
      assertEquals(PollTrouble.CONNECT_TIMEOUT, f.trouble(), f.error());
      Figures.note("packets swallowed: seen after, ms", (System.nanoTime() - start) / 1_000_000);
    }
  }

  @Test
  void aConnectionThatIsClosedBeforeTheGreeting() throws Exception {
    try (ServerSocket door = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
        MySqlServer there =
            at(door.getLocalPort(), ServerOptions.Tls.PREFERRED, Duration.ofSeconds(2))) {
      Thread.startVirtualThread(
          () -> {
            try {
              while (true) {
                door.accept().close();
              }
            } catch (java.io.IOException e) {
              // Closed by the test.
            }
          });
      ConnectFailed f = Polls.failed(there);
      assertEquals(PollTrouble.RESET, f.trouble(), f.error());
      assertEquals(
          "connection lost (the server closed the connection without a greeting)", f.error());
    }
  }

  @Test
  void aCertificateOfNobodyWeTrust() {
    try (MySqlServer there = at(mariadb.address().port(), ServerOptions.Tls.VERIFY_CA, SOON)) {
      ConnectFailed f = Polls.failed(there);
      assertEquals(PollTrouble.TLS, f.trouble(), f.error());
    }
  }

  @Test
  void aNameThatIsNotResolved() {
    try (MySqlServer there =
        MySqlServers.open(
            ServerOptions.of(
                new NodeAddress("no-such-host.invalid", 3306),
                "orders",
                MariaDbProcess.MANAGER,
                Duration.ofSeconds(3)))) {
      ConnectFailed f = Polls.failed(there);
      assertEquals(PollTrouble.UNRESOLVED, f.trouble(), f.error());
    }
  }

  private static MySqlServer at(int port, ServerOptions.Tls tls, Duration timeout) {
    return MySqlServers.open(
        ServerOptions.of(
            new NodeAddress("127.0.0.1", port),
            "orders",
            MariaDbProcess.MANAGER.with(Encryption.of(tls)),
            timeout));
  }

  @Test
  void aServerThatIsShutDown() throws Exception {
    mariadb.run("SHUTDOWN");
    long start = System.nanoTime();
    Eventually.within(
        SOON,
        "nothing listens",
        () -> server.poll() instanceof ConnectFailed f && f.trouble() == PollTrouble.REFUSED);
    Figures.note("shut down: refused after, ms", (System.nanoTime() - start) / 1_000_000);
    mariadb.restart();
    Polls.answered(server);
  }
}
