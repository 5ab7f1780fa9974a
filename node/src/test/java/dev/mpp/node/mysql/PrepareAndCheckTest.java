package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mpp mysql prepare} and {@code check}, with a server that is prepared and one that is not.
 */
class PrepareAndCheckTest {
  private static final String STATE = "SELECT @@global.gtid_binlog_state";

  @TempDir private static Path dir;
  private static MariaDbProcess prepared;
  private static MariaDbProcess bare;
  private static Mpp mpp;

  @BeforeAll
  static void start() throws Exception {
    prepared = MariaDbProcess.start(21);
    bare = MariaDbProcess.bare(22);
    mpp = new Mpp(dir, prepared, bare);
  }

  @AfterAll
  static void stop() {
    prepared.close();
    bare.close();
  }

  private static String node(MariaDbProcess server) {
    return server.address().toString();
  }

  /** Only the level and the check of each line that is not as it should be. */
  private static List<String> wrong(Mpp.Result result) {
    return result
        .out()
        .lines()
        .filter(l -> l.startsWith("  ") && !l.startsWith("    "))
        .map(l -> l.strip().split("\\s+", 3))
        .map(w -> w[0] + " " + w[1])
        .sorted()
        .collect(Collectors.toList());
  }

  @Test
  void theManagersAccountSeesThatAllIsWellAndWhatItCannotSee() throws Exception {
    Eventually.within(
        Duration.ofSeconds(20),
        "the event has run",
        () ->
            !prepared
                .ask("SELECT last_executed FROM mysql.event WHERE name = 'dead_man'")
                .isEmpty());
    String before = prepared.ask(STATE);
    Mpp.Result result = mpp.run("mysql", "check", node(prepared));
    assertEquals(0, result.exit(), result.out() + result.err());
    String text = result.out().replace(node(prepared), "NODE");
    assertEquals(
        """
        NODE (mysql.eraser.test, 11.4.5-MariaDB-log): 0 errors, 3 warnings, 5 unseen, 18 right
          WARNING  RPL_SEMI_SYNC_SLAVE_KILL_CONN_TIMEOUT  is 5: a takeover from a silent site waits that many seconds longer
                     -> SET GLOBAL rpl_semi_sync_slave_kill_conn_timeout = 1, and rpl_semi_sync_slave_kill_conn_timeout=1 in the configuration
        """,
        text.lines().limit(3).collect(Collectors.joining("\n", "", "\n")));
    assertEquals(
        List.of(
            "UNSEEN BYPASS",
            "UNSEEN FENCE_ACCOUNT",
            "UNSEEN INIT_RPL_ROLE",
            "UNSEEN JUMP",
            "UNSEEN SKIP_SLAVE_START",
            "WARNING RPL_SEMI_SYNC_MASTER_WAIT_POINT",
            "WARNING RPL_SEMI_SYNC_SLAVE_KILL_CONN_TIMEOUT",
            "WARNING SOURCE"),
        wrong(result));
    assertEquals(before, prepared.ask(STATE));
  }

  @Test
  void whatIsBrokenIsNamed() throws Exception {
    try (Connection root = prepared.root();
        Statement s = root.createStatement();
        Connection intruder = prepared.app();
        Statement lock = intruder.createStatement()) {
      s.execute("SET SESSION sql_log_bin = 0");
      s.execute("SET GLOBAL gtid_strict_mode = OFF, GLOBAL event_scheduler = OFF");
      s.execute("SET GLOBAL sync_binlog = 0");
      s.execute("REVOKE CONNECTION ADMIN ON *.* FROM mpp@'%'");
      s.execute("ALTER DEFINER = mppfence@localhost EVENT mpp.dead_man DISABLE ON SLAVE");
      s.execute("ALTER TABLE mpp.canary DROP COLUMN gaps");
      s.execute("ALTER USER mppfence@localhost ACCOUNT UNLOCK");
      s.execute("CREATE USER batch@'%'");
      s.execute("GRANT READ ONLY ADMIN ON *.* TO batch@'%'");
      s.execute("CHANGE MASTER TO MASTER_HOST='192.0.2.7', MASTER_USE_GTID=no");
      lock.execute("SELECT GET_LOCK('mpp_lease', 0)");
      Mpp.Result result = mpp.asRoot("mysql", "check", node(prepared));
      assertEquals(1, result.exit(), result.out() + result.err());
      List<String> wrong = wrong(result);
      for (String expected :
          List.of(
              "ERROR GTID_STRICT_MODE",
              "ERROR EVENT_SCHEDULER",
              "ERROR SYNC_BINLOG",
              "ERROR MANAGER",
              "ERROR DEAD_MAN",
              "ERROR CANARY",
              "ERROR FENCE_ACCOUNT",
              "ERROR LOCK",
              "ERROR SOURCE",
              "WARNING BYPASS")) {
        assertTrue(wrong.contains(expected), expected + " in\n" + result.out());
      }
      assertTrue(result.out().contains("lacks CONNECTION ADMIN ON *.*"), result.out());
      assertTrue(result.out().contains("SLAVESIDE_DISABLED"), result.out());
      assertTrue(result.out().contains("of app@127.0.0.1:"), result.out());
      assertTrue(result.out().contains("'batch'@'%'"), result.out());
      assertFalse(result.out().contains("'mppfence'@'localhost', "), "it is ours");

      s.execute("RESET SLAVE ALL");
      s.execute("DROP USER batch@'%'");
      s.execute("ALTER USER mppfence@localhost ACCOUNT LOCK");
    }
    Mpp.Result repaired = mpp.asRoot("mysql", "prepare", node(prepared));
    assertEquals(0, repaired.exit(), repaired.out() + repaired.err());
    assertTrue(repaired.out().contains("before and after"), repaired.out());
    Mpp.Result again = mpp.asRoot("mysql", "prepare", node(prepared));
    assertTrue(again.out().contains("nothing to do"), again.out());
    Mpp.Result now = mpp.asRoot("mysql", "check", node(prepared));
    assertEquals(0, now.exit(), now.out() + now.err());
    assertTrue(now.out().contains("UNSEEN   SYNC_BINLOG  is 1 since"), now.out());
  }

