package dev.mpp.chaos.sim;

import dev.mpp.cli.Terminal;
import dev.mpp.node.Main;
import java.util.Objects;
import picocli.CommandLine;

/** {@code ./mpp simulate}: the node's simulations, and those that need more than the node. */
public final class SimulateMain {
  private SimulateMain() {}

  public static void main(String[] args) {
    System.exit(commandLine(Terminal.system()).execute(args));
  }

  /** Every command there is, with {@code simulate lease}. */
  static CommandLine commandLine(Terminal terminal) {
    CommandLine all = Main.commandLine(terminal);
    Objects.requireNonNull(all.getSubcommands().get("simulate")).addSubcommand(new SimulateLease());
    return all;
  }
}
