package dev.mpp.cli;

import dev.mpp.proto.v1.JournalPage;
import dev.mpp.proto.v1.JournalRequest;
import dev.mpp.proto.v1.StatusRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "journal",
    mixinStandardHelpOptions = true,
    description = "Prints the newest journal entries of a node, oldest first.",
    footer = {
      "",
      "(by NAME) at the end: an operator ordered it; without it the node acted by itself.",
      "Examples:",
      "  mpp journal -n 100",
      "  mpp journal --json -n 1000 | jq 'select(.kind == \"operator\")'",
    })
final class JournalCommand implements Runnable {
  private final Cli cli;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "COUNT",
      defaultValue = "20",
      description = "How many, at most 1000 (default: ${DEFAULT-VALUE}).")
  private int lines = 20;

  @Option(
      names = "--after",
      paramLabel = "SEQUENCE",
      defaultValue = "-1",
      description = "Start behind this entry instead.")
  private long after = -1;

  @Option(
      names = "--json",
      description =
          "Print one JSON object a line: sequence, at_ms, kind, subject, epoch, text, user.")
  private boolean json;

  JournalCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    Cli.positive("--lines", lines);
    JournalPage page =
        cli.nodes()
            .ask(
                stub -> {
                  long from =
                      after >= 0
                          ? after
                          : stub.status(StatusRequest.getDefaultInstance()).getLastEventSequence()
                              - lines;
                  return stub.journal(
                      JournalRequest.newBuilder()
                          .setAfter(Math.max(0, from))
                          .setMax(lines)
                          .build());
                });
    page.getEntriesList()
        .forEach(
            e ->
                cli.terminal()
                    .out()
                    .println(
                        json ? Json.line(Json.of(e)) : WatchLines.entry(e, cli.terminal(), true)));
  }
}
