package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.cli.Terminal;

/** {@code mpp}: the daemon ({@code mpp node}) and the operator's commands. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(Cli.commandLine(Terminal.system()).addSubcommand(new NodeCommand()).execute(args));
  }
}
