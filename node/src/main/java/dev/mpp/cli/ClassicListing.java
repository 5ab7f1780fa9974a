package dev.mpp.cli;

import dev.mpp.proto.v1.CheckpointView;
import dev.mpp.proto.v1.NodeView;
import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.SiteView;

/** The listing of 2007, column for column; checkpoints follow the pools as type C. */
final class ClassicListing {
  private static final String HEAD =
      "T Server Name                     req  Time of Last Request  Status  State           Last"
          + " Status Message\n"
          + "- ------------------------------  ---  --------------------  ------- -------------- "
          + " -------------------\n";

  private ClassicListing() {}

  static String render(Shown shown, Terminal terminal) {
    SiteView site = shown.view();
    StringBuilder out = new StringBuilder(HEAD);
    for (PoolView pool : site.getPoolsList()) {
      out.append("* [ ").append(Text.clean(pool.getName())).append(" ] status=");
      out.append(Names.classic(pool.getStatus())).append('\n');
      for (NodeView node : pool.getNodesList()) {
        row(
            out,
            Names.letter(node.getType()),
            Text.hostPort(node.getHost(), node.getPort()),
            node.getReq(),
            terminal.time(node.getLastWallMillis()),
            Names.classic(node.getStatus()),
            shown.state(node.getState()),
            shown.message(node.getMessage()) + overridden(node));
      }
    }
    for (CheckpointView checkpoint : site.getCheckpointsList()) {
      row(
          out,
          "C",
          checkpoint.getSpec(),
          checkpoint.getReq(),
          terminal.time(checkpoint.getLastWallMillis()),
          Names.classic(checkpoint.getStatus()),
          "-",
          shown.message(checkpoint.getMessage()));
    }
    return out.toString();
  }

  private static String overridden(NodeView node) {
    return node.hasOverride() ? " [override " + OverrideText.of(node) + "]" : "";
  }

  private static void row(
      StringBuilder out,
      String type,
      String name,
      int req,
      String time,
      String status,
      String state,
      String message) {
    String line =
        type
            + " "
            + Text.left(Text.clean(name), 30)
            + "  "
            + Text.left(req < 0 ? "" : Integer.toString(req), 3)
            + "  "
            + Text.left(time, 20)
            + "  "
            + Text.left(status, 7)
            + " "
            + Text.left(state, 14)
            + "  "
            + Text.clean(message);
    out.append(line.stripTrailing()).append('\n');
  }
}
