package dev.mpp.chaos.demo;

import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Folder;
import dev.mpp.chaos.process.Identity;
import dev.mpp.chaos.process.Leftovers;
import dev.mpp.chaos.process.Signals;
import dev.mpp.chaos.process.Trouble;
import dev.mpp.chaos.script.Report;
import dev.mpp.chaos.script.Script;
import dev.mpp.chaos.script.ScriptRunner;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code ./mpp demo}. Exit codes: 0 done (a script: passed), 1 a script failed, 2 could not start
 * or wrong usage.
 */
@Command(
    name = "mpp demo",
    description = "Two sites, a witness and real MariaDB servers on this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {
      DemoMain.Kill.class,
      DemoMain.Freeze.class,
      DemoMain.Thaw.class,
      DemoMain.Start.class,
      DemoMain.Stop.class,
      DemoMain.Status.class,
      DemoMain.Reset.class
    })
public final class DemoMain implements Callable<Integer> {
  private final PrintStream answer;

  @Option(
      names = "--script",
      paramLabel = "SCRIPT",
      description = "run unattended: failover, node-kill, node-freeze, all-kill")
  private Optional<String> script = Optional.empty();

  @Option(names = "--json", description = "with --script: one JSON object on stdout, nothing else")
  private boolean json;

  @Option(
      names = {"--runs", "--rounds"},
      defaultValue = "1",
      description = "with --script: how often (default: ${DEFAULT-VALUE})")
  private int runs;

  @Option(names = "--seed", description = "with --script: of every random choice (default: new)")
  private Optional<Long> seed = Optional.empty();

  @Option(
      names = "--port-offset",
      defaultValue = "0",
      description = "added to every port (default: ${DEFAULT-VALUE})")
  private int portOffset;

  private DemoMain(PrintStream answer) {
    this.answer = answer;
  }

  /** See the class. */
  public static void main(String[] args) {
    // stdout belongs to the answer alone; what a library prints must not get into it.
    PrintStream stdout = System.out;
    boolean scripted = Arrays.stream(args).anyMatch(arg -> arg.startsWith("--script"));
    if (scripted) {
      System.setOut(System.err);
    }
    System.setProperty("logback.configurationFile", "demo/logback-demo.xml");
    CommandLine line = new CommandLine(new DemoMain(stdout));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          if (e instanceof Trouble) {
            System.err.println("mpp demo: " + e.getMessage());
          } else {
            e.printStackTrace();
          }
          return 2;
        });
    System.exit(line.execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Optional<Script> chosen = script.map(Script::named);
    if (runs < 1) {
      throw new Trouble("--runs " + runs + " is less than 1", "");
    }
    boolean terminal =
        System.console() != null
            && System.console().isTerminal()
            && !"dumb".equals(System.getenv().getOrDefault("TERM", "dumb"));
    Console console =
        new Console(
            chosen.isPresent() ? System.err : answer, terminal && System.getenv("CI") == null);
    Demo demo = Demo.prepare(Layout.ofEnvironment(), new Ports(portOffset), console);
    Thread end =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  console.say("stopping everything");
                  demo.close();
                });
    // Ctrl-C and SIGTERM arrive as a shutdown of this JVM.
    Runtime.getRuntime().addShutdownHook(end);
    if (chosen.isEmpty()) {
      new Interactive(demo).run();
      return 0;
    }
    Report report = run(demo, chosen.get());
    if (json) {
      answer.println(report.toJson());
    } else {
      console.plain(report.toText());
    }
    answer.flush();
    return report.passed() ? 0 : 1;
  }

  private Report run(Demo demo, Script chosen) {
    try {
      demo.up();
    } catch (Trouble e) {
      demo.console().plain("mpp demo: " + e.getMessage());
      return new Report(chosen, List.of());
    }
    long firstSeed = seed.orElseGet(() -> System.nanoTime() & 0xffff_ffffL);
    return new ScriptRunner(demo, chosen, firstSeed).run(runs);
  }

  private static Integer ask(String request) {
    System.out.println(Control.request(Layout.ofEnvironment().controlSocket(), request));
    return 0;
  }

  /** A request about one process. */
  abstract static class OnProcess implements Callable<Integer> {
    @Parameters(paramLabel = "PART", description = "mysql or node")
    private String part = "";

    @Parameters(paramLabel = "SITE", description = "site1, site2 or witness")
    private String site = "";

    private final String verb;

    OnProcess(String verb) {
      this.verb = verb;
    }

    @Override
    public Integer call() {
      return ask(verb + " " + part + " " + site);
    }
  }

  @Command(name = "kill", description = "SIGKILL one process of the running demo.")
  static final class Kill extends OnProcess {
    Kill() {
      super("kill");
    }
  }

  @Command(name = "freeze", description = "SIGSTOP one process of the running demo.")
  static final class Freeze extends OnProcess {
    Freeze() {
      super("freeze");
    }
  }

  @Command(name = "thaw", description = "SIGCONT one process of the running demo.")
  static final class Thaw extends OnProcess {
    Thaw() {
      super("thaw");
    }
  }

  @Command(name = "start", description = "Start a killed process of the running demo again.")
  static final class Start extends OnProcess {
    Start() {
      super("start");
    }
  }

  @Command(name = "status", description = "What runs, who is writable, what DNS says.")
  static final class Status implements Callable<Integer> {
    @Override
    public Integer call() {
      return ask("status");
    }
  }

  @Command(name = "stop", description = "End the running demo and everything it started.")
  static final class Stop implements Callable<Integer> {
    @Override
    public Integer call() {
      Layout layout = Layout.ofEnvironment();
      Optional<Identity> supervisor = Identity.read(layout.supervisorPid()).filter(Identity::alive);
      if (supervisor.isPresent()) {
        // The same as Ctrl-C: also ends a script, or a demo that is still starting.
        Signals.TERM.send(supervisor.get().pid());
        if (!Deadline.await(java.time.Duration.ofSeconds(40), () -> !supervisor.get().alive())) {
          Signals.KILL.send(supervisor.get().pid());
        }
      }
      List<String> killed = Leftovers.clean(layout.processes());
      killed.forEach(name -> System.out.println("ended a left-over process: " + name));
      System.out.println(
          supervisor.isPresent()
              ? "stopped"
              : killed.isEmpty() ? "no demo was running" : "cleaned up");
      return 0;
    }
  }

  @Command(name = "reset", description = "Delete the demo's data (not while it runs).")
  static final class Reset implements Callable<Integer> {
    @Override
    public Integer call() {
      Layout layout = Layout.ofEnvironment();
      if (!Files.isDirectory(layout.root())) {
        System.out.println("nothing to reset in " + layout.root());
        return 0;
      }
      try (var lock = Preflight.lock(layout)) {
        Leftovers.clean(layout.processes());
        for (Site site : Site.values()) {
          Folder.wipe(layout.site(site));
        }
        Folder.wipe(layout.root().resolve("secrets"));
        Files.deleteIfExists(layout.bootstrapped());
        Files.deleteIfExists(layout.offset());
        System.out.println("data deleted; the unpacked MariaDB and the evidence are kept");
      } catch (java.io.IOException e) {
        throw new Trouble("cannot reset " + layout.root() + ": " + e, "");
      }
      return 0;
    }
  }
}
