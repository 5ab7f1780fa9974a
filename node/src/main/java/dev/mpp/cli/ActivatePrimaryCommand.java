package dev.mpp.cli;

import dev.mpp.proto.v1.ActivatePrimaryRequest;
import dev.mpp.proto.v1.OrderReply;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "activate-primary",
    mixinStandardHelpOptions = true,
    description = {
      "Makes the PRIMARY of a pool of the asked site ACTIVE, if it is STANDBY.",
      "The node that is ACTIVE is fenced and steps down first. For node-failback: manual, or when"
          + " you do not want to wait for it.",
    },
    footer = {
      "",
      "It moves the role inside a site only; the site must hold the lease.",
      "",
      "Examples:",
      "  mpp activate-primary --reason \"disk replaced\"          the site's only pool",
      "  mpp activate-primary eraser_site1 --reason \"disk replaced\"",
      "",
      "Exit status: 0 begun (mpp watch shows the rest), 1 refused, 2 wrong usage, 3 unreachable.",
    })
final class ActivatePrimaryCommand implements Runnable {
  private final Cli cli;

  @Parameters(
      paramLabel = "POOL",
      arity = "0..1",
      description = "Pool or service; may be left out when the site has one pool only.")
  private String pool = "";

  @Mixin private Who who = new Who();

  ActivatePrimaryCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    ActivatePrimaryRequest request =
        ActivatePrimaryRequest.newBuilder()
            .setPool(pool)
            .setReason(who.reason())
            .setUser(who.user())
            .build();
    OrderReply reply = cli.nodes().ask(stub -> stub.activatePrimary(request));
    Answers.print(cli.terminal(), reply);
  }
}
