package dev.mpp.node;

import dev.mpp.checkpoints.Probes;
import dev.mpp.node.config.ConfigException;
import dev.mpp.node.config.ConfigFile;
import dev.mpp.node.config.ConfigReport;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.mysql.MySqlServers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mpp node}: runs one site, or a witness, until it is told to end. */
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "[COMMAND]",
    description = {
      "Runs this site's MPP instance (or a witness) in the foreground.",
      "With a COMMAND: overrides what a running MPP thinks of one MySQL server (mpp node set"
          + " --help).",
    },
    footer = {
      "",
      "SIGTERM and Ctrl-C end it in order: its servers are fenced and the role is handed over.",
      "Exit status: 0 ended in order, 1 could not start or had to end, 2 wrong configuration.",
      "",
      "Examples:",
      "  mpp node --config /etc/mpp/mpp.yml --check      what is wrong with the file",
      "  mpp node --config /etc/mpp/mpp.yml --site site1",
      "  mpp node set 10.1.0.2:3306 --weight 0 --reason \"slow disk\"",
      "  mpp node unset 10.1.0.2:3306",
    })
final class NodeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(NodeCommand.class);

  /** Kept, because the logging framework holds its loggers weakly. */
  private static final List<java.util.logging.Logger> QUIET = new ArrayList<>();

  private static final int FAILED = 1;
  private static final int WRONG_CONFIGURATION = 2;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The configuration, mpp.yml; required to run. docs/configuration.md explains every key.")
  private @Nullable Path file;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--site",
      paramLabel = "NAME",
      description = "Which site this process is, in place of the file's site:.")
  private Optional<String> site = Optional.empty();

  @Option(
      names = "--instance",
      paramLabel = "NAME",
      description =
          "Which of the site's two instances this process is, in place of the file's instance:."
              + " docs/twins.md.")
  private Optional<String> instance = Optional.empty();

  @Option(
      names = "--bootstrap",
      description =
          "Allow an empty data directory. Only for the first start of a new deployment: a member"
              + " that lost its disk must not vote as if it had seen nothing.")
  private boolean bootstrap;

  @Option(
      names = "--join",
      description =
          "Allow an empty data directory of a member that the others will add or replace (mpp"
              + " member add, mpp member replace): it does not vote before that.")
  private boolean join;

  @Option(names = "--check", description = "Only check the configuration and print what it says.")
  private boolean check;

  private final MySqlServers.Opener servers;

  /**
   * @param servers opens the MySQL servers of the daemon
   */
  NodeCommand(MySqlServers.Opener servers) {
    this.servers = servers;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (file == null) {
      throw new ParameterException(
          spec.commandLine(),
          "Missing required option: '--config=FILE' (or a command: set, unset)");
    }
    if (bootstrap && join) {
      throw new ParameterException(
          spec.commandLine(), "--bootstrap founds a new deployment, --join enters one: not both");
    }
    ConfigFile.Loaded loaded;
    try {
      loaded = ConfigFile.load(file, site, instance, Probes::obstacle);
    } catch (ConfigException e) {
      ConfigReport.print(System.err, e);
      return WRONG_CONFIGURATION;
    }
    if (check) {
      ConfigReport.print(System.out, loaded);
      return certificates(loaded.config());
    }
    loaded
        .warnings()
        .forEach(w -> LOG.warn("{}:{}: {} ({})", w.file(), w.line(), w.what(), w.remedy()));
    List<MppConfig.Instance> instances = loaded.config().self().instances();
    if (!instances.isEmpty() && loaded.config().instance().isEmpty()) {
      System.err.printf(
          "mpp node: site %s has two instances; say --instance %s or --instance %s%n",
          loaded.config().site(), instances.getFirst().name(), instances.getLast().name());
      return WRONG_CONFIGURATION;
    }
    return run(loaded);
  }

  private static Integer certificates(MppConfig config) {
    try {
      SiteCertificates.of(config)
          .ifPresent(
              tls ->
                  System.out.printf(
                      "certificates of %s until %s%n", tls.identity(), tls.expires()));
      return 0;
    } catch (IOException e) {
      System.err.println("mpp node: " + e.getMessage());
      return WRONG_CONFIGURATION;
    }
  }

  private Integer run(ConfigFile.Loaded loaded) throws InterruptedException {
    quiet();
    CountDownLatch ended = new CountDownLatch(1);
    NodeProcess[] holder = new NodeProcess[1];
    NodeProcess process = new NodeProcess(loaded.config(), servers, why -> die(holder[0], why));
    holder[0] = process;
    try {
      process.start(
          bootstrap
              ? NodeProcess.Start.BOOTSTRAP
              : join ? NodeProcess.Start.JOIN : NodeProcess.Start.KNOWN);
    } catch (Exception e) {
      LOG.debug("start failed", e);
      System.err.println("mpp node: " + message(e));
      process.close();
      return FAILED;
    }
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  process.close();
                  ended.countDown();
                },
                "shutdown"));
    ended.await();
    return 0;
  }

  /** Libraries that log through java.util.logging say what our own lines say better. */
  private static void quiet() {
    for (String name : List.of("io.grpc", "org.apache.ratis", "org.jgroups")) {
      java.util.logging.Logger logger = java.util.logging.Logger.getLogger(name);
      logger.setLevel(java.util.logging.Level.OFF);
      QUIET.add(logger);
    }
  }

  private static String message(Throwable e) {
    String text = e.getMessage();
    return text == null ? e.toString() : text;
  }

  /** Ends at once: the servers' dead-men fence them; nothing is left to a broken process. */
  private static void die(NodeProcess process, String why) {
    LOG.error("ending: {}", why);
    try {
      if (process != null) {
        process.abandon();
      }
    } finally {
      Runtime.getRuntime().halt(FAILED);
    }
  }
}
