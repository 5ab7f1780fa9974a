package dev.mpp.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.proto.v1.FailoverOutcome;
import dev.mpp.proto.v1.PlanFailoverReply;
import dev.mpp.proto.v1.PlanFailoverRequest;
import dev.mpp.proto.v1.PlanStep;
import dev.mpp.proto.v1.SiteOutlook;
import dev.mpp.proto.v1.SitePart;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "failover",
    mixinStandardHelpOptions = true,
    description = {
      "Says what would happen to a service if sites were lost at this instant: who would take over,"
          + " after how long, what could be missing, and who could not, and why.",
      "It asks a node for what it and its peers know now; nothing is changed.",
    },
    footer = {
      "",
      "Lost means: nothing of the site runs, or nothing reaches it. A forecast by the live views: who"
          + " takes over is decided when it happens. The times are the worst by the configuration,"
          + " commits between the sites and the applying of received transactions apart.",
      "",
      "Examples:",
      "  mpp plan failover mysql.eraser.com --site-lost site1",
      "  mpp plan failover mysql.eraser.com --site-lost site1 --site-lost witness",
      "",
      "Exit status: 0 the service would have an ACTIVE site, 1 it would have none, or refused, 2 wrong"
          + " usage, 3 no node can be reached.",
    })
final class PlanFailoverCommand implements Callable<Integer> {
  private static final int COLUMNS = 100;

