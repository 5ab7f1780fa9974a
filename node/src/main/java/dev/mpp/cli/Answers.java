package dev.mpp.cli;

import dev.mpp.proto.v1.OrderReply;
import java.util.List;

/** Prints what became of an order, one line each. */
final class Answers {
  private Answers() {}

  /**
   * @throws CliFailure when one of several was refused; the lines of the others are printed
   */
  static void print(Terminal terminal, OrderReply reply) {
    List<String> refused =
        reply.getLinesList().stream().filter(l -> l.startsWith("ERROR: ")).toList();
    reply.getLinesList().stream()
        .filter(l -> !l.startsWith("ERROR: "))
        .forEach(l -> print(terminal, l));
    if (!refused.isEmpty()) {
      throw CliFailure.refused(
          "refused: "
              + String.join(
                  "; ", refused.stream().map(l -> l.substring("ERROR: ".length())).toList()));
    }
  }

  /** An answer of the brain may have a line for each node. */
  static void print(Terminal terminal, String text) {
    text.lines().forEach(line -> terminal.out().println(Text.clean(line)));
  }
}
