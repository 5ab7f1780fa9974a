package dev.mpp.node.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that may not be used, with everything that is wrong with it. */
public final class ConfigException extends Exception {
  private final transient List<Problem> problems;
  private final transient List<Problem> warnings;

  /**
   * @param problems at least one, in file order
   * @param warnings in file order
   */
  public ConfigException(List<Problem> problems, List<Problem> warnings) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
    this.warnings = List.copyOf(warnings);
  }

  public List<Problem> problems() {
    return problems;
  }

  public List<Problem> warnings() {
    return warnings;
  }
}
