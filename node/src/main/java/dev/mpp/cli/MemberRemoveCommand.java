package dev.mpp.cli;

import dev.mpp.proto.v1.ChangeMemberRequest.Change;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "remove",
    mixinStandardHelpOptions = true,
    description = {
      "Takes a site or a witness out of the ledger's voters; if it runs, it ends.",
      "Refused when no majority of the others is connected, or the site holds a service.",
    },
    footer = {
      "",
      "Example:",
      "  mpp member remove site4 --reason \"given up\"",
      "",
      "Exit status: 0 agreed, 1 refused or not confirmed, 2 wrong usage, 3 no node can be reached.",
    })
final class MemberRemoveCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "SITE", description = "Name of the site or witness.")
  private String site = "";

  @Option(names = "--force", description = "Although the site holds a service.")
  private boolean force;

  @Mixin private Who who = new Who();

  MemberRemoveCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    MemberOrders.send(cli, Change.CHANGE_REMOVE, site, force, who, "mpp member remove");
  }
}
