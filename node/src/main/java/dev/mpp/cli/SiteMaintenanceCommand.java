package dev.mpp.cli;

import dev.mpp.proto.v1.OrderSiteRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "maintenance",
    mixinStandardHelpOptions = true,
    description = {
      "Keeps a site from taking any role. What it holds it keeps (mpp site drain moves that away).",
      "If the ACTIVE site fails meanwhile this one does not take over, even if it is the last.",
    },
    footer = {
      "",
      "It stands until mpp site return SITE. Agreed like every role: any node may be asked.",
      "Example: mpp site maintenance site2 --reason \"new switches\"",
      "Exit status: 0 in force, 1 refused or not confirmed in time, 2 wrong usage, 3 unreachable.",
    })
final class SiteMaintenanceCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "SITE", description = "Name of the site, as mpp status shows it.")
  private String site = "";

  @Mixin private Who who = new Who();

  SiteMaintenanceCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    SiteOrders.give(
        cli, site, OrderSiteRequest.Mode.MAINTENANCE, who.needReason("mpp site maintenance"), who);
  }
}
