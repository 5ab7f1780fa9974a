package dev.mpp.chaos.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.chaos.check.Findings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * The result of a script.
 *
 * @param server version of the servers
 * @param wanted how many runs were asked for
 */
record LabReport(LabScript script, String server, int sites, int wanted, List<LabRun> runs) {

  LabReport {
    runs = List.copyOf(runs);
  }

  boolean passed() {
    return runs.size() == wanted
        && runs.stream().allMatch(run -> run.findings().passed())
        && missed().isEmpty();
  }

  /** From the fault to the first write at the new server, whose address is known. */
  static final String NEW_ACTIVE = "newActiveMs";

  private Map<String, Function<LabRun, OptionalLong>> figures() {
    Map<String, Function<LabRun, OptionalLong>> figures = new LinkedHashMap<>();
    figures.put(
        NEW_ACTIVE, run -> takeover(run) ? run.findings().newActiveMs() : OptionalLong.empty());
    figures.put("outageMs", run -> run.findings().outageMs());
    figures.put(
        "dnsChangeMs", run -> takeover(run) ? run.findings().dnsChangeMs() : OptionalLong.empty());
    figures.put("byNameMs", run -> run.takeover().byNameMs());
    figures.put("byNameAllMs", run -> run.takeover().byNameAllMs());
    figures.put("lastWriteMs", run -> run.takeover().lastWriteMs());
    figures.put("readOnlyMs", run -> run.takeover().readOnlyMs());
    figures.put("fencedMs", run -> run.takeover().fencedMs());
    if (!script.flagsCount()) {
      figures.put("returnedReadOnlyMs", run -> run.takeover().returnedReadOnlyMs());
    }
    figures.put("ledgerCaughtUpMs", run -> run.catchUp().ledgerMs());
    figures.put("peersHeardMs", run -> run.catchUp().peersMs());
    return figures;
  }

  private List<String> missed() {
    Map<String, Function<LabRun, OptionalLong>> figures = figures();
    return script.targets().stream()
        .flatMap(
            target ->
                Optional.ofNullable(figures.get(target.figure()))
                    .flatMap(figure -> target.missed(spread(figure)))
                    .stream())
        .toList();
  }

  private boolean takeover(LabRun run) {
    return script.takeover(runs.indexOf(run));
  }

  /** One JSON object on one line; a figure that never happened is null. */
  String toJson() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("script", script.label());
    root.put("server", server);
    root.put("sites", sites);
    root.put("verdict", passed() ? "pass" : "fail");
    ObjectNode spreads = root.putObject("figures");
    figures()
        .forEach(
            (name, figure) ->
                spread(figure)
                    .ifPresent(
                        spread ->
                            spreads
                                .putObject(name)
                                .put("count", spread.count())
                                .put("median", spread.median())
                                .put("p99", spread.p99())
                                .put("max", spread.max())));
    if (!script.targets().isEmpty()) {
      ArrayNode targets = root.putArray("missedTargets");
      missed().forEach(targets::add);
    }
    ArrayNode list = root.putArray("runs");
    for (LabRun run : runs) {
      Findings found = run.findings();
      ObjectNode node = list.addObject();
      node.put("seed", run.seed());
      node.put("fault", run.fault());
      figures().forEach((name, figure) -> put(node, name, figure.apply(run)));
      node.put("ackedRows", found.ackedRows());
      node.put("ackedRowsLost", found.ackedRowsLost());
      node.put("dualWritableMs", found.dualWritableMs());
      node.put("roleChanges", found.roleChanges());
      node.put("rebuilt", run.rebuilt());
      ArrayNode violations = node.putArray("violations");
      found.violations().forEach(violations::add);
    }
    return root.toString();
  }

  private Optional<Spread> spread(Function<LabRun, OptionalLong> figure) {
    return Spread.of(runs.stream().map(figure).toList());
  }

  private static void put(ObjectNode node, String name, OptionalLong figure) {
    if (figure.isPresent()) {
      node.put(name, figure.getAsLong());
    } else {
      node.putNull(name);
    }
  }

  /** A table for people, and what was wrong. */
  String toText() {
    StringBuilder text = new StringBuilder("\n");
    text.append(
        "run  fault                              new ACTIVE   by name    fenced    outage   ledger "
            + "   peers    acked  lost  dual  roles  verdict\n");
    int number = 0;
    for (LabRun run : runs) {
      Findings found = run.findings();
      text.append(
          String.format(
              Locale.ROOT,
              "%3d  %-34s %7s ms %6s ms %6s ms %6s ms %5s ms %5s ms %8d %5d %2d ms %6d  %s%n",
              ++number,
              run.fault(),
              figure(takeover(run) ? found.newActiveMs() : OptionalLong.empty()),
              figure(run.takeover().byNameMs()),
              figure(run.takeover().fencedMs()),
              figure(found.outageMs()),
              figure(run.catchUp().ledgerMs()),
              figure(run.catchUp().peersMs()),
              found.ackedRows(),
              found.ackedRowsLost(),
              found.dualWritableMs(),
              found.roleChanges(),
              found.passed() ? "pass" : "FAIL"));
      found
          .violations()
          .forEach(violation -> text.append("       ! ").append(violation).append('\n'));
    }
    figures()
        .forEach(
            (name, figure) ->
                spread(figure)
                    .ifPresent(
                        s ->
                            text.append(
                                String.format(
                                    Locale.ROOT,
                                    "%-18s median %6d  p99 %6d  max %6d  (%d runs)%n",
                                    name,
                                    s.median(),
                                    s.p99(),
                                    s.max(),
                                    s.count()))));
    text.append(
        "rebuilt after errant transactions: %d of %d runs%n"
            .formatted(runs.stream().filter(LabRun::rebuilt).count(), runs.size()));
    missed().forEach(target -> text.append("missed target: ").append(target).append('\n'));
    return text.append(
            "%s, %s, %d sites: %s"
                .formatted(script.label(), server, sites, passed() ? "pass" : "FAIL"))
        .toString();
  }

  private static String figure(OptionalLong figure) {
    return figure.isPresent() ? Long.toString(figure.getAsLong()) : "-";
  }
}
