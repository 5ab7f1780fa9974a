package dev.mpp.cli;

import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.UnsetNodeRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "unset",
    mixinStandardHelpOptions = true,
    description = {
      "Lifts every override of one MySQL server; it is what the polls say again.",
      "A server that was held in a state is judged anew from UNKNOWN. Without an override nothing"
          + " happens, and that is said.",
    },
    footer = {
      "",
      "Example:",
      "  mpp node unset 10.1.0.2:3306 --reason \"disk is well again\"",
      "",
      "Exit status: 0 lifted, 1 refused, 2 wrong usage, 3 no node can be reached.",
    })
final class NodeUnsetCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "HOST:PORT", description = "The MySQL server, as mpp list prints it.")
  private String node = "";

  @Option(
      names = "--pool",
      paramLabel = "NAME",
      description = "Needed when the server is in several pools.")
  private String pool = "";

  @Mixin private Who who = new Who();

  NodeUnsetCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    UnsetNodeRequest request =
        UnsetNodeRequest.newBuilder()
            .setNode(node)
            .setPool(pool)
            .setReason(who.reason())
            .setUser(who.user())
            .build();
    OrderReply reply = cli.nodes().ask(stub -> stub.unsetNode(request));
    Answers.print(cli.terminal(), reply);
  }
}
