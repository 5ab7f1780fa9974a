package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.cli.Group;
import dev.mpp.cli.Terminal;
import dev.mpp.node.mysql.MySqlServers;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;

/** {@code mpp}: the daemon ({@code mpp node}) and the operator's commands. */
public final class Main {
  private static final int SIMULATION_COLUMNS = 160;
  private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";
  private static final int MIN_CARRIERS = 16;

  private Main() {}

  public static void main(String[] args) {
    System.exit(run(args, MySqlServers::open));
  }

  /**
   * Runs one command; {@code mpp node} returns when the daemon has ended.
   *
   * @param servers opens the MySQL servers of a daemon
   * @return the exit status
   */
  public static int run(String[] args, MySqlServers.Opener servers) {
    CommandLine all = startsDaemon(args) ? daemon(args, servers) : commandLine(Terminal.system());
    enoughCarriers();
    return all.execute(args);
  }

  /**
   * A virtual thread that waits while it loads a class keeps its carrier. On two cores two logins
   * that did so waited for a lock whose next owner was a virtual thread without a carrier: the
   * daemon hung at its start for good. Read by the JDK when the first virtual thread is made.
   */
  private static void enoughCarriers() {
    if (System.getProperty(CARRIERS) == null) {
      int cores = Runtime.getRuntime().availableProcessors();
      System.setProperty(CARRIERS, Integer.toString(Math.max(MIN_CARRIERS, cores)));
    }
  }

  /** Whether this is {@code mpp node --config FILE} without any wish for help. */
  private static boolean startsDaemon(String[] args) {
    List<String> words = List.of(args);
    return words.size() > 1
        && words.getFirst().equals("node")
        && words.stream().anyMatch(w -> w.equals("--config") || w.startsWith("--config="))
        && words.stream().noneMatch(w -> w.equals("-h") || w.equals("--help") || w.equals("-V"));
  }

  /**
   * The daemon's command alone: to make the operators' commands takes memory that a daemon never
   * gives back. What it does not understand, all the commands explain.
   */
  private static CommandLine daemon(String[] args, MySqlServers.Opener servers) {
    return new CommandLine(CommandLine.Model.CommandSpec.create().name("mpp"))
        .addSubcommand(new NodeCommand(servers))
        .setParameterExceptionHandler((e, words) -> commandLine(Terminal.system()).execute(args))
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              System.err.println("mpp: " + e.getMessage());
              return 1;
            });
  }

  /** Every command there is. */
  public static CommandLine commandLine(Terminal terminal) {
    CommandLine root =
        Cli.commandLine(
            terminal,
            (cli, all) -> {
              CommandLine node = new CommandLine(new NodeCommand(MySqlServers::open));
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
                  .addSubcommand(
                      new CommandLine(new DnsCommand(cli))
                          .addSubcommand(new DnsQueryCommand(cli))
                          .addSubcommand(new DnsCheckCommand(cli))
                          .addSubcommand(new DnsKeygenCommand(cli))
                          .addSubcommand(new DnsKeysCommand(cli))
                          .addSubcommand(new DnsDsCommand(cli))
                          .addSubcommand(new DnsRetireCommand(cli)))
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
