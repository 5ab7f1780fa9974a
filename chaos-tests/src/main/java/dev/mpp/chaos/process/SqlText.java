package dev.mpp.chaos.process;

import java.util.ArrayList;
import java.util.List;

/** SQL as the client programs read it: {@code DELIMITER} and lines of comment are understood. */
final class SqlText {
  private SqlText() {}

  /** The statements in order, without their delimiters. One begins on a line of its own. */
  static List<String> statements(String text) {
    List<String> statements = new ArrayList<>();
    StringBuilder current = new StringBuilder();
    String delimiter = ";";
    for (String line : text.lines().toList()) {
      if (line.startsWith("DELIMITER ")) {
        delimiter = line.substring("DELIMITER ".length()).strip();
      } else if (!line.startsWith("--") && !(line.isBlank() && current.isEmpty())) {
        current.append(line).append('\n');
        if (line.stripTrailing().endsWith(delimiter)) {
          statements.add(withoutEnd(current.toString().strip(), delimiter));
          current.setLength(0);
        }
      }
    }
    if (!current.toString().isBlank()) {
      statements.add(current.toString().strip());
    }
    return List.copyOf(statements);
  }

  private static String withoutEnd(String statement, String delimiter) {
    return statement.substring(0, statement.length() - delimiter.length());
  }
}
