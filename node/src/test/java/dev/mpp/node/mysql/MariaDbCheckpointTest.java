package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.checkpoints.Password;
import dev.mpp.checkpoints.Probes;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Profile;
import dev.mpp.core.reach.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The mysql checkpoint against a real server. */
class MariaDbCheckpointTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static MariaDbProcess mariadb;

  @BeforeAll
  static void start() throws Exception {
    mariadb = MariaDbProcess.start(21, "--max-connections=10");
    mariadb.run("CREATE USER ro@'%' IDENTIFIED BY 'looks only'");
    mariadb.run("GRANT SELECT ON app.* TO ro@'%'");
  }

  @AfterAll
  static void stop() {
    mariadb.close();
  }

  /** What the probe did with its password. */
  private static final class Kept implements Password {
    final String value;
    final AtomicInteger refusals = new AtomicInteger();

    Kept(String value) {
      this.value = value;
    }

    @Override
    public String reveal() {
      return value;
    }

    @Override
    public void refused() {
      refusals.incrementAndGet();
    }
  }

  private static CheckpointSpec spec(Optional<String> user, String query, Duration timeout) {
    Profile profile =
        Profile.DEFAULT
            .withPort(mariadb.address().port())
            .withTimes(timeout, Duration.ofSeconds(5))
            .withMySql(new Profile.MySql(user, query, false));
    return CheckpointSpec.parse("internal:mysql:127.0.0.1:p", Map.of("p", profile));
  }

  private static Verdict greet() throws Exception {
    return Probes.platform().of(spec(Optional.empty(), "SELECT 1", TIMEOUT)).run();
  }

  private static Verdict login(Kept password, String query) throws Exception {
    CheckpointSpec spec = spec(Optional.of("ro"), query, TIMEOUT);
    return Probes.platform().of(spec, Optional.of(password)).run();
  }

  private static Verdict login(String query) throws Exception {
    return login(new Kept("looks only"), query);
  }

  private static long status(String variable) throws Exception {
    return Long.parseLong(
        mariadb.ask(
            "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = '"
                + variable
                + "'"));
  }

  @Test
  void theGreetingIsEnoughWithoutAnAccount() throws Exception {
    Verdict verdict = greet();
    assertTrue(verdict.ok(), verdict.message());
    assertTrue(
        verdict.message().matches("server version .*11\\.4\\.5-MariaDB.*"), verdict.message());
  }

  /** The server sees a login that it denied, not a handshake that broke off. */
  @Test
  void theGreetingLeavesADeniedLoginAndNoBrokenHandshake() throws Exception {
    long aborted = status("Aborted_connects_preauth");
    long denied = status("Access_denied_errors");
    for (int i = 0; i < 5; i++) {
      assertTrue(greet().ok());
    }
    Eventually.within(
        Duration.ofSeconds(5),
        "five denied logins",
        () -> status("Access_denied_errors") == denied + 5);
    assertEquals(aborted, status("Aborted_connects_preauth"));
  }

  @Test
  void aLoginRunsTheQueryAndLeavesNoTrace() throws Exception {
    long aborted = status("Aborted_clients");
    Verdict verdict = login("SELECT 1");
    assertTrue(verdict.ok(), verdict.message());
    assertTrue(verdict.message().contains("11.4.5-MariaDB"), verdict.message());
    Eventually.within(
        Duration.ofSeconds(5),
        "the connection is gone",
        () ->
            mariadb
                .ask("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'ro'")
                .equals("0"));
    assertEquals(aborted, status("Aborted_clients"));
    assertTrue(login("DO 1").ok());
  }

  @Test
  void aQueryThatFailsOrFindsNothingIsAFailure() throws Exception {
    assertEquals("the query returned no row", login("SELECT 1 WHERE FALSE").message());
    assertTrue(login("SELEC 1").message().startsWith("error 1064: "), login("SELEC 1").message());
    assertTrue(login("SELECT * FROM mysql.user").message().contains("denied"));
  }

  @Test
  void manyRowsAreNotFetched() throws Exception {
    Verdict verdict = login("SELECT REPEAT('x', 1000) FROM app.seq_1_to_100000000");
    assertTrue(verdict.ok(), verdict.message());
    assertTrue(verdict.micros() < 5_000_000, verdict.toString());
  }

  @Test
  void aWrongPasswordIsAFailureAndTheRightOneIsAskedForAnew() throws Exception {
    Kept wrong = new Kept("wr0ng-word");
    Verdict verdict = login(wrong, "SELECT 1");
    assertFalse(verdict.ok());
    assertTrue(verdict.message().startsWith("error 1045: Access denied"), verdict.message());
    assertFalse(verdict.message().contains("wr0ng-word"), verdict.message());
    assertEquals(1, wrong.refusals.get());
  }

  @Test
  void aQueryThatTakesTooLongIsCutOff() throws Exception {
    CheckpointSpec spec = spec(Optional.of("ro"), "SELECT SLEEP(100)", Duration.ofMillis(1_500));
    long start = System.nanoTime();
    Verdict verdict = Probes.platform().of(spec, Optional.of(new Kept("looks only"))).run();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertEquals("no answer within 1500 ms", verdict.message());
    assertTrue(took.compareTo(Duration.ofMillis(2_500)) <= 0, took.toString());
  }

  @Test
  void aServerWithoutFreeConnectionsIsAFailureWithItsText() throws Exception {
    List<Connection> taken = new ArrayList<>();
    try {
      fill(taken);
      taken.add(mariadb.root()); // the one place beyond, which only an administrator gets
      assertEquals("error 1040: Too many connections", greet().message());
      assertTrue(login("SELECT 1").message().contains("Too many connections"));
    } finally {
      for (Connection c : taken) {
        c.close();
      }
    }
  }

  private static void fill(List<Connection> taken) throws SQLException {
    try {
      while (taken.size() < 20) {
        taken.add(mariadb.app());
      }
    } catch (SQLException e) {
      assertEquals(1040, e.getErrorCode(), e.getMessage());
    }
  }

  @Test
  void aFrozenServerIsBounded() throws Exception {
    mariadb.freeze();
    try {
      CheckpointSpec spec = spec(Optional.empty(), "SELECT 1", Duration.ofMillis(300));
      long start = System.nanoTime();
      assertEquals("no answer within 300 ms", Probes.platform().of(spec).run().message());
      assertTrue(System.nanoTime() - start <= 1_300_000_000L);
    } finally {
      mariadb.thaw();
    }
  }
}
