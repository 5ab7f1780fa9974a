package dev.mpp.cli;

import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Shows every service, site, pool, node and checkpoint on one screen.",
    footer = {
      "",
      "T: P primary, S secondary. REQ: consecutive failed polls. LAG: replication lag.",
      "What is shown of another site is what it last said of itself; a silent site is marked.",
    })
final class StatusCommand implements Runnable {
  private final Cli cli;

  @Option(
      names = "--json",
      description = "Print one JSON object instead; its fields are stable: more may be added.")
  private boolean json;

  @Option(names = "--wide", description = "Do not cut lines at 100 columns.")
  private boolean wide;

  StatusCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    StatusReply reply = cli.nodes().ask(stub -> stub.status(StatusRequest.getDefaultInstance()));
    cli.terminal()
        .print(json ? StatusJson.render(reply) : StatusScreen.render(reply, cli.terminal(), wide));
  }
}
