package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Trouble;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./mpp chaos cost}. */
@Command(
    name = "cost",
    mixinStandardHelpOptions = true,
    description = {
      "What agreement costs when nothing happens: processor time, bytes between the sites and on"
          + " disk, memory. No load on the servers."
    })
final class CostCommand implements Callable<Integer> {
  private final PrintStream answer;

  @Option(
      names = "--services",
      defaultValue = "1",
      description = {
        "how many, 1 to 1000 (default: 1); with more than one the MySQL servers are stand-ins in"
            + " the nodes' memory, polled every 10 s"
      })
  private int services;

  @Option(names = "--sites", defaultValue = "3", description = "3 to 7 (default: 3)")
  private int sites;

  @Option(names = "--seconds", defaultValue = "60", description = "measured (default: 60)")
  private int seconds;

  @Option(names = "--json", description = "one JSON object on stdout, nothing else")
  private boolean json;

  CostCommand(PrintStream answer) {
    this.answer = answer;
  }

  @Override
  public Integer call() {
    if (services < 1 || services > 1000) {
      throw new Trouble("--services " + services + " is not in 1..1000", "");
    }
    if (seconds < 5) {
      throw new Trouble("--seconds " + seconds + " is less than 5", "");
    }
    Console console = new Console(System.err, false);
    LabConfiguration configuration = new LabConfiguration(LabMain.sites(sites), services);
    List<Cost> costs =
        LabMain.within(
            console,
            configuration,
            Optional.empty(),
            site -> NodeFlags.of(site, configuration),
            lab -> new CostMeter(lab, services).measure(seconds));
    answer.print(json ? Cost.toJson(services, costs) : Cost.toText(services, costs));
    answer.flush();
    return 0;
  }
}
