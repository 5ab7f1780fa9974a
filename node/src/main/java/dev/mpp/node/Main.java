package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.cli.Group;
import dev.mpp.cli.Terminal;
import java.util.Objects;
import picocli.CommandLine;

/** {@code mpp}: the daemon ({@code mpp node}) and the operator's commands. */
public final class Main {
  private static final int SIMULATION_COLUMNS = 160;

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine(Terminal.system()).execute(args));
  }

  /** Every command there is. */
  public static CommandLine commandLine(Terminal terminal) {
    CommandLine root =
        Cli.commandLine(
            terminal,
            (cli, all) -> {
              CommandLine node = new CommandLine(new NodeCommand());
              cli.addNodeCommands(node);
              CommandLine plan =
                  Group.of(
                      "plan",
                      "Computes what would happen, before it does.",
                      new PlanTimingCommand(cli));
              cli.addPlanCommands(plan);
              Objects.requireNonNull(all.getSubcommands().get("journal"))
                  .addSubcommand(new JournalVerifyCommand(cli));
              all.addSubcommand(node)
                  .addSubcommand(
                      Group.of(
                          "mysql",
                          "Prepares servers for MPP, and says what is missing on them.",
                          new MySqlPrepareCommand(cli),
                          new MySqlCheckCommand(cli)))
                  .addSubcommand(new ErrantCommand(cli))
                  .addSubcommand(new RejoinCommand(cli))
                  .addSubcommand(
                      Group.of(
                          "simulate",
                          "Plays what-if scenarios on this machine; needs no node.",
                          new SimulatePoolCommand(cli)))
                  .addSubcommand(plan);
            });
    // A node's line of a scenario is wider than the help of the others.
    Objects.requireNonNull(root.getSubcommands().get("simulate"))
        .setUsageHelpWidth(SIMULATION_COLUMNS);
    return root;
  }
}
