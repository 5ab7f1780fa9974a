package dev.mpp.chaos.bench;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.NodePoller;
import dev.mpp.node.PollClock;
import dev.mpp.node.mysql.MySqlServer;
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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What being watched costs a server: its own processor time (utime and stime of {@code
 * /proc/PID/stat}, proc(5)), sessions (its process list), logins and statements (its status
 * counters), with nobody there, polled as a standby and polled as the ACTIVE, which has heartbeats
 * and the dead-man's lock, too. Nothing else uses the server.
 */
final class PolledBenchmark {
  private static final String SERVICE = "bench.example.com";
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);
  private static final Duration BUDGET = Duration.ofSeconds(10);
  private static final Duration READY = Duration.ofSeconds(120);

  /** Sessions in reserve are opened after the first polls. */
  private static final Duration WARM = Duration.ofSeconds(6);

  private static final double TICKS_PER_SECOND = 100;

  private final Duration window;
  private final @Nullable Path base;
  private final PrintStream out;
  private final LongAdder answered = new LongAdder();

  /** How a server is watched. */
  private enum Role {
    UNWATCHED,
    STANDBY,
    ACTIVE
  }

  /**
   * One measurement.
   *
   * @param interval between two polls, milliseconds; 0 when nobody polls
   * @param percent of one core
   * @param connections of the manager's account at the end
   * @param logins within the window, of everybody
   * @param statements a second, of everybody
   * @param polls answered a second
   */
  record Row(
      String role,
      long interval,
      double percent,
      long connections,
      long logins,
      double statements,
      double polls) {}

  /**
   * @param rows the first is the server alone
   */
  record Result(String version, Duration window, List<Row> rows) {
    /** What this one costs beyond the server alone, percent of one core. */
    double added(Row row) {
      return row.percent() - rows.getFirst().percent();
    }
  }

  /** Counters of the server at one instant. */
  private record Reading(long at, long ticks, long logins, long statements, long polls) {}

  /**
   * @param base directory of a server's binaries; null for the embedded MariaDB
   */
  PolledBenchmark(Duration window, @Nullable Path base, PrintStream out) {
    this.window = window;
    this.base = base;
    this.out = out;
  }

  Result run() throws IOException, InterruptedException, SQLException {
    Path folder = Files.createTempDirectory("mpp-bench-");
    try (FenceServer server =
        FenceServer.start(
            base == null ? BenchServer.unpack(folder.resolve("mariadb")) : base,
            folder.resolve("data"))) {
      List<Row> rows = new ArrayList<>();
      String version;
      try (Connection judge = server.administrator()) {
        version = FenceServer.ask(judge, "SELECT VERSION()");
        rows.add(measure(server, judge, Role.UNWATCHED, Duration.ZERO));
      }
      for (Role role : List.of(Role.STANDBY, Role.ACTIVE)) {
        for (Duration interval : List.of(Duration.ofSeconds(1), Duration.ofMillis(200))) {
          rows.add(watched(server, role, interval));
        }
      }
      return new Result(version, window, rows);
    } finally {
      BenchServer.remove(folder);
    }
  }

  private Row watched(FenceServer server, Role role, Duration interval)
      throws IOException, SQLException {
    ServerOptions options =
        ServerOptions.of(server.address(), SERVICE, FenceServer.MANAGER, Duration.ofMillis(700))
            .withHeartbeat(HEARTBEAT);
    try (MySqlServer managed = MySqlServers.open(options);
        NodePoller poller =
            new NodePoller(
                new ServiceName(SERVICE),
                managed,
                interval,
                Duration.ZERO,
                PollClock.system(),
                new SplittableRandom(1),
                this::count)) {
      poller.start();
      awaitPolls(answered.sum() + 5);
      if (role == Role.ACTIVE) {
        open(managed);
      }
      Optional<Thread> renewals =
          role == Role.ACTIVE ? Optional.of(renew(managed)) : Optional.empty();
      try (Connection judge = server.administrator()) {
        pause(WARM);
        return measure(server, judge, role, interval);
      } finally {
        renewals.ifPresent(Thread::interrupt);
        managed.dropDeadMan();
        MySqlServer.Fence unused = managed.fence(BUDGET, "end of a measurement");
      }
    }
  }

  private void count(BrainEvent event) {
    if (event instanceof BrainEvent.NodeAnswered) {
      answered.increment();
    }
  }

  private void awaitPolls(long count) throws IOException {
    long end = System.nanoTime() + READY.toNanos();
    while (answered.sum() < count) {
      if (System.nanoTime() - end > 0) {
        throw new IOException("the server does not answer polls");
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  private static void open(MySqlServer managed) throws IOException {
    long end = System.nanoTime() + READY.toNanos();
    String why = "not tried";
    while (System.nanoTime() - end < 0) {
      managed.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(20).toNanos());
      MySqlServer.Promoted opened =
          managed.makeWritable(SERVICE, System.nanoTime(), "here", BUDGET);
      if (opened.ok()) {
        return;
      }
      why = opened.detail();
      LockSupport.parkNanos(200_000_000);
    }
    throw new IOException("the server cannot be opened: " + why);
  }

  /** As the holder of a lease does: permitted for 6 s, twice a second. */
  private static Thread renew(MySqlServer managed) {
    return Thread.ofVirtual()
        .start(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                managed.holdDeadManUntil(System.nanoTime() + Duration.ofSeconds(6).toNanos());
                LockSupport.parkNanos(500_000_000);
              }
            });
  }

  private Row measure(FenceServer server, Connection judge, Role role, Duration interval)
      throws IOException, SQLException {
    Reading a = read(server, judge);
    pause(window);
    Reading b = read(server, judge);
    double seconds = (b.at() - a.at()) / 1e9;
    Row row =
        new Row(
            role.name().toLowerCase(Locale.ROOT),
            interval.toMillis(),
            (b.ticks() - a.ticks()) / TICKS_PER_SECOND / seconds * 100,
            Long.parseLong(
                FenceServer.ask(
                    judge,
                    "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '"
                        + FenceServer.MANAGER.user()
                        + "'")),
            b.logins() - a.logins(),
            (b.statements() - a.statements()) / seconds,
            (b.polls() - a.polls()) / seconds);
    out.printf(
        "%s at %d ms: %.2f %% of a core, %d connections, %.1f statements a second%n",
        row.role(), row.interval(), row.percent(), row.connections(), row.statements());
    return row;
  }

  private Reading read(FenceServer server, Connection judge) throws IOException, SQLException {
    return new Reading(
        System.nanoTime(),
        ticks(server.pid()),
        status(judge, "Connections"),
        status(judge, "Questions"),
        answered.sum());
  }

  private static long ticks(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private static long status(Connection judge, String name) throws SQLException {
    try (Statement s = judge.createStatement();
        ResultSet r = s.executeQuery("SHOW GLOBAL STATUS LIKE '" + name + "'")) {
      if (!r.next()) {
        throw new SQLException("no status " + name);
      }
      return r.getLong(2);
    }
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
