package dev.mpp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the pools of every site, one a line, and what is left of former ones.",
    footer = {
      "",
      "LOGIC: failover or cluster. STATUS: OK or FAIL, '?' behind it when the site is silent, '?'"
          + " alone when it was never heard. ACTIVE: the node that is ACTIVE.",
      "A pool that is kept on disk and not in mpp.yml any more has STATUS \"not configured\": mpp pool"
          + " delete forgets it.",
      "",
      "Exit status: 0 listed, 2 wrong usage, 3 no node can be reached.",
    })
final class PoolListCommand implements Runnable {
  private final Cli cli;

  @Option(names = "--json", description = "Print one JSON object instead.")
  private boolean json;

  PoolListCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    Pools pools = Pools.ask(cli);
    cli.terminal().print(json ? json(pools) : table(pools));
  }

  private static String table(Pools pools) {
    Table table = new Table("SITE", "SERVICE", "POOL", "LOGIC", "STATUS", "ACTIVE", "NODES");
    pools.rows().forEach(r -> table.row(r.cells()));
    return table.render();
  }

  private static String json(Pools pools) {
    ObjectNode root = Json.object();
    ArrayNode all = root.putArray("pools");
    for (Pools.Row r : pools.rows()) {
      ObjectNode o = all.addObject();
      o.put("site", r.site());
      o.put("service", r.service());
      o.put("pool", r.pool());
      o.put("configured", r.configured());
      o.put("logic", r.logic());
      o.put("status", r.status());
      o.put("stale", r.stale());
      ArrayNode active = o.putArray("active");
      r.active().forEach(active::add);
      ArrayNode nodes = o.putArray("nodes");
      r.nodes().forEach(nodes::add);
    }
    return Json.pretty(root);
  }
}
