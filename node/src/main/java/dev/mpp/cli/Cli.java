package dev.mpp.cli;

import dev.mpp.proto.v1.JournalHead;
import dev.mpp.proto.v1.MeasuredReply;
import dev.mpp.proto.v1.MeasuredRequest;
import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.Override;
import dev.mpp.proto.v1.SetNodeRequest;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.UnsetNodeRequest;
import dev.mpp.proto.v1.VerifyJournalReply;
import dev.mpp.proto.v1.VerifyJournalRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      "  mpp why-not mysql.eraser.com site2",
      "  mpp --node 10.1.0.10:7402 --node 10.2.0.10:7402 list --classic",
      "  mpp recover 10.1.0.2:3306 --reason \"disk replaced\"",
      "  mpp node set 10.1.0.2:3306 --weight 0 --for 2h --reason \"slow disk\"",
      "  mpp switchover mysql.eraser.com --to site2 --reason \"rack maintenance\"",
      "  mpp pause --reason \"switch firmware\"",
      "Every command explains itself: mpp COMMAND --help.",
    })
public final class Cli implements Runnable {
  /** Exit status: refused, or the answer is no. */
  public static final int REFUSED = 1;

  /** Exit status: the command line is wrong. */
  public static final int USAGE = 2;

  /** Exit status: no node can be reached. */
  public static final int UNREACHABLE = 3;

  private static final long VERIFY_SECONDS = 600;

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

  @Mixin private Certificates certificates = new Certificates();

  private Cli(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * The command with its subcommands.
   *
   * @param more adds a launcher's own, which get the same handling of errors
   */
  public static CommandLine commandLine(Terminal terminal, BiConsumer<Cli, CommandLine> more) {
    Cli cli = new Cli(terminal);
    CommandLine all =
        new CommandLine(cli)
            .addSubcommand(new StatusCommand(cli))
            .addSubcommand(new ListCommand(cli))
            .addSubcommand(new WatchCommand(cli))
            .addSubcommand(new PeersCommand(cli))
            .addSubcommand(new WhyNotCommand(cli))
            .addSubcommand("journal", new JournalCommand(cli))
            .addSubcommand(new RecoverCommand(cli))
            .addSubcommand(new ActivatePrimaryCommand(cli))
            .addSubcommand(new TakeoverCommand(cli))
            .addSubcommand(new PauseCommand(cli))
            .addSubcommand(new ResumeCommand(cli))
            .addSubcommand(new SwitchoverCommand(cli))
            .addSubcommand(new PreferCommand(cli))
            .addSubcommand(
                Group.of(
                    "site",
                    "Keeps a site from taking roles, and lets it again.",
                    new SiteDrainCommand(cli),
                    new SiteMaintenanceCommand(cli),
                    new SiteReturnCommand(cli)))
            .addSubcommand(
                Group.of(
                    "twin",
                    "Orders about the two instances of a site.",
                    new TwinHandoverCommand(cli)))
            .addSubcommand(new ReportCommand(cli))
            .addSubcommand(new IsActiveCommand(cli))
            .addSubcommand(
                Group.of(
                    "pool",
                    "Shows the pools, and forgets former ones.",
                    new PoolListCommand(cli),
                    new PoolShowCommand(cli),
                    new PoolDeleteCommand(cli)))
            .addSubcommand(
                Group.of(
                    "member",
                    "Lists and changes the voters of the ledger.",
                    new MemberListCommand(cli),
                    new MemberAddCommand(cli),
                    new MemberRemoveCommand(cli),
                    new MemberReplaceCommand(cli)))
            .addSubcommand(
                Group.of(
                    "certs",
                    "Makes and checks certificates, for those without a PKI; needs no node.",
                    new CertsInitCommand(cli),
                    new CertsIssueCommand(cli),
                    new CertsCheckCommand(cli)))
            .addSubcommand(
                Group.of(
                    "checkpoint",
                    "Lists the checkpoints of a site, or probes one now.",
                    new CheckpointListCommand(cli),
                    new CheckpointTestCommand(cli)));
    more.accept(cli, all);
    return all.setOut(terminal.out())
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
    return commandLine(terminal, (cli, all) -> {}).execute(args);
  }

  /** Adds the operators' subcommands of {@code mpp node}. */
  public void addNodeCommands(CommandLine node) {
    node.addSubcommand(new NodeSetCommand(this)).addSubcommand(new NodeUnsetCommand(this));
  }

  /** Adds the subcommands of {@code mpp plan} that ask a node. */
  public void addPlanCommands(CommandLine plan) {
    plan.addSubcommand(new PlanFailoverCommand(this));
  }

  /**
   * Has the journal of the first node that can be reached checked by that node.
   *
   * @param known ends of the journal that were kept elsewhere
   */
  public VerifyJournalReply verifyJournal(List<JournalHead> known) {
    VerifyJournalRequest request = VerifyJournalRequest.newBuilder().addAllKnown(known).build();
    // A long journal takes longer than an answer may.
    return nodes()
        .on(
            stub ->
                stub.withDeadlineAfter(VERIFY_SECONDS, TimeUnit.SECONDS).verifyJournal(request));
  }

  /**
   * Holds a server at FAILED_ONLINE while it is rebuilt. The order and its reason are in the
   * journal of the server's site before this returns.
   */
  public void hold(String server, String reason) {
    SetNodeRequest request =
        SetNodeRequest.newBuilder()
            .setNode(server)
            .setWhat(Override.newBuilder().setState(Words.state("FAILED_ONLINE")))
            .setReason(reason)
            .setUser(System.getProperty("user.name", ""))
            .build();
    OrderReply reply = nodes().ask(stub -> stub.setNode(request));
    Answers.print(terminal, reply);
  }

  /** Lifts what {@link #hold} did. */
  public void release(String server, String reason) {
    UnsetNodeRequest request =
        UnsetNodeRequest.newBuilder()
            .setNode(server)
            .setReason(reason)
            .setUser(System.getProperty("user.name", ""))
            .build();
    OrderReply reply = nodes().ask(stub -> stub.unsetNode(request));
    Answers.print(terminal, reply);
  }

  /**
   * What the first node that can be reached measured of its changes of roles.
   *
   * @return empty when none can be reached, or it is too old to say
   */
  public Optional<MeasuredReply> measured() {
    try {
      return Optional.of(nodes().ask(stub -> stub.measured(MeasuredRequest.getDefaultInstance())));
    } catch (CliFailure e) {
      if (e.exitCode() == USAGE) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static CommandLine.Help.Ansi ansi(Terminal terminal) {
    return terminal.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
  }

  private static int wrongUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command
        .getErr()
        .println(
            name + ": " + Text.clean(String.valueOf(e.getMessage())) + "; see " + name + " --help");
    return USAGE;
  }

  /** Where to write to. */
  public Terminal terminal() {
    return terminal;
  }

  Nodes nodes() {
    positive("--timeout", timeoutSeconds);
    return new Nodes(
        nodes.stream().map(Nodes.Address::parse).toList(),
        timeoutSeconds,
        certificates.credentials(),
        terminal.err());
  }

  /** For listings that other programs read: what a screen shows on top goes to the error stream. */
  void warnInsecure(StatusReply reply) {
    if (reply.getInsecure()) {
      terminal.err().println("mpp: " + Words.INSECURE);
    }
  }

  static void positive(String option, long value) {
    if (value < 1) {
      throw CliFailure.usage(option + " " + value + " is less than 1");
    }
  }

  @java.lang.Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
