package dev.mpp.cli;

import dev.mpp.proto.v1.OrderSiteRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "drain",
    mixinStandardHelpOptions = true,
    description = {
      "Hands every role of the site to the best other site, by switchovers, and lets it take none.",
      "A service that no other site could take stays where it is, and is tried again each minute.",
    },
    footer = {
      "",
      "It stands until mpp site return SITE. Agreed like every role: any node may be asked.",
      "Example: mpp site drain site1 --reason \"power works\"",
      "Exit status: 0 in force, 1 refused or not confirmed in time, 2 wrong usage, 3 unreachable.",
    })
final class SiteDrainCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "SITE", description = "Name of the site, as mpp status shows it.")
  private String site = "";

  @Mixin private Who who = new Who();

  SiteDrainCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    SiteOrders.give(cli, site, OrderSiteRequest.Mode.DRAIN, who.needReason("mpp site drain"), who);
  }
}
