package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mpp mysql prepare} and {@code check} with MySQL. */
@Tag("mysql-server")
class MySqlPrepareAndCheckTest {
  private static final Duration BUDGET = Duration.ofSeconds(20);
  private static final String STATE = "SELECT @@global.gtid_executed";

  @TempDir private static Path dir;
  private static MySqlProcess prepared;
  private static MySqlProcess bare;
  private static Mpp mpp;

  @BeforeAll
  static void start() throws Exception {
    prepared = MySqlProcess.start(21);
    bare = MySqlProcess.bare(22, "--sql-require-primary-key=ON");
    mpp = new Mpp(dir, prepared, bare);
  }

  @AfterAll
  static void stop() {
    prepared.close();
    bare.close();
  }

  private static String node(MySqlProcess server) {
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
        .toList();
  }

  private static void assertClosed(MySqlProcess server) throws Exception {
    assertEquals("1", server.ask("SELECT " + server.readOnly()));
  }

  @Test
  void theManagersAccountSeesThatAllIsWellAndWhatItCannotSee() throws Exception {
    String before = prepared.ask(STATE);
    Mpp.Result result = mpp.run("mysql", "check", node(prepared));
    assertEquals(0, result.exit(), result.out() + result.err());
    assertEquals(
        List.of(
            "UNSEEN BYPASS",
            "UNSEEN FENCE_ACCOUNT",
            "UNSEEN OPEN_SERVER",
            "UNSEEN READ_ONLY_AT_BOOT",
            "WARNING BINLOG_ROWS_QUERY_LOG_EVENTS",
            "WARNING SOURCE"),
        wrong(result),
        result.out());
    assertTrue(result.out().startsWith(node(prepared) + " (mysql.eraser.test, "), result.out());
    assertEquals(before, prepared.ask(STATE));
  }

  @Test
  void whatIsBrokenIsNamedAndRepaired() throws Exception {
    try (MySqlProcess other = MySqlProcess.start(24)) {
      Mpp own = new Mpp(Files.createDirectory(dir.resolve("broken")), other, bare);
      String before = other.ask(STATE);
      breakAndCheck(own, other);
      Mpp.Result repaired = own.asRoot("mysql", "prepare", node(other));
      assertEquals(0, repaired.exit(), repaired.out() + repaired.err());
      assertTrue(repaired.out().contains("before and after"), repaired.out());
      Mpp.Result again = own.asRoot("mysql", "prepare", node(other));
      assertTrue(again.out().contains("nothing to do"), again.out());
      Mpp.Result now = own.asRoot("mysql", "check", node(other));
      assertEquals(0, now.exit(), now.out() + now.err());
      assertEquals(before, other.ask(STATE));
      assertClosed(other);
    }
  }

  private static void breakAndCheck(Mpp own, MySqlProcess other) throws Exception {
    try (Connection root = other.root();
        Statement s = root.createStatement();
        Connection intruder = other.app();
        Statement lock = intruder.createStatement()) {
      s.execute("SET SESSION sql_log_bin = 0");
      s.execute("SET GLOBAL super_read_only = 0");
      s.execute("DROP EVENT mpp.dead_man");
      s.execute(
          "CREATE DEFINER = mppfence@localhost EVENT mpp.dead_man ON SCHEDULE EVERY 1 SECOND DO SET"
              + " @mpp = 1");
      s.execute("DROP PROCEDURE mpp.open_server");
      s.execute("REVOKE CONNECTION_ADMIN ON *.* FROM mpp@'%'");
      s.execute("ALTER USER mppfence@localhost ACCOUNT UNLOCK");
      s.execute("CREATE USER batch@'%'");
      s.execute("GRANT SYSTEM_VARIABLES_ADMIN ON *.* TO batch@'%'");
      s.execute("SET GLOBAL super_read_only = 1");
      s.execute("SET GLOBAL event_scheduler = OFF");
      s.execute("SET GLOBAL sync_binlog = 0");
      s.execute("SET GLOBAL rpl_semi_sync_replica_enabled = OFF");
      s.execute(
          "CHANGE REPLICATION SOURCE TO SOURCE_HOST='192.0.2.7', SOURCE_AUTO_POSITION=0,"
              + " SOURCE_CONNECT_RETRY=60, SOURCE_RETRY_COUNT=10");
      lock.execute("SELECT GET_LOCK('mpp_lease', 0)");
      Mpp.Result result = own.asRoot("mysql", "check", node(other));
      assertEquals(1, result.exit(), result.out() + result.err());
      List<String> wrong = wrong(result);
      for (String expected :
          List.of(
              "ERROR EVENT_SCHEDULER",
              "ERROR SYNC_BINLOG",
              "ERROR RPL_SEMI_SYNC_REPLICA_ENABLED",
              "ERROR MANAGER",
              "ERROR DEAD_MAN",
              "ERROR OPEN_SERVER",
              "ERROR FENCE_ACCOUNT",
              "ERROR LOCK",
              "ERROR SOURCE",
              "WARNING CONNECT_RETRY",
              "WARNING RETRY_COUNT",
              "WARNING BYPASS")) {
        assertTrue(wrong.contains(expected), expected + " in\n" + result.out());
      }
      assertTrue(result.out().contains("lacks CONNECTION ADMIN ON *.*"), result.out());
      assertTrue(result.out().contains("not the one of this version"), result.out());
      assertTrue(result.out().contains("of app@127.0.0.1:"), result.out());
      assertTrue(result.out().contains("'batch'@'%'"), result.out());
      assertFalse(result.out().contains("'root'@"), "it is on every server");

      s.execute("RESET REPLICA ALL");
      s.execute("SET GLOBAL super_read_only = 0");
      s.execute("DROP USER batch@'%'");
      s.execute("ALTER USER mppfence@localhost ACCOUNT LOCK");
      s.execute("SET GLOBAL super_read_only = 1");
    }
  }

