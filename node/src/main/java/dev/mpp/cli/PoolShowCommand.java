package dev.mpp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.proto.v1.ConfiguredPool;
import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.StoredNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Shows one pool: its configuration in both forms of mpp.yml, its policies, and each node in"
          + " detail.",
      "A service with pools at several sites has each of them shown.",
    },
    footer = {
      "",
      "Example:",
      "  mpp pool show eraser_site1",
      "",
      "Exit status: 0 shown, 1 no such pool, 2 wrong usage, 3 no node can be reached.",
    })
final class PoolShowCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "POOL", description = "Name of a pool, or of a service.")
  private String pool = "";

  @Option(names = "--json", description = "Print one JSON object instead.")
  private boolean json;

  PoolShowCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    Pools pools = Pools.ask(cli);
    List<ConfiguredPool> meant =
        pools.configured().getPoolsList().stream()
            .filter(p -> p.getName().equals(pool) || p.getService().equals(name()))
            .toList();
    List<StoredNode> left = pools.leftovers().getOrDefault(pool, List.of());
    if (meant.isEmpty() && left.isEmpty()) {
      throw CliFailure.refused(
          "no pool or service "
              + Text.clean(pool)
              + "; there is "
              + String.join(", ", pools.rows().stream().map(Pools.Row::pool).distinct().toList()));
    }
    cli.terminal().print(json ? json(pools, meant, left) : text(pools, meant, left));
  }

  private String name() {
    return pool.toLowerCase(Locale.ROOT);
  }

  private String text(Pools pools, List<ConfiguredPool> meant, List<StoredNode> left) {
    StringBuilder out = new StringBuilder();
    for (ConfiguredPool p : meant) {
      out.append(out.isEmpty() ? "" : "\n");
      PoolSheet.append(out, p, pools.heard(p), pools.serves(p), cli.terminal());
    }
    left.forEach(s -> PoolSheet.append(out, s, cli.terminal()));
    return out.toString();
  }

  private static String json(Pools pools, List<ConfiguredPool> meant, List<StoredNode> left) {
    ObjectNode root = Json.object();
    ArrayNode all = root.putArray("pools");
    for (ConfiguredPool p : meant) {
      ObjectNode o = all.addObject();
      o.put("site", p.getSite());
      o.put("service", p.getService());
      o.put("pool", p.getName());
      o.put("line", p.getLine());
      o.put("yaml", p.getYaml());
      ObjectNode policies = o.putObject("policies");
      p.getPoliciesList().forEach(s -> policies.put(s.getKey(), s.getValue()));
      Optional<Pools.Heard> heard = pools.heard(p);
      o.put("stale", heard.map(h -> h.site().stale()).orElse(true));
      heard.ifPresent(h -> seen(o, h.pool(), h.site()));
    }
    ArrayNode stored = root.putArray("not_configured");
    for (StoredNode s : left) {
      ObjectNode o = stored.addObject();
      o.put("service", s.getService());
      o.put("pool", s.getPool());
      o.put("node", s.getNode());
      o.put("state", Names.of(s.getState()));
      o.put("status", Names.of(s.getStatus()));
      o.put("polled_at_ms", s.getLastWallMillis());
      o.put("override", s.getOverride());
    }
    return Json.pretty(root);
  }

  private static void seen(ObjectNode o, PoolView v, Shown site) {
    StatusJson.pool(o.putObject("seen"), v, site);
  }
}
