package dev.mpp.cli;

import dev.mpp.proto.v1.ChangeMemberRequest.Change;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "add",
    mixinStandardHelpOptions = true,
    description = {
      "Adds a site or a witness to the ledger's voters.",
      "Before: list it in mpp.yml of every site, and start it with --join on an empty data-dir.",
    },
    footer = {
      "",
      "Example:",
      "  mpp member add site4 --reason \"fourth site\"",
      "",
      "Exit status: 0 agreed, 1 refused or not confirmed, 2 wrong usage, 3 no node can be reached.",
    })
final class MemberAddCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "SITE", description = "Name of the site or witness.")
  private String site = "";

  @Mixin private Who who = new Who();

  MemberAddCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    MemberOrders.send(cli, Change.CHANGE_ADD, site, false, who, "mpp member add");
  }
}