  @Test
  void aBareServerIsPreparedOnceAndNothingIsLogged() throws Exception {
    String before = bare.ask(STATE);
    Mpp.Result dry = mpp.asRoot("mysql", "prepare", node(bare), "--dry-run");
    assertEquals(0, dry.exit(), dry.out() + dry.err());
    assertTrue(dry.out().contains("CREATE DEFINER = 'mppfence'@'localhost' EVENT"), dry.out());
    assertTrue(dry.out().contains("IDENTIFIED WITH caching_sha2_password BY '***'"), dry.out());
    assertFalse((dry.out() + dry.err()).contains("secret"), "the password is shown");
    assertEquals("0", bare.ask("SELECT COUNT(*) FROM mysql.user WHERE User = 'mpp'"));

    Mpp.Result done = mpp.asRoot("mysql", "prepare", node(bare));
    assertEquals(0, done.exit(), done.out() + done.err());
    assertFalse((done.out() + done.err()).contains("secret"), "the password is shown");
    assertEquals(before, bare.ask(STATE));
    assertClosed(bare);
    assertEquals(
        "caching_sha2_password", bare.ask("SELECT plugin FROM mysql.user WHERE User = 'mpp'"));
    Mpp.Result checked = mpp.asRoot("mysql", "check", node(bare));
    assertEquals(0, checked.exit(), checked.out() + checked.err());
    Mpp.Result again = mpp.asRoot("mysql", "prepare", "--all");
    assertTrue(again.out().contains("nothing to do"), again.out());
    useIt(before);
  }

  /** Opens the server, makes the event anew as an update of MPP would, and it stays open. */
  private static void useIt(String before) throws Exception {
    try (MySqlServer server = bare.manage(Duration.ofSeconds(1))) {
      Eventually.within(
          BUDGET,
          "MPP sees a working dead-man",
          () -> server.poll() instanceof MySqlServer.Poll.Answered a && a.facts().deadMan());
      assertEquals(before, bare.ask(STATE));
      server.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(120).toNanos());
      MySqlServer.Promoted promoted = server.makeWritable("orders", 1, "site1", BUDGET);
      assertTrue(promoted.ok(), promoted.detail());
      String writable = bare.ask(STATE);
      bare.run("SET SESSION sql_log_bin = 0; ALTER EVENT mpp.dead_man DO SET @mpp = 1");
      Mpp.Result updated = mpp.asRoot("mysql", "prepare", node(bare));
      assertEquals(0, updated.exit(), updated.out() + updated.err());
      assertEquals(writable, bare.ask(STATE), "it was logged");
      assertEquals("0", bare.ask("SELECT " + bare.readOnly()), "a server in use was closed");
    }
    Eventually.within(
        BUDGET,
        "the new event closes it",
        () -> {
          try {
            return bare.ask("SELECT " + bare.readOnly()).equals("1");
          } catch (SQLException e) {
            return false;
          }
        });
  }

  /** A node of MPP that polls meanwhile closes the server again and again. */
  @Test
  void aServerThatMppClosesMeanwhileIsPreparedAllTheSame() throws Exception {
    try (MySqlProcess other = MySqlProcess.start(23);
        MySqlServer server = other.manage(Duration.ofSeconds(1))) {
      Mpp own = new Mpp(Files.createDirectory(dir.resolve("own")), other, bare);
      String before = other.ask(STATE);
      other.locally("DROP EVENT mpp.dead_man; DROP PROCEDURE mpp.open_server");
      AtomicBoolean done = new AtomicBoolean();
      Thread closing =
          Thread.startVirtualThread(
              () -> {
                while (!done.get()) {
                  if (server.poll() instanceof MySqlServer.Poll.Answered a
                      && !a.facts().readOnly()) {
                    var unused = server.fence(BUDGET, "test");
                  }
                }
              });
      Mpp.Result first = own.asRoot("mysql", "prepare", node(other));
      Eventually.within(
          BUDGET,
          "MPP closed it",
          () -> {
            try {
              return other.ask("SELECT " + other.readOnly()).equals("1");
            } catch (SQLException e) {
              return false; // Its fence ends an administrator's session as well.
            }
          });
      done.set(true);
      closing.join();
      Mpp.Result last = first;
      if (first.exit() != 0) {
        // A fence may also end the administrator's session, and that is said.
        assertTrue(first.err().contains(node(other)), first.err());
        last = own.asRoot("mysql", "prepare", node(other));
      }
      assertEquals(0, last.exit(), last.out() + last.err());
      assertEquals(before, other.ask(STATE));
      assertClosed(other);
    }
  }

  @Test
  void whatAServiceWantsInAdditionIsMadeAndChecked() throws Exception {
    try (MySqlProcess other = MySqlProcess.start(25)) {
      PreparedBlocking.isMadeAndChecked(other, Files.createDirectory(dir.resolve("blocking")));
      PreparedReplication.isMadeAndChecked(other, Files.createDirectory(dir.resolve("managed")));
    }
  }

  @Test
  void serversWithOneIdentityAreFound() throws Exception {
    bare.run("SET GLOBAL server_id = 21");
    try {
      Mpp.Result result = mpp.asRoot("mysql", "check", "--json");
      assertEquals(1, result.exit(), result.out() + result.err());
      assertEquals(
          2, result.out().lines().filter(l -> l.contains("\"SERVER_ID\"")).count(), result.out());
      assertFalse(result.out().contains("\"SERVER_UUID\""), result.out());
    } finally {
      bare.run("SET GLOBAL server_id = 22");
    }
  }
}
