package dev.mpp.cli;

import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.PauseRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "pause",
    mixinStandardHelpOptions = true,
    description = {
      "Keeps the roles of a service where they are, at every site, until mpp resume.",
      "Polling, checks, fencing and the lease go on: a server whose site loses the lease is still"
          + " fenced. What stops is every move: no failover, no failback, no replication started.",
      "If the ACTIVE server fails while paused, nobody takes over: end the pause soon.",
    },
    footer = {
      "",
      "It is agreed like every role: any node of any site may be asked, and the answer comes when a"
          + " majority has it. The node's status shows PAUSED, by whom and why; the gauge"
          + " mpp_service_paused is 1.",
      "",
      "Examples:",
      "  mpp pause --reason \"switch firmware\"                 the only service",
      "  mpp pause mysql.eraser.com --reason \"schema change\"",
      "  mpp pause --all --reason \"power test\"",
      "",
      "Exit status: 0 in force, 1 refused or not confirmed in time, 2 wrong usage, 3 unreachable.",
    })
final class PauseCommand implements Runnable {
  private final Cli cli;

  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..1",
      description = "Name of the service; may be left out when there is one only.")
  private String service = "";

  @Option(names = "--all", description = "Every service.")
  private boolean all;

  @Mixin private Who who = new Who();

  PauseCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    PauseRequest request =
        PauseRequest.newBuilder()
            .setService(service)
            .setAll(all)
            .setOn(true)
            .setReason(who.needReason("mpp pause"))
            .setUser(who.user())
            .build();
    OrderReply reply = cli.nodes().ask(stub -> stub.pause(request));
    Answers.print(cli.terminal(), reply);
  }
}
