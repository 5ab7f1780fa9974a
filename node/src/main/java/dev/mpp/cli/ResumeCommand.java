package dev.mpp.cli;

import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.PauseRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = {
      "Ends mpp pause: MPP moves the roles by itself again.",
      "What was due meanwhile happens now: look at mpp status before.",
    },
    footer = {
      "",
      "Examples:",
      "  mpp resume                        the only service",
      "  mpp resume mysql.eraser.com --reason \"done\"",
      "  mpp resume --all",
      "",
      "Exit status: 0 in force, 1 refused or not confirmed in time, 2 wrong usage, 3 unreachable.",
    })
final class ResumeCommand implements Runnable {
  private final Cli cli;

  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..1",
      description = "Name of the service; may be left out when there is one only.")
  private String service = "";

  @Option(names = "--all", description = "Every service.")
  private boolean all;

  @Mixin private Who who = new Who();

  ResumeCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    PauseRequest request =
        PauseRequest.newBuilder()
            .setService(service)
            .setAll(all)
            .setReason(who.reason())
            .setUser(who.user())
            .build();
    OrderReply reply = cli.nodes().ask(stub -> stub.pause(request));
    Answers.print(cli.terminal(), reply);
  }
}
