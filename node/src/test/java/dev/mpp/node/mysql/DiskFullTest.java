package dev.mpp.node.mysql;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.ServerFacts.Commits.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A real server on a small file system of its own, which is filled under it and its writers. */
class DiskFullTest {
  private static final Duration BUDGET = Duration.ofSeconds(30);
  private static final Set<Outcome> BAD = Set.of(Outcome.STALLED, Outcome.FAILED);

  private interface Start {
    ServerProcess in(Path parent) throws Exception;
  }

  /** The session that writes for all of them waits for space, MPP's commit for that session. */
  @Test
  void isNamedByMariaDbAndPollsGoOnAfterARestart(@TempDir Path parent) throws Exception {
    seenAndOver(parent, "200m", p -> MariaDbProcess.startIn(p, 73));
  }

  /** No state says it; but the list of sessions needs space of its own. */
  @Test
  @Tag("mysql-server")
  @EnabledIfSystemProperty(named = "mpp.long", matches = "true")
  void isNamedByMySqlAndPollsGoOnAfterARestart(@TempDir Path parent) throws Exception {
    seenAndOver(parent, "240m", p -> MySqlProcess.startIn(p, 74));
  }

  private static void seenAndOver(Path parent, String size, Start start) throws Exception {
    Assumptions.assumeTrue(
        System.getProperty("user.name").equals("root"), "mounting a file system takes root");
    run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", parent.toString());
    try (ServerProcess db = start.in(parent);
        MySqlServer server = db.manage(Duration.ofSeconds(3), Duration.ofMillis(500))) {
      Polls.ready(db, server);
      try (Renewals renewals = new Renewals(server)) {
        MySqlServer.Promoted promoted = server.makeWritable("orders", 1, "site1", BUDGET);
        assertTrue(promoted.ok(), promoted.detail());
        Polls.until(server, Outcome.DONE);
        try (Writers writers = new Writers(db, 4)) {
          Path filler = parent.resolve("filler");
          fill(filler);
          named(server);
          Files.delete(filler);
          // MariaDB 11.4.5 says that it looks again in 60 s, and never does.
          db.restart();
          assertTrue(writers.count() > 0);
        }
        Eventually.within(
            Duration.ofSeconds(60),
            "polls are answered",
            () -> server.poll() instanceof MySqlServer.Poll.Answered);
      }
    } finally {
      run("umount", "-l", parent.toString());
    }
  }

  private static void named(MySqlServer server) throws Exception {
    long begin = System.nanoTime();
    Set<String> seen = new TreeSet<>();
    try {
      Eventually.within(
          Duration.ofSeconds(60),
          "commits fail or hang, and it is said why",
          () -> {
            seen.add(trouble(server.poll()));
            return seen.stream().anyMatch(s -> s.contains("the disk is full"));
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ": " + seen, e);
    }
    Figures.note("disk full: seen after, ms", (System.nanoTime() - begin) / 1_000_000);
    Figures.note("disk full: as", seen.toString());
  }

  /** Commits that hang, told by an answer or by a poll that hangs behind them. */
  private static String trouble(MySqlServer.Poll poll) {
    return switch (poll) {
      case MySqlServer.Poll.Answered a when BAD.contains(a.facts().vitals().commits().outcome()) ->
          a.facts().vitals().commits().toString();
      case MySqlServer.Poll.Answered _ -> "";
      case MySqlServer.Poll.ConnectFailed f when f.error().contains("commits have hung") ->
          f.error();
      case MySqlServer.Poll.ConnectFailed _ -> "";
    };
  }

  private static void fill(Path file) throws Exception {
    Process p =
        new ProcessBuilder("dd", "if=/dev/zero", "of=" + file, "bs=4k")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(p.waitFor() != 0, "the disk is not full");
  }

  private static void run(String... command) throws Exception {
    int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    assertTrue(exit == 0, String.join(" ", command));
  }
}
