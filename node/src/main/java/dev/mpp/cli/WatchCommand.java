package dev.mpp.cli;

import dev.mpp.proto.v1.StatusRequest;
import dev.mpp.proto.v1.WatchEvent;
import dev.mpp.proto.v1.WatchRequest;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "watch",
    mixinStandardHelpOptions = true,
    description =
        "Follows role changes, node changes and the journal, one line each, until Ctrl-C.",
    footer = {
      "",
      "A node that does not answer, at the beginning or later, is tried again every second, and the"
          + " others in turn."
    })
final class WatchCommand implements Runnable {
  private static final long RETRY_MILLIS = 1_000;

  private final Cli cli;

  @Option(
      names = "--after",
      paramLabel = "SEQUENCE",
      defaultValue = "-1",
      description = "First print the journal behind this entry.")
  private long after = -1;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "COUNT",
      defaultValue = "0",
      description = "Stop after so many lines (default: never).")
  private long lines;

  private long printed;
  private boolean connected;
  private String told = "";

  WatchCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    if (lines != 0) {
      Cli.positive("--lines", lines);
    }
    while (!enough()) {
      try {
        if (!connected) {
          cli.warnInsecure(
              cli.nodes().ask(stub -> stub.status(StatusRequest.getDefaultInstance())));
        }
        follow();
      } catch (CliFailure e) {
        if (e.exitCode() != Cli.UNREACHABLE) {
          throw e;
        }
        tell("mpp: " + e.getMessage() + "; trying again until Ctrl-C");
        pause();
      }
    }
  }

  /** Once, until it is another one or something came. */
  private void tell(String trouble) {
    if (!trouble.equals(told)) {
      told = trouble;
      cli.terminal().err().println(trouble);
      cli.terminal().err().flush();
    }
  }

  private boolean enough() {
    return lines > 0 && printed >= lines;
  }

  private void follow() {
    WatchRequest.Builder request = WatchRequest.newBuilder();
    if (after >= 0) {
      request.setAfter(after);
    }
    long ended =
        cli.nodes()
            .on(
                stub -> {
                  Iterator<WatchEvent> events = stub.watch(request.build());
                  try {
                    while (!enough() && events.hasNext()) {
                      connected = true;
                      told = "";
                      print(events.next());
                    }
                  } catch (StatusRuntimeException e) {
                    if (e.getStatus().getCode() == io.grpc.Status.Code.CANCELLED) {
                      return printed;
                    }
                    throw e;
                  }
                  return printed;
                });
    if (ended < lines || lines == 0) {
      pause();
    }
  }

  private void print(WatchEvent event) {
    if (event.hasEntry()) {
      after = Math.max(after, event.getEntry().getSequence());
    }
    cli.terminal().out().println(WatchLines.line(event, cli.terminal()));
    cli.terminal().out().flush();
    printed++;
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliFailure.refused("interrupted");
    }
  }
}
