package dev.mpp.chaos.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./mpp bench}. */
@Command(
    name = "mpp bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures what deciding and polling cost on this machine.",
      "",
      "pool   one evaluation of a pool, per node",
      "brain  one event of a site with 1,000 services of three nodes",
      "polls  processor time of 1,000 polls of real servers, against a script",
      "polled what being polled costs a server: its processor time, connections and statements,",
      "       at 1 s and at 200 ms, as a standby and as the ACTIVE",
      "fence  how long a fence lets clients write, with 20 hard writers and everything that",
      "       holds it up at once; exit status 1 if a write was acknowledged after it, or one",
      "       in a hundred more than 300 ms after its start",
      "",
      "Without a name: the first three. See docs/performance.md."
    })
public final class BenchMain implements Callable<Integer> {
  enum Suite {
    pool,
    brain,
    polls,
    polled,
    fence
  }

  private static final List<Suite> COSTS = List.of(Suite.pool, Suite.brain, Suite.polls);

  @Parameters(
      arity = "0..*",
      paramLabel = "pool|brain|polls|polled|fence",
      description = "What to measure.")
  private List<Suite> suites = new ArrayList<>();

  @Option(names = "--quick", description = "Short runs: shows that it works, not how fast.")
  private boolean quick;

  @Option(names = "--json", paramLabel = "FILE", description = "Also writes the results to FILE.")
  private @Nullable File json;

  @Option(
      names = "--server",
      paramLabel = "DIR",
      description =
          "fence, polled: binaries of the server, with bin/mariadbd or bin/mysqld and share/;"
              + " otherwise the MariaDB of the demo.")
  private @Nullable Path server;

  @Option(names = "--runs", paramLabel = "N", description = "fence: how often; 30, or 2 if quick.")
  private int runs;

  @Option(
      names = "--writers",
      paramLabel = "N",
      defaultValue = "20",
      description = "fence: clients that write; default ${DEFAULT-VALUE}.")
  private int writers;

  private boolean failed;
  private final List<Map<String, Object>> results = new ArrayList<>();

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new BenchMain()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, RunnerException, SQLException {
    for (Suite suite : suites.isEmpty() ? COSTS : suites) {
      switch (suite) {
        case pool -> jmh(PoolBenchmark.class);
        case brain -> jmh(BrainBenchmark.class);
        case polls -> polls();
        case polled -> polled();
        case fence -> fence();
      }
    }
    if (json != null) {
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json, results);
    }
    return failed ? 1 : 0;
  }

  private void jmh(Class<?> benchmark) throws RunnerException {
    Collection<RunResult> runs =
        new Runner(
                new OptionsBuilder()
                    .include(Pattern.quote(benchmark.getName()) + "\\.")
                    .addProfiler(GCProfiler.class)
                    .forks(quick ? 1 : 3)
                    .warmupIterations(quick ? 1 : 4)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(quick ? 1 : 5)
                    .measurementTime(TimeValue.seconds(1))
                    .build())
            .run();
    System.out.println();
    runs.forEach(this::add);
  }

  private void add(RunResult run) {
    Result<?> primary = run.getPrimaryResult();
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("benchmark", run.getParams().getBenchmark().replaceFirst(".*\\.(\\w+\\.\\w+)$", "$1"));
    run.getParams().getParamsKeys().forEach(k -> line.put(k, run.getParams().getParam(k)));
    line.put("median", primary.getStatistics().getPercentile(50));
    line.put("unit", primary.getScoreUnit());
    Result<?> bytes = run.getSecondaryResults().get("gc.alloc.rate.norm");
    if (bytes != null) {
      line.put("bytes", Math.round(bytes.getScore()));
    }
    Result<?> brain = run.getSecondaryResults().get("brainNanos");
    Result<?> seconds = run.getSecondaryResults().get("seconds");
    if (brain != null && seconds != null) {
      line.put("percentOfOneCore", brain.getScore() / seconds.getScore() / 1e7);
    }
    print(line);
  }

  private void polls() throws IOException, InterruptedException {
    PollsBenchmark.Size size = quick ? PollsBenchmark.Size.QUICK : PollsBenchmark.Size.FULL;
    PollsBenchmark.Result r = new PollsBenchmark(size, System.out).run();
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("benchmark", "polls");
    line.put("nodes", size.nodes());
    line.put("unit", "ms of processor time per 1,000 polls");
    line.put("pollers", r.pollers());
    line.put("clientPerPoll", r.clientPerPoll());
    line.put("oneConnection", r.oneConnection());
    line.put("clientPerPollToPollers", r.ratio());
    line.put("oneConnectionToPollers", r.ratioToOneConnection());
    line.put("skipped", r.skipped());
    print(line);
  }

  private void polled() throws IOException, InterruptedException, SQLException {
    Duration window = Duration.ofSeconds(quick ? 3 : 60);
    PolledBenchmark.Result r = new PolledBenchmark(window, server, System.out).run();
    for (PolledBenchmark.Row row : r.rows()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("benchmark", "polled");
      line.put("server", r.version());
      line.put("role", row.role());
      line.put("interval", row.interval());
      line.put("percentOfOneCore", row.percent());
      line.put("added", r.added(row));
      line.put("connections", row.connections());
      line.put("logins", row.logins());
      line.put("statementsASecond", row.statements());
      line.put("pollsASecond", row.polls());
      print(line);
    }
  }

  private void fence() throws IOException, InterruptedException, SQLException {
    int count = runs > 0 ? runs : quick ? 2 : 30;
    FenceBenchmark.Result r =
        new FenceBenchmark(new FenceBenchmark.Size(count, writers), server, System.out).run();
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("benchmark", "fence");
    line.put("server", r.version());
    line.put("runs", r.runs().size());
    line.put("writers", writers);
    line.put("unit", "ms after the start of the fence");
    line.put("lastAcknowledgedMedian", r.percentile(0.5));
    line.put("lastAcknowledged99", r.percentile(0.99));
    line.put("fencedMedian", r.fencedPercentile(0.5));
    line.put("fenced99", r.fencedPercentile(0.99));
    line.put("notFenced", r.runs().stream().filter(x -> !x.outcome().equals("FENCED")).count());
    line.put("sentAfterFenced", r.runs().stream().mapToLong(FenceBenchmark.Run::sentAfter).sum());
    line.put(
        "committedAfterFenced",
        r.runs().stream().filter(FenceBenchmark.Run::committedAfter).count());
    line.put("missing", r.runs().stream().mapToLong(FenceBenchmark.Run::missing).sum());
    line.put("passed", r.passed());
    print(line);
    Map<String, Object> kept = results.getLast();
    kept.put("each", r.runs());
    failed |= !r.passed();
  }

  private void print(Map<String, Object> line) {
    results.add(line);
    StringBuilder text = new StringBuilder();
    line.forEach(
        (k, v) ->
            text.append(k.equals("benchmark") ? "" : k + " ")
                .append(v instanceof Double d ? "%.2f".formatted(d) : v)
                .append("  "));
    System.out.println(text.toString().strip());
  }
}
