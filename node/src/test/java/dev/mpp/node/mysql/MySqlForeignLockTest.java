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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With MySQL: the named lock of another account does not keep a server writable, nor closed. */
@Tag("mysql-server")
class MySqlForeignLockTest {
  private static final Duration POLL = Duration.ofMillis(1000);
  private static final Duration BUDGET = Duration.ofSeconds(20);
  private static final String TAKE = "SELECT GET_LOCK('mpp_lease', 0)";

  private static final String LAST_RUN =
      "SELECT LAST_EXECUTED FROM information_schema.EVENTS WHERE EVENT_NAME = 'dead_man'";

  private MySqlProcess mysql;
  private MySqlServer server;

  @BeforeEach
  void start() throws Exception {
    mysql = MySqlProcess.start(31);
    server = mysql.manage(POLL);
    Eventually.within(
        BUDGET,
        "the dead-man is known",
        () -> server.poll() instanceof MySqlServer.Poll.Answered a && a.facts().deadMan());
  }

  @AfterEach
  void stop() {
    server.close();
    mysql.close();
  }

  private boolean closed() {
    try {
      return mysql.ask("SELECT " + mysql.readOnly()).equals("1");
    } catch (SQLException e) {
      return false; // The dead-man kills an administrator who asks as well.
    }
  }

  @Test
  void theDeadManActsAndTheManagerCanOpenTheServerAgain() throws Exception {
    String before = mysql.ask("SELECT @@global.gtid_executed");
    try (Connection app = mysql.app();
        Statement s = app.createStatement()) {
      s.execute(TAKE);
      mysql.run("SET GLOBAL read_only = 0");
      long took = Eventually.within(BUDGET, "it is read-only", this::closed);
      Figures.note("MySQL, read-only with a foreign lock, ms", took / 1_000_000);
      assertThrows(SQLException.class, () -> s.execute("DO 1"), "its session is ended");
    }
    assertEquals(before, mysql.ask("SELECT @@global.gtid_executed"), "the dead-man wrote");
    server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(60).toNanos());
    Eventually.within(
        BUDGET,
        "the manager holds the lock and opens the server",
        () -> server.makeWritable("orders", 1, "site1", Duration.ofSeconds(5)).ok());
    assertEquals("0", mysql.ask("SELECT " + mysql.readOnly()));
  }

  /** The server's event sleeps while it is read-only: MPP ends the session that is in its way. */
  @Test
  void theSessionIsEndedByMppAndTheManagersIsNotByTheDeadMan() throws Exception {
    try (Connection app = mysql.app();
        Statement s = app.createStatement()) {
      s.execute(TAKE);
      server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(120).toNanos());
      MySqlServer.Promoted promoted = server.makeWritable("orders", 1, "site1", BUDGET);
      assertTrue(promoted.ok(), promoted.detail());
      assertThrows(SQLException.class, () -> s.execute("DO 1"), "its session is ended");
    }
    String holder = mysql.ask("SELECT IS_USED_LOCK('mpp_lease')");
    for (int run = 0; run < 2; run++) {
      String last = mysql.ask(LAST_RUN);
      Eventually.within(BUDGET, "the event ran again", () -> !mysql.ask(LAST_RUN).equals(last));
    }
    assertEquals(holder, mysql.ask("SELECT IS_USED_LOCK('mpp_lease')"));
    assertEquals("0", mysql.ask("SELECT " + mysql.readOnly()));
  }
}
