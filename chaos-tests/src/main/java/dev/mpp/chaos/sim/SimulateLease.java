package dev.mpp.chaos.sim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mpp simulate lease}. */
@Command(
    name = "lease",
    mixinStandardHelpOptions = true,
    description = {
      "Plays the production decisions of whole deployments on virtual clocks, networks and servers:"
          + " one seed is one schedule of faults and operators' orders, and always the same. Judges"
          + " that share no code with the decisions look for two writable sites, lost acknowledged"
          + " writes, grants and answers that were not agreed; then everything heals, and every"
          + " service has to be writable at one site again.",
      "",
      "The first failing seed is played again and its story printed. See docs/safety.md."
    },
    footer = {
      "",
      "Exit status: 0 nothing found; 1 something was found; 2 wrong usage.",
      "",
      "Examples:",
      "  mpp simulate lease --seeds 1000",
      "  mpp simulate lease --sites 2 --seeds 1000            a pair without a witness",
      "  mpp simulate lease --sites 5 --seeds 100000 --from 1 --json",
      "  mpp simulate lease --from 4711 --seeds 1 --story     one schedule, told",
      "  mpp simulate lease --break late-fence --seeds 1000   a bug: it has to be found"
    })
public final class SimulateLease implements Callable<Integer> {
  private static final int FOUND = 1;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--seeds", paramLabel = "N", description = "How many (default: 1000).")
  private long seeds = 1000;

  @Option(names = "--from", paramLabel = "S", description = "The first (default: 1).")
  private long from = 1;

  @Option(
      names = "--sites",
      paramLabel = "2|3|5",
      description = {
        "2: a pair without a witness, most of them under rpo: zero;",
        "3: two data sites and a witness, most of them under rpo: zero (the default);",
        "5: four data sites and a witness, or three and two, under rpo: availability."
      })
  private int sites = 3;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "Of faults in each seed, simulated (default: 5).")
  private int minutes = 5;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Seeds played at the same time (default: one for each processor).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--break",
      paramLabel = "NAME",
      description = "Switches one deliberate bug on; list prints their names.")
  private @Nullable String broken;

  @Option(names = "--story", description = "Prints the story of the first seed in any case.")
  private boolean story;

  @Option(names = "--json", description = "Prints the figures and what was found as JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException, JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    if ("list".equals(broken)) {
      for (Break b : Break.values()) {
        out.printf("%-20s %-4s %s%n", b.word(), b.rule(), b.what());
      }
      return 0;
    }
    LeaseSimulation.Plan plan = plan();
    if (story) {
      tell(plan, from, out);
    }
    long before = cpuNanos();
    Seeds run = new Seeds(plan, threads);
    run.play(from, seeds, r -> progress(r));
    double cpu = (cpuNanos() - before) / 1e9;
    if (json) {
      out.println(json(run, cpu));
    } else {
      report(run, cpu, plan, out);
    }
    return run.bad().isEmpty() ? 0 : FOUND;
  }

  private LeaseSimulation.Plan plan() {
    if (sites != 2 && sites != 3 && sites != 5) {
      throw wrong("--sites takes 2, 3 or 5");
    }
    if (seeds < 1 || minutes < 1 || threads < 1) {
      throw wrong("--seeds, --minutes and --threads are at least 1");
    }
    String word = broken;
    if (word == null) {
      return new LeaseSimulation.Plan(sites, minutes, Broken.NOTHING);
    }
    Break bug =
        Break.of(word)
            .orElseThrow(() -> wrong("--break " + word + " is not known; --break list names them"));
    if (!bug.belongsTo(sites)) {
      throw wrong("--break %s belongs to --sites %s".formatted(word, sites == 2 ? "3 or 5" : "2"));
    }
    return new LeaseSimulation.Plan(sites, minutes, new Broken(bug));
  }

  private ParameterException wrong(String why) {
    return new ParameterException(spec.commandLine(), why);
  }

  /** As it is found: a long run need not be waited for. */
  private void progress(LeaseSimulation.Result r) {
    PrintWriter err = spec.commandLine().getErr();
    List<String> what = r.violations().isEmpty() ? r.unhealed() : r.violations();
    err.println("seed " + r.seed() + ": " + what.getFirst());
    err.flush();
  }

  private static void tell(LeaseSimulation.Plan plan, long seed, PrintWriter out) {
    LeaseSimulation.Result r = LeaseSimulation.run(plan, seed, true);
    r.story().forEach(out::println);
    r.violations().forEach(v -> out.println("VIOLATION: " + v));
  }

  private void report(Seeds run, double cpu, LeaseSimulation.Plan plan, PrintWriter out) {
    long unsafe = run.bad().stream().filter(r -> !r.violations().isEmpty()).count();
    if (!run.bad().isEmpty() && !story) {
      tell(plan, run.bad().getFirst().seed(), out);
    }
    out.printf(
        "%d seeds, %.0f simulated hours: %d with a violation, %d not healed; %.0f s of processor"
            + " time, %.0f simulated hours a minute%n",
        run.played(), run.hours(), unsafe, run.bad().size() - unsafe, cpu, run.hours() / cpu * 60);
  }

  private static String json(Seeds run, double cpu) throws JsonProcessingException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("seeds", run.played());
    all.put(
        "violations",
        run.bad().stream()
            .filter(r -> !r.violations().isEmpty())
            .map(r -> finding(r.seed(), r.violations().getFirst()))
            .toList());
    all.put(
        "unhealed",
        run.bad().stream()
            .filter(r -> r.violations().isEmpty())
            .map(r -> finding(r.seed(), r.unhealed().getFirst()))
            .toList());
    all.put("simulatedHours", Math.round(run.hours() * 1000) / 1000.0);
    all.put("cpuSeconds", Math.round(cpu * 1000) / 1000.0);
    return new ObjectMapper().writeValueAsString(all);
  }

  private static Map<String, Object> finding(long seed, String what) {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("seed", seed);
    m.put("what", what);
    return m;
  }

  /** Of the whole process: compilation and collection included. */
  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
