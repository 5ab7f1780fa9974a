package dev.mpp.chaos.script;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.chaos.check.Findings;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** The result of a script. */
public record Report(Script script, List<Run> runs) {

  public Report {
    runs = List.copyOf(runs);
  }

  /** One run. */
  public record Run(long seed, String fault, Findings findings) {}

  public boolean passed() {
    return !runs.isEmpty() && runs.stream().allMatch(run -> run.findings().passed());
  }

  /** One JSON object on one line; a figure that never happened is null. */
  public String toJson() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("script", script.label());
    root.put("verdict", passed() ? "pass" : "fail");
    ArrayNode list = root.putArray("runs");
    for (Run run : runs) {
      Findings found = run.findings();
      ObjectNode node = list.addObject();
      node.put("seed", run.seed());
      put(node, "outageMs", found.outageMs());
      put(node, "dnsChangeMs", found.dnsChangeMs());
      put(node, "newActiveMs", found.newActiveMs());
      node.put("ackedRows", found.ackedRows());
      node.put("ackedRowsLost", found.ackedRowsLost());
      node.put("dualWritableMs", found.dualWritableMs());
      node.put("roleChanges", found.roleChanges());
    }
    return root.toString();
  }

  private static void put(ObjectNode node, String name, OptionalLong figure) {
    if (figure.isPresent()) {
      node.put(name, figure.getAsLong());
    } else {
      node.putNull(name);
    }
  }

  /** A table for people, and what was wrong. */
  public String toText() {
    StringBuilder text = new StringBuilder("\n");
    text.append(
        "run  fault                 outage     DNS  new ACTIVE   acked  lost  dual  roles  verdict\n");
    int number = 0;
    for (Run run : runs) {
      Findings found = run.findings();
      text.append(
          String.format(
              Locale.ROOT,
              "%3d  %-18s %6s ms %4s ms %8s ms %7d %5d %2d ms %6d  %s%n",
              ++number,
              run.fault(),
              figure(found.outageMs()),
              figure(found.dnsChangeMs()),
              figure(found.newActiveMs()),
              found.ackedRows(),
              found.ackedRowsLost(),
              found.dualWritableMs(),
              found.roleChanges(),
              found.passed() ? "pass" : "FAIL"));
      found
          .violations()
          .forEach(violation -> text.append("       ! ").append(violation).append('\n'));
    }
    return text.append(script.label()).append(passed() ? ": pass" : ": FAIL").toString();
  }

  private static String figure(OptionalLong figure) {
    return figure.isPresent() ? Long.toString(figure.getAsLong()) : "-";
  }
}
