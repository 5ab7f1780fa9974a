package dev.mpp.chaos.bench;

import dev.mpp.chaos.bench.FenceWriters.Acknowledged;
import dev.mpp.node.mysql.MySqlServer;
import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServers;
import dev.mpp.node.mysql.ServerOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How long a fence lets clients write: hard writers and everything that holds up a fence at once,
 * many times. The judges are the writers' own log and the server's binary log and table afterwards,
 * not the fence.
 *
 * <p>In every other run an administrator asks for the global read lock at the instant the fence
 * starts. Where the flag stops administrators, one writer in ten is one.
 */
final class FenceBenchmark {
  /** The target: the 99th percentile of last acknowledgement less start of the fence. */
  static final Duration TARGET = Duration.ofMillis(300);

  private static final Duration BUDGET = Duration.ofMillis(1500);
  private static final Duration AFTER = Duration.ofMillis(500);

  private final Size size;
  private final @Nullable Path base;
  private final PrintStream out;
  private final AtomicLong rows = new AtomicLong(1);
  private long epoch;

  record Size(int runs, int writers) {}

  /**
   * One run. Times in milliseconds from the start of the fence.
   *
   * @param fenced when the flag was read back
   * @param lastAcknowledged by the writers' log
   * @param lastSent when that row, or a later one that was acknowledged, was sent
   * @param late acknowledgements that a client read after {@code fenced}, of rows sent before
   * @param sentAfter rows that were sent after {@code fenced} and acknowledged: none may be
   * @param committedAfter whether the binary log went on after the fence returned
   * @param missing acknowledged rows that are not in the table
   */
  record Run(
      String outcome,
      double fenced,
      double lastAcknowledged,
      double lastSent,
      long late,
      long sentAfter,
      boolean committedAfter,
      long missing,
      long acknowledged,
      boolean globalReadLock,
      String detail) {

    boolean sound() {
      return outcome.equals("FENCED") && sentAfter == 0 && !committedAfter && missing == 0;
    }
  }

  record Result(String version, List<Run> runs) {
    double percentile(double p) {
      double[] sorted = runs.stream().mapToDouble(Run::lastAcknowledged).sorted().toArray();
      return sorted[(int) Math.ceil(p * sorted.length) - 1];
    }

    double fencedPercentile(double p) {
      double[] sorted = runs.stream().mapToDouble(Run::fenced).sorted().toArray();
      return sorted[(int) Math.ceil(p * sorted.length) - 1];
    }

    boolean passed() {
      return runs.stream().allMatch(Run::sound) && percentile(0.99) <= TARGET.toMillis();
    }
  }

  /**
   * @param base directory of a server's binaries; null for the embedded MariaDB
   */
  FenceBenchmark(Size size, @Nullable Path base, PrintStream out) {
    this.size = size;
    this.base = base;
    this.out = out;
  }

