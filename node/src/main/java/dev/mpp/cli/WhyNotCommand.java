package dev.mpp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.proto.v1.Guard;
import dev.mpp.proto.v1.WhyNotReply;
import dev.mpp.proto.v1.WhyNotRequest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "why-not",
    mixinStandardHelpOptions = true,
    description = {
      "Says why a site is not ACTIVE for a service: every guard that keeps it from being so now, each"
          + " with its remedy.",
      "Any node answers for any site: what it says comes from the site itself, with the age of that.",
    },
    footer = {
      "",
      "The weightiest guard comes first. The word before each is for scripts (docs/operations.md"
          + " lists them); a standby that is well has one, LEASE_HELD.",
      "",
      "Examples:",
      "  mpp why-not mysql.eraser.com site2",
      "  mpp why-not mysql.eraser.com site2 --json | jq -r '.guards[].kind'",
      "",
      "Exit status: 0 it is ACTIVE, or nothing keeps it from being so; 1 there are guards, or refused;"
          + " 2 wrong usage; 3 no node can be reached.",
    })
final class WhyNotCommand implements Callable<Integer> {
  private static final int COLUMNS = 100;

  private final Cli cli;

  @Parameters(index = "0", paramLabel = "SERVICE", description = "Name of the service.")
  private String service = "";

  @Parameters(index = "1", paramLabel = "SITE", description = "Name of the site.")
  private String site = "";

  @Option(names = "--json", description = "Print one JSON object instead.")
  private boolean json;

  WhyNotCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    WhyNotRequest request = WhyNotRequest.newBuilder().setService(service).setSite(site).build();
    WhyNotReply reply = cli.nodes().ask(stub -> stub.whyNot(request));
    cli.terminal().print(json ? Json.pretty(json(reply)) : text(reply, cli.terminal()));
    return reply.getGuardsCount() == 0 ? 0 : Cli.REFUSED;
  }

  private static String text(WhyNotReply r, Terminal terminal) {
    Paint paint = new Paint(terminal.colour());
    StringBuilder out = new StringBuilder();
    if (r.getInsecure()) {
      out.append(paint.warning("! " + Words.INSECURE)).append('\n');
    }
    String head = Text.clean(r.getSite() + " for " + r.getService() + ": " + verdict(r));
    String age = r.hasAgeMillis() ? " (said " + Text.duration(r.getAgeMillis()) + " ago)" : "";
    out.append(r.getGuardsCount() == 0 ? paint.good(head) : paint.bold(head));
    out.append(r.getStale() ? paint.warning(age) : age)
        .append(r.getGuardsCount() == 0 ? "" : ":")
        .append('\n');
    guards(out, paint, r.getGuardsList(), 2);
    return out.toString();
  }

  private static String verdict(WhyNotReply r) {
    String role =
        r.getActiveSite().isEmpty()
            ? "nobody is ACTIVE"
            : r.getActiveSite() + " is, in epoch " + r.getEpoch();
    if (r.getActive()) {
      return "it is ACTIVE in epoch "
          + r.getEpoch()
          + (r.getServing() ? ", serving" : ", not serving yet");
    }
    return r.getGuardsCount() == 0
        ? "nothing keeps it from being ACTIVE; " + role
        : "not ACTIVE; " + role;
  }

  /** A line for what, a line for the remedy, wrapped. */
  static void guards(StringBuilder out, Paint paint, List<Guard> guards, int indent) {
    String margin = " ".repeat(indent);
    for (Guard g : guards) {
      String kind = Names.of(g.getKind());
      List<String> what = Text.wrap(kind + "  " + Text.clean(g.getWhat()), COLUMNS - indent);
      out.append(margin)
          .append(paint.bad(kind))
          .append(what.getFirst().substring(Math.min(kind.length(), what.getFirst().length())))
          .append('\n');
      what.stream().skip(1).forEach(l -> out.append(margin).append("  ").append(l).append('\n'));
      Text.wrap("-> " + Text.clean(g.getRemedy()), COLUMNS - indent - 4)
          .forEach(l -> out.append(margin).append("    ").append(l).append('\n'));
    }
  }

  private static ObjectNode json(WhyNotReply r) {
    ObjectNode o = Json.object();
    o.put("service", r.getService());
    o.put("site", r.getSite());
    o.put("active", r.getActive());
    o.put("serving", r.getActive() && r.getServing());
    o.put("active_site", r.getActiveSite().isEmpty() ? null : r.getActiveSite());
    o.put("epoch", r.getEpoch());
    o.put("asked_site", r.getAskedSite());
    o.put("insecure", r.getInsecure());
    o.put("stale", r.getStale());
    if (r.hasAgeMillis()) {
      o.put("age_ms", r.getAgeMillis());
    } else {
      o.putNull("age_ms");
    }
    o.put("reason", r.getReason());
    guards(o.putArray("guards"), r.getGuardsList());
    return o;
  }

  static void guards(ArrayNode array, List<Guard> guards) {
    for (Guard g : guards) {
      ObjectNode each = array.addObject();
      each.put("kind", Names.of(g.getKind()));
      each.put("what", g.getWhat());
      each.put("remedy", g.getRemedy());
    }
  }
}
