package dev.mpp.cli;

import dev.mpp.proto.v1.Guard;
import dev.mpp.proto.v1.GuardKind;
import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.PeerStatus;
import dev.mpp.proto.v1.ServiceStatus;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import dev.mpp.proto.v1.TakeoverRequest;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "takeover",
    mixinStandardHelpOptions = true,
    description = {
      "Makes the asked site take a service over where MPP leaves that to an operator. Pair mode:"
          + " the other site is silent, and nothing proves that it is gone. rpo: bounded: the role"
          + " is free, and more would be lost than the bound allows (mpp why-not SERVICE SITE).",
      "Pair mode: if the other site is still serving, two sites become writable and their data"
          + " diverges. Make sure first, by other means: call there, cut its power, unplug it.",
    },
    footer = {
      "",
      "It shows what is known, with the transactions that would be lost, and asks you to type the"
          + " service's name. It is refused in pair mode while the other site is heard, otherwise"
          + " while a site holds the role; and when this site cannot serve. The journal and the"
          + " ledger keep who forced it and why; the other site reads it there when the two meet"
          + " again.",
      "",
      "Examples:",
      "  mpp --node 10.2.0.10:7402 takeover mysql.eraser.com --force --reason \"site1 burnt down\"",
      "",
      "Exit status: 0 begun (mpp watch shows the rest), 1 refused, 2 wrong usage, 3 unreachable.",
    })
final class TakeoverCommand implements Runnable {
  /** What an operator who forces a takeover decides about. */
  private static final Set<GuardKind> TELLING =
      Set.of(GuardKind.GUARD_KIND_RPO_BOUND, GuardKind.GUARD_KIND_UNPROVEN);

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
    Nodes nodes = cli.nodes();
    StatusReply status = nodes.ask(stub -> stub.status(StatusRequest.getDefaultInstance()));
    Nodes shown = nodes.answered();
    ServiceStatus known =
        status.getServicesList().stream()
            .filter(s -> s.getService().equals(service))
            .findFirst()
            .orElseThrow(() -> CliFailure.refused("no service " + Text.clean(service) + " there"));
    show(status, known);
    TakeoverRequest request =
        TakeoverRequest.newBuilder()
            .setService(service)
            .setSite(status.getLocal().getSite())
            .setConfirmed(typed())
            .setReason(reason)
            .setUser(who.user())
            .build();
    OrderReply reply = shown.ask(stub -> stub.takeover(request));
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
    List<Guard> guards =
        status.getLocal().getPoolsList().stream()
            .filter(p -> p.getService().equals(s.getService()))
            .flatMap(p -> p.getGuardsList().stream())
            .toList();
    guards.stream()
        .filter(g -> TELLING.contains(g.getKind()))
        .forEach(g -> line("  " + g.getWhat()));
    boolean agreed =
        guards.stream().anyMatch(g -> g.getKind() == GuardKind.GUARD_KIND_RPO_BOUND)
            && guards.stream().noneMatch(g -> g.getKind() == GuardKind.GUARD_KIND_UNPROVEN);
    line(
        agreed
            ? "No other site holds the role. What is named here is lost to clients, unless you take"
                + " it from the former server later."
            : "If the other site still serves, both accept writes and their data diverges.");
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
