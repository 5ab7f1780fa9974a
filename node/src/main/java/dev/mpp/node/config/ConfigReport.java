package dev.mpp.node.config;

import java.io.PrintStream;
import java.util.List;

/** Renders problems and warnings for a terminal. */
public final class ConfigReport {
  private ConfigReport() {}

  /**
   * Prints every problem, then every warning, each with its place and its remedy on a second line.
   */
  public static void print(PrintStream out, List<Problem> problems, List<Problem> warnings) {
    problems.forEach(p -> print(out, "error", p));
    warnings.forEach(w -> print(out, "warning", w));
    out.println(summary(problems.size(), warnings.size()));
  }

  /** The report on a file that was refused. */
  public static void print(PrintStream out, ConfigException refusal) {
    print(out, refusal.problems(), refusal.warnings());
  }

  /** The report on a file that may be used: its warnings and what it configures. */
  public static void print(PrintStream out, ConfigFile.Loaded loaded) {
    print(out, List.of(), loaded.warnings());
    MppConfig config = loaded.config();
    out.printf(
        "deployment %s, %s mode, site %s%s of %d, %d service%s, configuration %s%n",
        config.deployment(),
        ModeRule.word(config.mode()),
        config.site(),
        config.instance().map(i -> " instance " + i).orElse(""),
        config.sites().size(),
        config.services().size(),
        config.services().size() == 1 ? "" : "s",
        config.configHash());
  }

  private static void print(PrintStream out, String severity, Problem problem) {
    out.printf(
        "%s:%d:%d: %s: %s%n    %s%n",
        problem.file(),
        problem.line(),
        problem.column(),
        severity,
        problem.what(),
        problem.remedy());
  }

  private static String summary(int problems, int warnings) {
    String doubts = warnings == 1 ? "1 warning" : warnings + " warnings";
    return switch (problems) {
      case 0 -> "The configuration is usable, " + doubts + ".";
      case 1 -> "1 problem, " + doubts + ". The configuration was not used.";
      default -> problems + " problems, " + doubts + ". The configuration was not used.";
    };
  }
}
