package dev.mpp.cli;

import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.PreferRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "prefer",
    mixinStandardHelpOptions = true,
    description = {
      "Says which site shall be ACTIVE when several are equally advanced; stands above the sites'"
          + " priority in mpp.yml.",
      "It moves nothing by itself, unless site-failback is configured: mpp switchover does.",
    },
    footer = {
      "",
      "Examples:",
      "  mpp prefer mysql.eraser.com site2 --reason \"new hardware\"",
      "  mpp prefer mysql.eraser.com --none",
      "",
      "Exit status: 0 in force, 1 refused or not confirmed in time, 2 wrong usage, 3 unreachable.",
    })
final class PreferCommand implements Runnable {
  private final Cli cli;

  @Parameters(index = "0", paramLabel = "SERVICE", description = "Name of the service.")
  private String service = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "SITE",
      description = "The preferred site; none with --none.")
  private String site = "";

  @Option(names = "--none", description = "No site is preferred any more.")
  private boolean none;

  @Mixin private Who who = new Who();

  PreferCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    if (none == !site.isEmpty()) {
      throw CliFailure.usage("mpp prefer SERVICE needs a SITE, or --none");
    }
    PreferRequest request =
        PreferRequest.newBuilder()
            .setService(service)
            .setSite(site)
            .setReason(who.reason())
            .setUser(who.user())
            .build();
    OrderReply reply = cli.nodes().ask(stub -> stub.prefer(request));
    Answers.print(cli.terminal(), reply);
  }
}
