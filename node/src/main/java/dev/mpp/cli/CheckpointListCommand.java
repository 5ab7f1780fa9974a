package dev.mpp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.proto.v1.CheckpointsReply;
import dev.mpp.proto.v1.CheckpointsRequest;
import dev.mpp.proto.v1.ListedCheckpoint;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the asked site's checkpoints, one a line.",
    footer = {
      "",
      "STATUS counts like a server's: REQ consecutive failures. AGE: since the last result. EVERY and"
          + " WITHIN: its interval and time-out.",
      "What the other sites' checkpoints say is in mpp status.",
      "",
      "Exit status: 0 listed, 2 wrong usage, 3 no node can be reached.",
    })
final class CheckpointListCommand implements Runnable {
  private final Cli cli;

  @Option(names = "--json", description = "Print one JSON object instead.")
  private boolean json;

  CheckpointListCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    CheckpointsReply reply =
        cli.nodes().ask(stub -> stub.checkpoints(CheckpointsRequest.getDefaultInstance()));
    cli.terminal().print(json ? json(reply) : table(reply));
  }

  private static String table(CheckpointsReply reply) {
    Table table =
        new Table(
            "CHECKPOINT", "CLASS", "METHOD", "STATUS", "REQ", "AGE", "EVERY", "WITHIN", "MESSAGE");
    for (ListedCheckpoint c : reply.getCheckpointsList()) {
      table.row(
          List.of(
              c.getView().getSpec(),
              Names.of(c.getView().getKind()),
              c.getMethod(),
              c.hasAgeMillis() ? Names.of(c.getView().getStatus()) : "",
              Integer.toString(c.getView().getReq()),
              c.hasAgeMillis() ? Text.duration(c.getAgeMillis()) : "never",
              Text.duration(c.getIntervalMillis()),
              Text.duration(c.getTimeoutMillis()),
              c.getView().getMessage()));
    }
    return table.render();
  }

  private static String json(CheckpointsReply reply) {
    ObjectNode root = Json.object();
    ArrayNode all = root.putArray("checkpoints");
    for (ListedCheckpoint c : reply.getCheckpointsList()) {
      ObjectNode o = all.addObject();
      o.put("checkpoint", c.getView().getSpec());
      o.put("class", Names.of(c.getView().getKind()));
      o.put("method", c.getMethod());
      o.put("req", c.getView().getReq());
      o.put("status", Names.of(c.getView().getStatus()));
      o.put("message", c.getView().getMessage());
      if (c.hasAgeMillis()) {
        o.put("age_ms", c.getAgeMillis());
      }
      o.put("interval_ms", c.getIntervalMillis());
      o.put("timeout_ms", c.getTimeoutMillis());
    }
    return Json.pretty(root);
  }
}
