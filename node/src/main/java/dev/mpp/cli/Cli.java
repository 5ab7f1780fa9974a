package dev.mpp.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The operator's command line. It talks to nodes through their operator API only. */
@Command(
    name = "mpp",
    description = "Shows and steers MySQL services that MPP keeps alive across sites.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Every command asks one node; its site's picture includes what the other sites told it.",
      "Exit status: 0 done, 1 refused, 2 wrong usage, 3 no node can be reached.",
      "",
      "Examples:",
      "  mpp status",
      "  mpp --node 10.1.0.10:7402 --node 10.2.0.10:7402 list --classic",
      "  mpp recover 10.1.0.2:3306 --reason \"disk replaced\"",
    })
public final class Cli implements Runnable {
  /** Exit status: refused, or the answer is no. */
  public static final int REFUSED = 1;

  /** Exit status: the command line is wrong. */
  public static final int USAGE = 2;

  /** Exit status: no node can be reached. */
  public static final int UNREACHABLE = 3;

  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--node",
      paramLabel = "HOST:PORT",
      split = ",",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:MPP_NODE:-127.0.0.1:7402}",
      description =
          "Operator API of a node; several are tried in turn (default: environment MPP_NODE, else"
              + " 127.0.0.1:7402).")
  private List<String> nodes = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      scope = ScopeType.INHERIT,
      defaultValue = "5",
      description = "How long to wait for each node's answer (default: ${DEFAULT-VALUE}).")
  private int timeoutSeconds = 5;

  private Cli(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The command with its subcommands; a launcher may add more. */
  public static CommandLine commandLine(Terminal terminal) {
    Cli cli = new Cli(terminal);
    return new CommandLine(cli)
        .addSubcommand(new StatusCommand(cli))
        .addSubcommand(new ListCommand(cli))
        .addSubcommand(new WatchCommand(cli))
        .addSubcommand(new JournalCommand(cli))
        .addSubcommand(new RecoverCommand(cli))
        .setOut(terminal.out())
        .setErr(terminal.err())
        .setColorScheme(CommandLine.Help.defaultColorScheme(ansi(terminal)))
        .setUsageHelpAutoWidth(false)
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler(Cli::wrongUsage)
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              terminal.err().println("mpp: " + Text.clean(String.valueOf(e.getMessage())));
              return e instanceof CliFailure failure ? failure.exitCode() : REFUSED;
            });
  }

  /** Runs one command and returns its exit status. */
  public static int run(Terminal terminal, String... args) {
    return commandLine(terminal).execute(args);
  }

  private static CommandLine.Help.Ansi ansi(Terminal terminal) {
    return terminal.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
  }

  private static int wrongUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + e.getMessage() + "; see " + name + " --help");
    return USAGE;
  }

  Terminal terminal() {
    return terminal;
  }

  Nodes nodes() {
    positive("--timeout", timeoutSeconds);
    return new Nodes(
        nodes.stream().map(Nodes.Address::parse).toList(), timeoutSeconds, terminal.err());
  }

  static void positive(String option, long value) {
    if (value < 1) {
      throw CliFailure.usage(option + " " + value + " is less than 1");
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
