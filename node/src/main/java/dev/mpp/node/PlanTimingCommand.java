package dev.mpp.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.cli.Cli;
import dev.mpp.node.config.ConfigException;
import dev.mpp.node.config.ConfigFile;
import dev.mpp.node.config.ConfigReport;
import dev.mpp.proto.v1.MeasuredReply;
import dev.mpp.proto.v1.MeasuredTime;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code mpp plan timing}. */
@Command(
    name = "timing",
    mixinStandardHelpOptions = true,
    description = {
      "Prints how long an outage may last by a configuration, term by term, for each kind of failure.",
      "It needs the file and the password files it names, no server. If a node can be reached (--node, MPP_NODE, else 127.0.0.1:7402), what"
          + " that node measured of the last change of the role stands beside it.",
    },
    footer = {
      "",
      "Measured are, since that node was started and as far as it saw them: detection (first failed"
          + " poll to FAILED), takeover (FAILED to the next node ACTIVE at the same site), release (FAILED to the role"
          + " given up), claim (role free to claimed),"
          + " promotion (claimed to serving). Not measured is the time until the first poll that"
          + " fails, and how long clients keep an old address.",
      "",
      "Examples:",
      "  mpp plan timing --config /etc/mpp/mpp.yml",
      "  mpp plan timing --config mpp.yml --site site2 --json",
      "",
      "Exit status: 0 printed, 2 wrong usage or wrong configuration.",
    })
final class PlanTimingCommand implements Callable<Integer> {
  private static final int WRONG_CONFIGURATION = 2;

  private final Cli cli;

  @Option(names = "--config", paramLabel = "FILE", required = true, description = "mpp.yml")
  private Path file = Path.of("mpp.yml");

  @Option(
      names = "--site",
      paramLabel = "NAME",
      description = "For the pools of this site, in place of the file's site:.")
  private Optional<String> site = Optional.empty();

  @Option(names = "--json", description = "Print one JSON object instead.")
  private boolean json;

  PlanTimingCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    ConfigFile.Loaded loaded;
    try {
      loaded = ConfigFile.load(file, site);
    } catch (ConfigException e) {
      ConfigReport.print(System.err, e);
      return WRONG_CONFIGURATION;
    }
    List<TimingPlan> plans = TimingPlan.of(loaded.config());
    Optional<MeasuredReply> measured = cli.measured();
    PrintWriter out = cli.terminal().out();
    if (json) {
      out.println(json(loaded.config().site().name(), plans, measured));
    } else {
      print(out, loaded.config().site().name(), plans, measured);
    }
    out.flush();
    return 0;
  }

  private static void print(
      PrintWriter out, String site, List<TimingPlan> plans, Optional<MeasuredReply> measured) {
    if (plans.isEmpty()) {
      out.println(site + " has no pool: nothing fails over from it (--site NAME for another site)");
    }
    for (TimingPlan plan : plans) {
      out.println(plan.service() + " at " + site + ": " + plan.failure());
      for (TimingPlan.Term t : plan.terms()) {
        out.printf(Locale.ROOT, "  %-13s %9s  %s%n", t.name(), seconds(t.worst()), t.formula());
        if (!t.stage().isEmpty()) {
          out.printf("  %-13s %9s  measured: %s%n", "", "", measured(plan, t, measured));
        }
      }
      out.printf(
          "  %-13s %9s  and beyond it: %s%n%n", "WORST", seconds(plan.worst()), plan.beyond());
    }
    if (measured.isEmpty()) {
      out.println("No node could be asked for what it measured (--node HOST:PORT).");
    }
  }

  private static String measured(
      TimingPlan plan, TimingPlan.Term term, Optional<MeasuredReply> measured) {
    return find(plan, term, measured)
        .map(m -> seconds(Duration.ofMillis(m.getMillis())) + ", " + m.getText())
        .orElse("not measured yet");
  }

  private static Optional<MeasuredTime> find(
      TimingPlan plan, TimingPlan.Term term, Optional<MeasuredReply> measured) {
    return measured.stream()
        .flatMap(m -> m.getTimesList().stream())
        .filter(
            m -> m.getService().equals(plan.service().name()) && m.getStage().equals(term.stage()))
        .findFirst();
  }

  private static String seconds(Duration d) {
    return String.format(Locale.ROOT, "%.3f s", d.toNanos() / 1e9);
  }

  private static String json(
      String site, List<TimingPlan> plans, Optional<MeasuredReply> measured) {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode root = mapper.createObjectNode();
    root.put("site", site);
    root.put("node_asked", measured.isPresent());
    ArrayNode all = root.putArray("plans");
    for (TimingPlan plan : plans) {
      ObjectNode o = all.addObject();
      o.put("service", plan.service().name());
      o.put("failure", plan.failure());
      o.put("worst_ms", millis(plan.worst()));
      o.put("beyond", plan.beyond());
      ArrayNode terms = o.putArray("terms");
      for (TimingPlan.Term t : plan.terms()) {
        ObjectNode each = terms.addObject();
        each.put("term", t.name());
        each.put("worst_ms", millis(t.worst()));
        each.put("formula", t.formula());
        find(plan, t, measured)
            .ifPresentOrElse(
                m -> {
                  each.put("measured_ms", m.getMillis());
                  each.put("measured_at_ms", m.getWallMillis());
                  each.put("measured", m.getText());
                },
                () -> each.putNull("measured_ms"));
      }
    }
    try {
      return mapper.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double millis(Duration d) {
    return d.toNanos() / 1e6;
  }
}
