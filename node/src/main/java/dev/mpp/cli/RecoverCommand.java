package dev.mpp.cli;

import dev.mpp.proto.v1.RecoverReply;
import dev.mpp.proto.v1.RecoverRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "recover",
    mixinStandardHelpOptions = true,
    description = {
      "Resets a failed MySQL server to UNKNOWN; MPP judges it anew from there.",
      "Ask a node of the site that the server belongs to. A server that has not failed is accepted"
          + " too and is judged anew; an ACTIVE one is fenced first, and the role may move: do that on"
          + " purpose only.",
    },
    footer = {
      "",
      "Examples:",
      "  mpp recover 10.1.0.2:3306 --reason \"disk replaced\"",
      "  mpp recover --pool eraser_site1 --reason \"power is back\"     every FAILED server of it",
      "",
      "It prints the level before and after, one line for each server:",
      "  OK: Cached level reset from OK/0 (FAILED_OFFLINE) to OK_WARN/0 (UNKNOWN) for 10.1.0.2:3306",
      "",
      "Exit status: 0 done, 1 refused, 2 wrong usage, 3 no node can be reached.",
    })
final class RecoverCommand implements Runnable {
  private final Cli cli;

  @Parameters(
      paramLabel = "HOST:PORT",
      arity = "0..1",
      description = "The MySQL server, as listed; without it, --pool.")
  private String node = "";

  @Option(
      names = "--pool",
      paramLabel = "NAME",
      description =
          "Every FAILED server of this pool; with a server, which pool is meant when it is in"
              + " several.")
  private String pool = "";

  @Mixin private Who who = new Who();

  RecoverCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    if (node.isEmpty() && pool.isEmpty()) {
      throw CliFailure.usage("recover what? give HOST:PORT, or --pool NAME for a whole pool");
    }
    RecoverRequest request =
        RecoverRequest.newBuilder()
            .setNode(node)
            .setPool(pool)
            .setReason(who.reason())
            .setUser(who.user())
            .build();
    RecoverReply reply = cli.nodes().ask(stub -> stub.recover(request));
    Answers.print(cli.terminal(), reply.getText());
  }
}