  @Test
  void aBareServerIsPreparedOnceAndNothingIsLogged() throws Exception {
    String before = bare.ask(STATE);
    Mpp.Result dry = mpp.asRoot("mysql", "prepare", node(bare), "--dry-run");
    assertEquals(0, dry.exit(), dry.out() + dry.err());
    assertTrue(dry.out().contains("CREATE OR REPLACE DEFINER = 'mppfence'@'localhost' EVENT"));
    assertTrue(dry.out().contains("IDENTIFIED BY '***'"), dry.out());
    assertFalse((dry.out() + dry.err()).contains("secret"), "the password is shown");
    assertEquals("0", bare.ask("SELECT COUNT(*) FROM mysql.global_priv WHERE User = 'mpp'"));

    Mpp.Result done = mpp.asRoot("mysql", "prepare", node(bare));
    assertEquals(0, done.exit(), done.out() + done.err());
    assertFalse((done.out() + done.err()).contains("secret"), "the password is shown");
    assertEquals(before, bare.ask(STATE));
    assertEquals("1", bare.ask("SELECT @@global.read_only"));
    Mpp.Result checked = mpp.asRoot("mysql", "check", node(bare));
    assertEquals(0, checked.exit(), checked.out() + checked.err());
    try (MySqlServer server = bare.manage(Duration.ofSeconds(1))) {
      Eventually.within(
          Duration.ofSeconds(20),
          "MPP sees a working dead-man",
          () -> server.poll() instanceof MySqlServer.Poll.Answered a && a.facts().deadMan());
    }
    Mpp.Result again = mpp.asRoot("mysql", "prepare", "--all");
    assertTrue(again.out().contains("nothing to do"), again.out());
  }

  @Test
  void whatAServiceWantsInAdditionIsMadeAndChecked() throws Exception {
    try (MariaDbProcess other = MariaDbProcess.start(25)) {
      PreparedBlocking.isMadeAndChecked(other, Files.createDirectory(dir.resolve("blocking")));
      PreparedReplication.isMadeAndChecked(other, Files.createDirectory(dir.resolve("managed")));
    }
  }

  @Test
  void serversWithOneIdAreFound() throws Exception {
    bare.run("SET GLOBAL server_id = 21");
    try {
      Mpp.Result result = mpp.asRoot("mysql", "check", "--json");
      assertEquals(1, result.exit(), result.out() + result.err());
      assertEquals(
          2, result.out().lines().filter(l -> l.contains("\"SERVER_ID\"")).count(), result.out());
    } finally {
      bare.run("SET GLOBAL server_id = 22");
    }
  }

  @Test
  void whatCannotBeDoneIsSaid() {
    assertEquals(2, mpp.run("mysql", "prepare").exit());
    Mpp.Result unknown = mpp.run("mysql", "check", "192.0.2.1:3306");
    assertEquals(2, unknown.exit());
    assertTrue(unknown.err().contains("its servers: " + node(prepared)), unknown.err());
    Mpp.Result refused =
        mpp.typing("wrong\n", "mysql", "prepare", node(prepared), "--admin", "nobody");
    assertEquals(3, refused.exit(), refused.out() + refused.err());
    assertTrue(refused.err().contains(node(prepared)), refused.err());
    assertFalse(refused.err().contains("wrong"), refused.err());
  }
}
