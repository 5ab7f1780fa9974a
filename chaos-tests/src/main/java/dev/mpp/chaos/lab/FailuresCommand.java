package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.NodeProcess.Program;
import dev.mpp.chaos.process.Trouble;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The matrix of failures, for one version of the servers. Exit codes as {@link LabMain}. */
@Command(
    name = "failures",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a real server fail, one way after the other, under load: what operators are told, how"
          + " soon, when the old ACTIVE refuses writes, and when the other site takes them.",
      "A run fails when the failure is not told in its own words, the role does not end where it"
          + " should, two servers are writable, or an acknowledged row is missing.",
      "The servers' data is on small file systems in memory, so that one of them can be full; the"
          + " lag limit is 10 s."
    })
final class FailuresCommand implements Callable<Integer> {
  private static final Duration NODES_LIMIT = Duration.ofMinutes(5);

  private final PrintStream answer;

  /** How the result is printed. */
  private enum Form {
    TEXT,
    JSON,
    MARKDOWN
  }

  @Parameters(
      arity = "0..*",
      paramLabel = "FAILURE",
      description =
          "killed, frozen, refused, reset, dropped, exhausted, too-many-connections,"
              + " authentication, read-only, applier, lag, disk-full, stalled (default: all)")
  private List<String> failures = List.of();

  @Option(
      names = "--runs",
      defaultValue = "1",
      description = "of each failure (default: ${DEFAULT-VALUE})")
  private int runs;

  @Option(
      names = "--writers",
      defaultValue = "4",
      description = "clients that follow DNS and write (default: ${DEFAULT-VALUE})")
  private int writers;

  @Option(names = "--server", paramLabel = "DIR", description = LabMain.SERVER)
  private @Nullable Path server;

  @Option(names = "--seed", description = "of every random choice (default: new)")
  private long seed = System.nanoTime() & 0xffff_ffffL;

  @Option(names = "--json", description = "one JSON object on stdout, nothing else")
  private boolean json;

  @Option(names = "--markdown", description = "a table for documents on stdout, nothing else")
  private boolean markdown;

  FailuresCommand(PrintStream answer) {
    this.answer = answer;
  }

  @Override
  public Integer call() {
    List<Failure> chosen = Failure.of(failures);
    if (runs < 1 || writers < 1) {
      throw new Trouble("--runs %d --writers %d: both are at least 1".formatted(runs, writers), "");
    }
    FailureReport report =
        LabMain.within(
            new Console(System.err, false),
            LabConfiguration.forFailures(LabMain.sites(3)),
            Optional.ofNullable(server),
            site -> Program.node(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m")),
            lab -> measure(lab, chosen));
    answer.println(
        switch (form()) {
          case TEXT -> report.toText();
          case JSON -> report.toJson();
          case MARKDOWN -> report.toMarkdown();
        });
    answer.flush();
    return report.passed() ? 0 : 1;
  }

  private Form form() {
    return json ? Form.JSON : markdown ? Form.MARKDOWN : Form.TEXT;
  }

  private FailureReport measure(Lab lab, List<Failure> chosen) {
    // A command asks a node that is there.
    if (!Deadline.await(
        NODES_LIMIT, Duration.ofMillis(500), () -> CatchUp.wholeUnder(lab).isPresent())) {
      throw new Trouble("the nodes do not find together", CatchUp.describe(lab));
    }
    try (OperatorLines operators = OperatorLines.follow(lab)) {
      List<FailureRun> results = new FailureRunner(lab, operators, seed, writers).run(chosen, runs);
      return new FailureReport(lab.version(), chosen.size() * runs, results);
    }
  }
}