  Result run() throws IOException, InterruptedException, SQLException {
    Path memory = Path.of("/dev/shm");
    Path folder =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "mpp-bench-")
            : Files.createTempDirectory("mpp-bench-");
    try (FenceServer server =
            FenceServer.start(
                base == null ? BenchServer.unpack(folder.resolve("mariadb")) : base,
                folder.resolve("data"));
        MySqlServer managed =
            MySqlServers.open(
                ServerOptions.of(
                    server.address(), "bench", FenceServer.MANAGER, Duration.ofSeconds(1)))) {
      warm(managed);
      String version = version(server);
      List<Run> runs = new ArrayList<>();
      for (int i = 0; i < size.runs(); i++) {
        runs.add(once(server, managed, i % 2 == 1));
        report(i, runs.getLast());
      }
      return new Result(version, runs);
    } finally {
      BenchServer.remove(folder);
    }
  }

  /**
   * Until the sessions are open and what fences is compiled, as in a process that runs for long.
   */
  private static void warm(MySqlServer managed) throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    for (int fences = 0; fences < 10; ) {
      MySqlServer.Poll unused = managed.poll();
      fences += managed.fence(BUDGET, "warm-up").outcome() == Fence.Outcome.FENCED ? 1 : 0;
      if (System.nanoTime() - end > 0) {
        throw new IOException("the server cannot even be fenced when nobody writes");
      }
    }
  }

  private static String version(FenceServer server) throws SQLException {
    try (Connection c = server.administrator()) {
      return FenceServer.ask(c, "SELECT VERSION()");
    }
  }

  private void report(int i, Run r) {
    out.printf(
        "fence %d/%d: %s after %.0f ms, last acknowledgement at %.0f ms, %d rows%s%s%n",
        i + 1,
        size.runs(),
        r.outcome(),
        r.fenced(),
        r.lastAcknowledged(),
        r.acknowledged(),
        r.late() == 0 ? "" : ", " + r.late() + " read late",
        r.sound() ? "" : "  NOT SOUND: " + r);
  }

  private Run once(FenceServer server, MySqlServer managed, boolean readLock)
      throws SQLException, IOException {
    promote(managed);
    FenceWriters writers = new FenceWriters(rows);
    long start;
    Fence fence;
    boolean committed;
    try (FenceBlockers blockers = new FenceBlockers(server);
        Connection judge = server.administrator()) {
      int privileged = server.stopsAdministrators() ? size.writers() / 10 : 0;
      writers.start(size.writers() - privileged, server::client);
      writers.start(privileged, server::administrator);
      writers.awaitHard();
      blockers.stand(judge);
      if (readLock) {
        blockers.globalReadLock();
      }
      start = System.nanoTime();
      fence = managed.fence(BUDGET, "benchmark");
      committed = movesOn(server);
    } finally {
      writers.close();
    }
    return judged(server, writers, start, fence, committed, readLock);
  }

  private void promote(MySqlServer managed) throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    epoch++;
    while (true) {
      MySqlServer.Poll unused = managed.poll();
      managed.holdDeadManUntil(System.nanoTime() + Duration.ofMinutes(5).toNanos());
      MySqlServer.Promoted p = managed.makeWritable("bench", epoch, "here", Duration.ofSeconds(10));
      if (p.ok()) {
        return;
      }
      if (System.nanoTime() - end > 0) {
        throw new IOException("the server cannot be opened: " + p.detail());
      }
      LockSupport.parkNanos(100_000_000);
    }
  }

  private static boolean movesOn(FenceServer server) throws SQLException {
    // A session of before was killed by the fence.
    try (Connection c = server.administrator()) {
      String at = FenceServer.ask(c, "SELECT " + server.position());
      long end = System.nanoTime() + AFTER.toNanos();
      for (long left = AFTER.toNanos(); left > 0; left = end - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      return !FenceServer.ask(c, "SELECT " + server.position()).equals(at);
    }
  }

  private static Run judged(
      FenceServer server,
      FenceWriters writers,
      long start,
      Fence fence,
      boolean committed,
      boolean readLock)
      throws SQLException {
    long fenced = start + fence.micros() * 1000;
    List<Acknowledged> log = writers.log().toList();
    long last = log.stream().mapToLong(Acknowledged::at).max().orElse(start);
    Set<Long> missing = new HashSet<>();
    log.forEach(a -> missing.add(a.value()));
    try (Connection c = server.administrator();
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery("SELECT v FROM app.t")) {
      while (r.next()) {
        missing.remove(r.getLong(1));
      }
    }
    return new Run(
        fence.outcome().name(),
        fence.micros() / 1e3,
        (last - start) / 1e6,
        (log.stream().mapToLong(Acknowledged::sentAt).max().orElse(start) - start) / 1e6,
        log.stream().filter(a -> a.at() - fenced > 0).count(),
        log.stream().filter(a -> a.sentAt() - fenced > 0).count(),
        committed,
        missing.size(),
        log.size(),
        readLock,
        fence.detail());
  }
}
