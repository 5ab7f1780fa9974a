package dev.mpp.cli;

import dev.mpp.proto.v1.OrderSiteRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "return",
    mixinStandardHelpOptions = true,
    description = {
      "Ends mpp site drain or mpp site maintenance: the site may take roles again.",
      "It moves nothing by itself, unless site-failback is configured.",
    },
    footer = {
      "",
      "Example: mpp site return site1",
      "Exit status: 0 in force, 1 refused or not confirmed in time, 2 wrong usage, 3 unreachable.",
    })
final class SiteReturnCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "SITE", description = "Name of the site, as mpp status shows it.")
  private String site = "";

  @Mixin private Who who = new Who();

  SiteReturnCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    SiteOrders.give(cli, site, OrderSiteRequest.Mode.NONE, who.reason(), who);
  }
}
