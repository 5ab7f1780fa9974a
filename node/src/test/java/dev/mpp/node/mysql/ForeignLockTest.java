package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every account may take a named lock: that of another one does not keep a server writable. */
class ForeignLockTest {
  private static final Duration POLL = Duration.ofMillis(1000);
  private static final Duration BUDGET = Duration.ofSeconds(20);

  private MariaDbProcess mariadb;
  private MySqlServer server;

  @BeforeEach
  void start() throws Exception {
    mariadb = MariaDbProcess.start(31);
    server = mariadb.manage(POLL);
    Eventually.within(
        BUDGET,
        "the dead-man works",
        () -> server.poll() instanceof MySqlServer.Poll.Answered a && a.facts().deadMan());
  }

  @AfterEach
  void stop() {
    server.close();
    mariadb.close();
  }

  @Test
  void theDeadManActsAndTheManagerCanOpenTheServerAgain() throws Exception {
    try (Connection app = mariadb.app();
        Statement s = app.createStatement()) {
      s.execute("SELECT GET_LOCK('mpp_lease', 0)");
      mariadb.run("SET GLOBAL read_only = 0");
      long start = System.nanoTime();
      Eventually.within(
          BUDGET, "it is read-only", () -> mariadb.ask("SELECT @@global.read_only").equals("1"));
      Figures.note("read-only with a foreign lock, ms", (System.nanoTime() - start) / 1_000_000);
      assertThrows(SQLException.class, () -> s.execute("DO 1"), "its session is ended");
    }
    server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(60).toNanos());
    Eventually.within(
        BUDGET,
        "the manager holds the lock and opens the server",
        () -> server.makeWritable("orders", 1, "site1", Duration.ofSeconds(5)).ok());
    assertEquals("0", mariadb.ask("SELECT @@global.read_only"));
  }

  /** Also while the server is read-only: otherwise it could keep MPP from opening it. */
  @Test
  void theSessionIsEndedAndTheManagersIsNot() throws Exception {
    try (Connection app = mariadb.app();
        Statement s = app.createStatement()) {
      s.execute("SELECT GET_LOCK('mpp_lease', 0)");
      server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(60).toNanos());
      MySqlServer.Promoted promoted = server.makeWritable("orders", 1, "site1", BUDGET);
      assertTrue(promoted.ok(), promoted.detail());
    }
    String holder = mariadb.ask("SELECT IS_USED_LOCK('mpp_lease')");
    String runs =
        mariadb.ask("SELECT COUNT(*) FROM mysql.event WHERE last_executed > UTC_TIMESTAMP()");
    assertEquals("0", runs);
    String before = mariadb.ask("SELECT last_executed FROM mysql.event WHERE name = 'dead_man'");
    Eventually.within(
        BUDGET,
        "the event ran again",
        () ->
            !mariadb
                .ask("SELECT last_executed FROM mysql.event WHERE name = 'dead_man'")
                .equals(before));
    assertEquals(holder, mariadb.ask("SELECT IS_USED_LOCK('mpp_lease')"));
    assertEquals("0", mariadb.ask("SELECT @@global.read_only"));
  }
}
