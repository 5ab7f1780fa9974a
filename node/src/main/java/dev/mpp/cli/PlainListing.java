package dev.mpp.cli;

import dev.mpp.proto.v1.NodeView;
import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.SiteView;
import dev.mpp.proto.v1.StatusReply;
import java.util.List;
import java.util.StringJoiner;

/**
 * Every site's nodes and checkpoints, one a line, empty cells as {@code -}; what is old is marked.
 */
final class PlainListing {
  private PlainListing() {}

  static String render(StatusReply reply, Terminal terminal) {
    Table table =
        new Table(
            "SITE",
            "SERVICE",
            "T",
            "SERVER",
            "REQ",
            "LAST REQUEST",
            "STATUS",
            "STATE",
            "FLAGS",
            "MESSAGE");
    Shown.of(reply).forEach(site -> site(table, site, terminal));
    return table.render();
  }

  private static void site(Table table, Shown shown, Terminal terminal) {
    SiteView site = shown.view();
    for (PoolView pool : site.getPoolsList()) {
      pool.getNodesList()
          .forEach(
              n ->
                  table.row(
                      List.of(
                          site.getSite(),
                          pool.getService(),
                          Names.letter(n.getType()),
                          Text.hostPort(n.getHost(), n.getPort()),
                          req(n.getReq()),
                          terminal.time(n.getLastWallMillis()).replace(' ', 'T'),
                          Names.of(n.getStatus()),
                          shown.state(n.getState()),
                          flags(n),
                          shown.message(overridden(n) + n.getMessage() + closed(n)))));
    }
    site.getCheckpointsList()
        .forEach(
            c ->
                table.row(
                    List.of(
                        site.getSite(),
                        "",
                        "C",
                        c.getSpec(),
                        req(c.getReq()),
                        terminal.time(c.getLastWallMillis()).replace(' ', 'T'),
                        Names.of(c.getStatus()),
                        "",
                        "",
                        shown.message(c.getMessage()))));
  }

  /** One word without spaces, so that the columns can be counted. */
  private static String flags(NodeView n) {
    StringJoiner flags = new StringJoiner(",");
    if (n.hasOverride()) {
      flags.add("override");
    }
    if (n.getSkipped() > 0) {
      flags.add("skipped=" + n.getSkipped());
    }
    return flags.toString();
  }

  private static String closed(NodeView n) {
    String by = n.getFacts().getLoginsClosed();
    return by.isEmpty() ? "" : " (" + by + ")";
  }

  private static String overridden(NodeView n) {
    return n.hasOverride() ? "[override " + OverrideText.of(n) + "] " : "";
  }

  private static String req(int req) {
    return req < 0 ? "" : Integer.toString(req);
  }
}
