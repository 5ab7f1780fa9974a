package dev.mpp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.proto.v1.LinkView;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "peers",
    mixinStandardHelpOptions = true,
    description = {
      "Shows who hears whom: a row for what each site or witness says, a column for about whom.",
      "One-way and partial partitions are said in a sentence below.",
    },
    footer = {
      "",
      "DOWN 12s: not heard for that long; NEVER: not since it started. A row with OLD is what a silent"
          + " member said last, and its cells end with ?.",
      "FRESH: how old that member's replica of the ledger is; over a few seconds it has no majority.",
      "",
      "Exit status: 0 printed, 2 wrong usage, 3 no node can be reached.",
    })
final class PeersCommand implements Runnable {
  private final Cli cli;

  @Option(names = "--json", description = "Print one JSON object instead.")
  private boolean json;

  PeersCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    StatusReply reply = cli.nodes().ask(stub -> stub.status(StatusRequest.getDefaultInstance()));
    cli.terminal()
        .print(json ? Json.pretty(json(reply)) : PeersScreen.render(reply, cli.terminal()));
  }

  private static ObjectNode json(StatusReply reply) {
    PeerMatrix matrix = PeerMatrix.of(reply);
    List<String> findings = matrix.findings();
    ObjectNode o = Json.object();
    o.put("asked_site", reply.getLocal().getSite());
    o.put("at_ms", reply.getWallMillis());
    o.put("insecure", reply.getInsecure());
    o.put("whole", findings.isEmpty() && matrix.rows().stream().noneMatch(PeerMatrix.Row::stale));
    ArrayNode sentences = o.putArray("findings");
    findings.forEach(sentences::add);
    ArrayNode sites = o.putArray("sites");
    for (PeerMatrix.Row r : matrix.rows()) {
      ObjectNode each = sites.addObject();
      each.put("site", r.site());
      each.put("witness", r.witness());
      each.put("stale", r.stale());
      if (r.ageMillis() >= 0) {
        each.put("age_ms", r.ageMillis());
      }
      r.view().ifPresent(v -> StatusJson.agreement(each, v));
      ArrayNode links = each.putArray("links");
      r.view().stream()
          .flatMap(v -> v.getLinksList().stream())
          .forEach(l -> link(links.addObject(), l, r.heardAge(l)));
    }
    return o;
  }

  private static void link(ObjectNode o, LinkView l, long heardAge) {
    o.put("peer", l.getPeer());
    o.put("up", l.getUp());
    if (l.getRttMicros() >= 0) {
      o.put("rtt_us", l.getRttMicros());
    }
    if (heardAge >= 0) {
      o.put("heard_age_ms", heardAge);
    }
  }
}
