package dev.mpp.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.proto.v1.TestCheckpointReply;
import dev.mpp.proto.v1.TestCheckpointRequest;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "test",
    mixinStandardHelpOptions = true,
    description = {
      "Probes a checkpoint once, now, from the asked site, and prints OK or FAIL, the time it took and"
          + " what answered.",
      "The result counts nowhere.",
    },
    footer = {
      "",
      "It takes the checkpoint's time-out and a second at most, whatever --timeout says.",
      "",
      "Examples:",
      "  mpp checkpoint test external:http:www.example.com:default",
      "  mpp checkpoint test edge:simple:10.1.0.254:22",
      "",
      "Exit status: 0 OK, 1 FAIL or refused, 2 wrong usage, 3 no node can be reached.",
    })
final class CheckpointTestCommand implements Callable<Integer> {
  /** The longest time-out a profile may have, the probe's own second, and the way back. */
  private static final long LONGEST_PROBE_SECONDS = 63;

  private final Cli cli;

  @Parameters(
      paramLabel = "CHECKPOINT",
      description = "class:method:target:profile, as mpp checkpoint list prints it.")
  private String checkpoint = "";

  @Option(names = "--json", description = "Print one JSON object instead.")
  private boolean json;

  CheckpointTestCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    TestCheckpointRequest request =
        TestCheckpointRequest.newBuilder().setCheckpoint(checkpoint).build();
    TestCheckpointReply reply =
        cli.nodes()
            .on(
                stub ->
                    stub.withDeadlineAfter(LONGEST_PROBE_SECONDS, TimeUnit.SECONDS)
                        .testCheckpoint(request));
    cli.terminal().print(json ? json(reply) : line(reply));
    return reply.getOk() ? 0 : Cli.REFUSED;
  }

  private static String line(TestCheckpointReply r) {
    String text =
        String.format(
            Locale.ROOT,
            "%s %s after %.1f ms%s",
            r.getOk() ? "OK" : "FAIL",
            r.getCheckpoint(),
            r.getMicros() / 1000.0,
            r.getMessage().isEmpty() ? "" : ": " + r.getMessage());
    return Text.clean(text) + "\n";
  }

  private static String json(TestCheckpointReply r) {
    ObjectNode o = Json.object();
    o.put("checkpoint", r.getCheckpoint());
    o.put("ok", r.getOk());
    o.put("us", r.getMicros());
    o.put("message", r.getMessage());
    return Json.pretty(o);
  }
}
