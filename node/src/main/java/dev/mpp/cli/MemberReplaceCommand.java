package dev.mpp.cli;

import dev.mpp.proto.v1.ChangeMemberRequest.Change;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "replace",
    mixinStandardHelpOptions = true,
    description = {
      "Lets a site vote with a new storage in place of the one that it lost, in one step.",
      "Before: start it with --join on an empty data-dir. The lost storage counts nowhere any more,"
          + " even if it comes back. Also the way to another address: change it in mpp.yml of every"
          + " site first.",
    },
    footer = {
      "",
      "Example:",
      "  mpp member replace site3 --reason \"disk replaced\"",
      "",
      "Exit status: 0 agreed, 1 refused or not confirmed, 2 wrong usage, 3 no node can be reached.",
    })
final class MemberReplaceCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "SITE", description = "Name of the site or witness.")
  private String site = "";

  @Mixin private Who who = new Who();

  MemberReplaceCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    MemberOrders.send(cli, Change.CHANGE_REPLACE, site, false, who, "mpp member replace");
  }
}
