package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.NodeProcess.Program;
import dev.mpp.chaos.process.Trouble;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What both campaigns of switchovers have. Exit codes as {@link LabMain}. */
abstract sealed class Campaign implements Callable<Integer>
    permits SwitchoverCommand, SwitchoverFaultsCommand {
  private final PrintStream answer;

  @Option(
      names = "--runs",
      defaultValue = "1",
      description = "how many (default: ${DEFAULT-VALUE})")
  private int runs;

  @Option(
      names = "--first",
      defaultValue = "1",
      description = "number of the first one, to go on with a campaign (default: ${DEFAULT-VALUE})")
  private int first;

  @Option(names = "--server", paramLabel = "DIR", description = LabMain.SERVER)
  private @Nullable Path server;

  @Option(names = "--seed", description = "of every random choice (default: new)")
  private long seed = System.nanoTime() & 0xffff_ffffL;

  @Option(names = "--json", description = "one JSON object on stdout, nothing else")
  private boolean json;

  Campaign(PrintStream answer) {
    this.answer = answer;
  }

  /** The report's name of it. */
  abstract String label();

  /** Of the run of this number. */
  abstract BiFunction<Integer, Random, MovePlan> plans();

  /** Bound of the write pause's 99th percentile, milliseconds. */
  abstract OptionalLong pauseP99();

  @Override
  public Integer call() {
    if (runs < 1 || first < 1) {
      throw new Trouble("--runs %d --first %d: both are at least 1".formatted(runs, first), "");
    }
    List<MoveRun> results =
        LabMain.within(
            new Console(System.err, false),
            new LabConfiguration(LabMain.sites(3), 1),
            Optional.ofNullable(server),
            site -> Program.node(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m")),
            lab -> new MoveRunner(lab, label(), seed, plans()).run(first - 1, runs));
    MoveReport report = new MoveReport(label(), runs, pauseP99(), results);
    answer.println(json ? report.toJson() : report.toText());
    answer.flush();
    return report.passed() ? 0 : 1;
  }
}
