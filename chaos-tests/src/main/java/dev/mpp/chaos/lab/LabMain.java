package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Folder;
import dev.mpp.chaos.process.Leftovers;
import dev.mpp.chaos.process.Machine;
import dev.mpp.chaos.process.NodeProcess;
import dev.mpp.chaos.process.Trouble;
import java.io.PrintStream;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code ./mpp chaos}. Exit codes: 0 done (a script: passed), 1 a script failed, 2 could not start
 * or wrong usage.
 */
@Command(
    name = "mpp chaos",
    mixinStandardHelpOptions = true,
    description = {
      "Real sites under real partitions, in network namespaces of this machine; needs root.",
      "Each script breaks something under load, and a judge whose way to the servers is never cut"
          + " says what came of it. See docs/chaos.md; mpp chaos list has the scripts."
    },
    subcommands = {
      LabMain.Scripts.class,
      CostCommand.class,
      FailuresCommand.class,
      SwitchoverCommand.class,
      SwitchoverFaultsCommand.class
    })
public final class LabMain implements Callable<Integer> {
  static final String SERVER =
      "binaries of the servers, with bin/mariadbd or bin/mysqld, share/ and for MySQL lib/plugin/;"
          + " otherwise the MariaDB of the demo";

  private final PrintStream answer;

  @Parameters(
      arity = "0..*",
      paramLabel = "SCRIPT",
      description = "of those of mpp chaos list; several are run one after the other on one lab")
  private List<String> scripts = List.of();

  @Option(
      names = "--runs",
      defaultValue = "1",
      description = "how often (default: ${DEFAULT-VALUE})")
  private int runs;

  @Option(
      names = "--sites",
      defaultValue = "3",
      description = "two data sites and 1 to 5 witnesses: 3 to 7 (default: ${DEFAULT-VALUE})")
  private int sites;

  @Option(
      names = "--writers",
      defaultValue = "4",
      description =
          "clients that follow DNS and write; one more beside each server is never cut off"
              + " (default: ${DEFAULT-VALUE})")
  private int writers;

  @Option(names = "--server", paramLabel = "DIR", description = SERVER)
  private @Nullable Path server;

  @Option(names = "--seed", description = "of every random choice (default: new)")
  private long seed = System.nanoTime() & 0xffff_ffffL;

  @Option(
      names = "--json",
      description = "one JSON object a script and line on stdout, nothing else")
  private boolean json;

  private LabMain(PrintStream answer) {
    this.answer = answer;
  }

  /** See the class. */
  public static void main(String[] args) {
    // stdout belongs to the answer alone; what a library prints must not get into it.
    PrintStream stdout = System.out;
    System.setOut(System.err);
    System.setProperty("logback.configurationFile", "demo/logback-demo.xml");
    CommandLine line =
        new CommandLine(new LabMain(stdout), new CommandsWith(stdout))
            .setOut(new java.io.PrintWriter(stdout, true, java.nio.charset.StandardCharsets.UTF_8));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          if (e instanceof Trouble) {
            System.err.println("mpp chaos: " + e.getMessage());
          } else {
            e.printStackTrace();
          }
          return 2;
        });
    System.exit(line.execute(args));
  }

  @Override
  public Integer call() {
    if (scripts.isEmpty()) {
      throw new Trouble("which script?", "./mpp chaos list has them");
    }
    List<LabScript> chosen = scripts.stream().map(LabScript::named).toList();
    if (runs < 1 || writers < 1) {
      throw new Trouble("--runs %d --writers %d: both are at least 1".formatted(runs, writers), "");
    }
    Console console = new Console(System.err, false);
    LabConfiguration configuration = new LabConfiguration(sites(sites), 1);
    // Several nodes share this machine: no time for the optimising compiler.
    Lab.NodePrograms options =
        site -> NodeProcess.Program.node(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m"));
    return within(
            console,
            configuration,
            Optional.ofNullable(server),
            options,
            lab -> runAll(lab, chosen))
        ? 0
        : 1;
  }

  /** A script whose lab does not get whole again ends them all. */
  private boolean runAll(Lab lab, List<LabScript> chosen) {
    boolean passed = true;
    for (LabScript script : chosen) {
      List<LabRun> results = new LabRunner(lab, script, seed, writers).run(runs);
      LabReport report = new LabReport(script, lab.version(), sites, runs, results);
      answer.println(json ? report.toJson() : report.toText());
      answer.flush();
      passed &= report.passed();
      if (results.size() < runs) {
        return false;
      }
    }
    return passed;
  }

  static List<LabSite> sites(int count) {
    if (count < 3 || count > 7) {
      throw new Trouble("--sites " + count + " is not in 3..7", "");
    }
    return LabSite.of(count);
  }

  /** Does something with a lab that is up, and takes it down whatever happens. */
  static <T> T within(
      Console console,
      LabConfiguration configuration,
      Optional<Path> server,
      Lab.NodePrograms options,
      Function<Lab, T> action) {
    Machine.check();
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new Trouble(
          "network namespaces can be made by root only", "run it as root, or look at ./mpp demo");
    }
    Folder folder = folder();
    FileLock lock =
        folder
            .lock()
            .orElseThrow(
                () ->
                    new Trouble(
                        "a lab is already running in " + folder.root(),
                        "set MPP_LAB_DIR to another folder for a second one"));
    Leftovers.clean(folder.root().resolve("processes"))
        .forEach(killed -> console.say("ended a process left over from an earlier lab: " + killed));
    Remains.remove()
        .forEach(name -> console.say("removed a namespace left over from an earlier lab: " + name));
    String id = Remains.claim(new Random());
    Lab lab = new Lab(folder, console, id, configuration, server, options);
    Thread end =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  lab.close();
                  Remains.release(id);
                });
    // Ctrl-C and SIGTERM arrive as a shutdown of this JVM.
    Runtime.getRuntime().addShutdownHook(end);
    try {
      lab.up();
      return action.apply(lab);
    } finally {
      lab.close();
      Remains.release(id);
      Folder.release(lock);
    }
  }

  private static Folder folder() {
    String chosen = System.getenv("MPP_LAB_DIR");
    Path root =
        chosen != null && !chosen.isBlank()
            ? Path.of(chosen)
            : Path.of(System.getProperty("mpp.home", ".")).resolve(".mpp-lab");
    return new Folder(root.toAbsolutePath().normalize());
  }

  @Command(name = "list", description = "The scripts: what each does, and what must come of it.")
  static final class Scripts implements Callable<Integer> {
    private final PrintStream answer;

    Scripts(PrintStream answer) {
      this.answer = answer;
    }

    @Override
    public Integer call() {
      for (LabScript script : LabScript.values()) {
        answer.printf("%-20s %s%n%21s%s%n", script.label(), script.text(), "", script.expects());
      }
      answer.println(
          "\nand the campaigns switchover, switchover-faults, failures and cost: --help has more");
      return 0;
    }
  }

  /** Makes the subcommands, which print to the real stdout. */
  private record CommandsWith(PrintStream answer) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      if (type == Scripts.class) {
        return type.cast(new Scripts(answer));
      }
      if (type == CostCommand.class) {
        return type.cast(new CostCommand(answer));
      }
      if (type == FailuresCommand.class) {
        return type.cast(new FailuresCommand(answer));
      }
      if (type == SwitchoverCommand.class) {
        return type.cast(new SwitchoverCommand(answer));
      }
      if (type == SwitchoverFaultsCommand.class) {
        return type.cast(new SwitchoverFaultsCommand(answer));
      }
      return CommandLine.defaultFactory().create(type);
    }
  }
}
