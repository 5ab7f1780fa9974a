package dev.mpp.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** A command that only has subcommands. */
public final class Group {
  private Group() {}

  /**
   * @param description one line
   * @param subcommands annotated commands
   */
  public static CommandLine of(String name, String description, Object... subcommands) {
    CommandLine[] self = new CommandLine[1];
    Runnable missing =
        () -> {
          throw new ParameterException(self[0], "a subcommand is missing");
        };
    CommandSpec spec = CommandSpec.wrapWithoutInspection(missing).name(name);
    spec.mixinStandardHelpOptions(true);
    spec.usageMessage().description(description).synopsisSubcommandLabel("COMMAND");
    CommandLine group = new CommandLine(spec);
    self[0] = group;
    for (Object subcommand : subcommands) {
      group.addSubcommand(subcommand);
    }
    return group;
  }
}
