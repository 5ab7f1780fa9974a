package dev.mpp.node.config;

import dev.mpp.node.config.YamlNode.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with one file, so that all of it is reported at once. */
final class Findings {
  private static final Comparator<Problem> FILE_ORDER =
      Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column);

  private final String file;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  Findings(String file) {
    this.file = file;
  }

  void problem(Position at, String what, String remedy) {
    problems.add(new Problem(file, at.line(), at.column(), what, remedy));
  }

  void warning(Position at, String what, String remedy) {
    warnings.add(new Problem(file, at.line(), at.column(), what, remedy));
  }

  List<Problem> problems() {
    return problems.stream().sorted(FILE_ORDER).toList();
  }

  List<Problem> warnings() {
    return warnings.stream().sorted(FILE_ORDER).toList();
  }

  void refuseIfAny() throws ConfigException {
    if (!problems.isEmpty()) {
      throw new ConfigException(problems(), warnings());
    }
  }
}