  private final Cli cli;

  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..1",
      description = "Name of the service; may be left out when there is one only.")
  private String service = "";

  @Option(
      names = "--site-lost",
      paramLabel = "SITE",
      required = true,
      description = "A site or witness that is lost; may be given several times.")
  private List<String> lost = new ArrayList<>();

  @Option(names = "--json", description = "Print one JSON object instead.")
  private boolean json;

  PlanFailoverCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    PlanFailoverRequest request =
        PlanFailoverRequest.newBuilder().setService(service).addAllLost(lost).build();
    PlanFailoverReply reply = cli.nodes().ask(stub -> stub.planFailover(request));
    cli.terminal().print(json ? Json.pretty(json(reply)) : text(reply));
    return reply.getNext().isEmpty() ? Cli.REFUSED : 0;
  }

  private String text(PlanFailoverReply r) {
    Paint paint = new Paint(cli.terminal().colour());
    StringBuilder out = new StringBuilder();
    if (r.getInsecure()) {
      out.append(paint.warning("! " + Words.INSECURE)).append('\n');
    }
    wrapped(out, 0, "If " + String.join(", ", lost) + " were lost now, " + r.getService() + ":");
    String sentence = Text.clean(r.getSentence());
    Text.wrap(sentence, COLUMNS - 2)
        .forEach(
            l ->
                out.append("  ")
                    .append(r.getNext().isEmpty() ? paint.bad(l) : paint.good(l))
                    .append('\n'));
    if (r.getStepsCount() > 0) {
      out.append('\n').append(paint.bold("HOW LONG, at worst")).append('\n');
      r.getStepsList().forEach(s -> step(out, s));
    }
    out.append('\n').append(paint.bold("SITES")).append('\n');
    r.getSitesList().forEach(s -> site(out, paint, s));
    out.append('\n').append(paint.bold("VOTERS")).append('\n');
    wrapped(
        out,
        2,
        "%d of %d would be left that reach each other; %d must agree"
            .formatted(r.getLeft(), r.getVoters(), r.getMajority()));
    section(out, paint, "DATA", r.getData());
    section(out, paint, "NAMES", r.getNames());
    if (r.getNotesCount() > 0) {
      out.append('\n');
      r.getNotesList().forEach(n -> note(out, paint, n));
    }
    return out.toString();
  }

  private static void note(StringBuilder out, Paint paint, String note) {
    Text.wrap("! " + Text.clean(note), COLUMNS)
        .forEach(l -> out.append(paint.warning(l)).append('\n'));
  }

  private static void section(StringBuilder out, Paint paint, String head, String text) {
    if (!text.isEmpty()) {
      out.append('\n').append(paint.bold(head)).append('\n');
      wrapped(out, 2, text);
    }
  }

  private static void wrapped(StringBuilder out, int indent, String text) {
    Text.wrap(Text.clean(text), COLUMNS - indent)
        .forEach(l -> out.append(" ".repeat(indent)).append(l).append('\n'));
  }

  private static void step(StringBuilder out, PlanStep s) {
    String time = String.format(Locale.ROOT, "%.1f s", s.getWorstMillis() / 1000.0);
    String head = "  " + Text.left(s.getName(), 13) + Text.right(time, 8) + "  ";
    List<String> lines = Text.wrap(Text.clean(s.getFormula()), COLUMNS - head.length());
    out.append(head).append(lines.getFirst()).append('\n');
    lines.stream()
        .skip(1)
        .forEach(l -> out.append(" ".repeat(head.length())).append(l).append('\n'));
  }

  private static void site(StringBuilder out, Paint paint, SiteOutlook s) {
    String part = Text.left(Names.of(s.getPart()), 8);
    String painted =
        switch (s.getPart()) {
          case SITE_PART_ACTIVE, SITE_PART_NEXT -> paint.good(part);
          case SITE_PART_LOST, SITE_PART_UNABLE -> paint.bad(part);
          case SITE_PART_SILENT -> paint.warning(part);
          case SITE_PART_WITNESS, SITE_PART_STANDBY, SITE_PART_UNSPECIFIED, UNRECOGNIZED -> part;
        };
    String more =
        (s.hasBehind() ? "  " + s.getBehind() + " transactions behind" : "")
            + (s.hasAgeMillis() && s.getPart() != SitePart.SITE_PART_LOST
                ? "  (said " + Text.duration(s.getAgeMillis()) + " ago)"
                : "");
    String line = "  " + Text.left(Text.clean(s.getSite()), 12) + " ";
    out.append(more.isEmpty() ? line + painted.stripTrailing() : line + painted + more);
    out.append('\n');
    WhyNotCommand.guards(out, paint, s.getGuardsList(), 6);
  }

  private ObjectNode json(PlanFailoverReply r) {
    ObjectNode o = Json.object();
    o.put("service", r.getService());
    ArrayNode gone = o.putArray("lost");
    lost.forEach(gone::add);
    o.put("outcome", Text.name(r.getOutcome(), "FAILOVER_OUTCOME_"));
    o.put("sentence", r.getSentence());
    o.put("active", r.getActive().isEmpty() ? null : r.getActive());
    o.put("next", r.getNext().isEmpty() ? null : r.getNext());
    boolean taken = r.getOutcome() == FailoverOutcome.FAILOVER_OUTCOME_TAKEN;
    if (taken) {
      o.put("worst_ms", r.getWorstMillis());
    } else {
      o.putNull("worst_ms");
    }
    ArrayNode steps = o.putArray("steps");
    for (PlanStep s : r.getStepsList()) {
      ObjectNode each = steps.addObject();
      each.put("step", s.getName());
      each.put("worst_ms", s.getWorstMillis());
      each.put("formula", s.getFormula());
    }
    o.put("voters", r.getVoters());
    o.put("majority", r.getMajority());
    o.put("left", r.getLeft());
    ArrayNode sites = o.putArray("sites");
    for (SiteOutlook s : r.getSitesList()) {
      ObjectNode each = sites.addObject();
      each.put("site", s.getSite());
      each.put("part", Names.of(s.getPart()));
      if (s.hasBehind()) {
        each.put("behind", s.getBehind());
      }
      if (s.hasAgeMillis()) {
        each.put("age_ms", s.getAgeMillis());
      }
      WhyNotCommand.guards(each.putArray("guards"), s.getGuardsList());
    }
    o.put("data", r.getData());
    o.put("names", r.getNames());
    ArrayNode notes = o.putArray("notes");
    r.getNotesList().forEach(notes::add);
    o.put("asked_site", r.getAskedSite());
    o.put("insecure", r.getInsecure());
    return o;
  }
}
