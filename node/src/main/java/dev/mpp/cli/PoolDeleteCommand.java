package dev.mpp.cli;

import dev.mpp.proto.v1.DeletePoolRequest;
import dev.mpp.proto.v1.OrderReply;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description = {
      "Forgets what the asked node keeps on disk of a pool that is not in mpp.yml any more.",
      "That is the last condition of its servers and their overrides; the journal stays. A configured"
          + " pool is refused: take it out of mpp.yml and restart that site's MPP first.",
    },
    footer = {
      "",
      "Example:",
      "  mpp pool delete eraser_old --reason \"site closed\"",
      "",
      "Exit status: 0 forgotten, 1 refused, 2 wrong usage, 3 no node can be reached.",
    })
final class PoolDeleteCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "POOL", description = "As mpp pool list prints it.")
  private String pool = "";

  @Mixin private Who who = new Who();

  PoolDeleteCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    DeletePoolRequest request =
        DeletePoolRequest.newBuilder()
            .setPool(pool)
            .setReason(who.reason())
            .setUser(who.user())
            .build();
    OrderReply reply = cli.nodes().ask(stub -> stub.deletePool(request));
    Answers.print(cli.terminal(), reply);
  }
}
