package dev.mpp.cli;

import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.PeerStatus;
import dev.mpp.proto.v1.ServiceStatus;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import dev.mpp.proto.v1.TakeoverRequest;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "takeover",
    mixinStandardHelpOptions = true,
    description = {
      "Pair mode: makes the asked site take a service over from the other site, which is silent and"
          + " of which nothing proves that it is gone.",
      "If the other site is still serving, two sites become writable and their data diverges. Make"
          + " sure first, by other means: call there, cut its power, unplug it.",
    },
    footer = {
      "",
      "It shows what is known, and asks you to type the service's name. It is refused while the other"
          + " site is heard, and when this site cannot serve. The journal and the ledger keep who"
          + " forced it and why; the other site reads it there when the two meet again.",
      "",
      "Examples:",
      "  mpp --node 10.2.0.10:7402 takeover mysql.eraser.com --force --reason \"site1 burnt down\"",
      "",
      "Exit status: 0 begun (mpp watch shows the rest), 1 refused, 2 wrong usage, 3 unreachable.",
    })
final class TakeoverCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "SERVICE", description = "Name of the service.")
  private String service = "";

  @Option(names = "--force", required = true, description = "Required: there is no other way.")
  private boolean force;

  @Mixin private Who who = new Who();

  TakeoverCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    String reason = who.needReason("mpp takeover");
    StatusReply status = cli.nodes().ask(stub -> stub.status(StatusRequest.getDefaultInstance()));
    ServiceStatus known =
        status.getServicesList().stream()
            .filter(s -> s.getService().equals(service))
            .findFirst()
            .orElseThrow(() -> CliFailure.refused("no service " + Text.clean(service) + " there"));
    show(status, known);
    TakeoverRequest request =
        TakeoverRequest.newBuilder()
            .setService(service)
            .setConfirmed(typed())
            .setReason(reason)
            .setUser(who.user())
            .build();
    OrderReply reply = cli.nodes().ask(stub -> stub.takeover(request));
    Answers.print(cli.terminal(), reply);
  }

  private void show(StatusReply status, ServiceStatus s) {
    String here = status.getLocal().getSite();
    line(here + " would take " + s.getService() + " over. What " + here + " knows:");
    line(
        "  epoch %d, held by %s%s"
            .formatted(
                s.getEpoch(),
                s.getHolder().isEmpty() ? "nobody" : s.getHolder(),
                s.getServing() ? ", which was serving" : ""));
    for (PeerStatus p : status.getPeersList()) {
      line(
          "  %s %s"
              .formatted(
                  p.getSite(),
                  p.hasHeardAgeMillis()
                      ? "was heard " + Text.duration(p.getHeardAgeMillis()) + " ago"
                      : "was never heard since this node started"));
    }
    line("  " + s.getSentence());
    line(
        s.getInSyncList().contains(here)
            ? "  " + here + " had every acknowledged write when it was stated last"
            : "  acknowledged writes that did not reach " + here + " are lost to clients");
    line("If the other site still serves, both accept writes and their data diverges.");
  }

  private String typed() {
    cli.terminal().print("Type the service's name to go on: ");
    try {
      String line = cli.terminal().in().readLine();
      if (line == null || !line.strip().equals(service)) {
        throw CliFailure.refused("not confirmed; nothing was done");
      }
      return line.strip();
    } catch (IOException e) {
      throw CliFailure.refused("nothing could be read from the terminal: " + e.getMessage());
    }
  }

  private void line(String text) {
    cli.terminal().out().println(Text.clean(text));
  }
}
