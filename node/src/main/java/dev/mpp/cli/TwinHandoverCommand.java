package dev.mpp.cli;

import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.TwinHandoverRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "handover",
    mixinStandardHelpOptions = true,
    description = {
      "Lets the site's other instance act in the place of the asked one.",
      "Clients see nothing of it: the site keeps the role, the server stays writable. Ask the"
          + " instance that acts; mpp status shows which one that is.",
    },
    footer = {
      "",
      "Refused while the other instance is not there or not ready, and while a change of the site is"
          + " under way. A stop of the acting process (systemctl stop) hands over by itself.",
      "",
      "Example:",
      "  mpp twin handover --reason \"kernel update of lvs1\"",
      "",
      "Exit status: 0 begun (mpp status shows who acts), 1 refused, 2 wrong usage, 3 unreachable.",
    })
final class TwinHandoverCommand implements Runnable {
  private final Cli cli;

  @Mixin private Who who = new Who();

  TwinHandoverCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    TwinHandoverRequest request =
        TwinHandoverRequest.newBuilder().setReason(who.reason()).setUser(who.user()).build();
    OrderReply reply = cli.nodes().ask(stub -> stub.twinHandover(request));
    Answers.print(cli.terminal(), reply);
  }
}
