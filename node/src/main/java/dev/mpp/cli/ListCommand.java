package dev.mpp.cli;

import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists pools, nodes and checkpoints, one a line, for eyes and for awk.")
final class ListCommand implements Runnable {
  private final Cli cli;

  @Option(
      names = "--classic",
      description = "The columns of 2007: the asked site's pools, status OK, OK_WARN or FAIL.")
  private boolean classic;

  ListCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    StatusReply reply = cli.nodes().ask(stub -> stub.status(StatusRequest.getDefaultInstance()));
    cli.warnInsecure(reply);
    cli.terminal()
        .print(
            classic
                ? ClassicListing.render(Shown.local(reply), cli.terminal())
                : PlainListing.render(reply, cli.terminal()));
  }
}
