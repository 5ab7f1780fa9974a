package dev.mpp.cli;

import dev.mpp.proto.v1.RecoverReply;
import dev.mpp.proto.v1.RecoverRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "recover",
    mixinStandardHelpOptions = true,
    description = {
      "Resets a failed node to UNKNOWN; MPP judges it anew from there.",
      "Ask a node of the site that the MySQL server belongs to."
    })
final class RecoverCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "NODE", description = "HOST:PORT of the MySQL server, as listed.")
  private String node = "";

  @Option(
      names = "--pool",
      paramLabel = "NAME",
      description = "Needed when the server is in several pools.")
  private String pool = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "For the journal.")
  private String reason = "";

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description = "Who asks, for the journal (default: you).")
  private String user = System.getProperty("user.name", "");

  RecoverCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    RecoverRequest request =
        RecoverRequest.newBuilder()
            .setNode(node)
            .setPool(pool)
            .setReason(reason)
            .setUser(user)
            .build();
    RecoverReply reply = cli.nodes().ask(stub -> stub.recover(request));
    cli.terminal().out().println(Text.clean(reply.getText()));
  }
}
