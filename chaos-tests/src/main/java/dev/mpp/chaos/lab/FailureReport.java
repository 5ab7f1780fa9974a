package dev.mpp.chaos.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * What came of every failure.
 *
 * @param server version of the servers
 * @param wanted how many runs were asked for, of all failures together
 */
record FailureReport(String server, int wanted, List<FailureRun> runs) {
  private static final int MESSAGE = 110;

  FailureReport {
    runs = List.copyOf(runs);
  }

  boolean passed() {
    return runs.size() == wanted && runs.stream().allMatch(run -> run.findings().passed());
  }

  private Map<Failure, List<FailureRun>> byFailure() {
    Map<Failure, List<FailureRun>> groups = new LinkedHashMap<>();
    runs.forEach(run -> groups.computeIfAbsent(run.failure(), _ -> new ArrayList<>()).add(run));
    return groups;
  }

  private static Map<String, Function<FailureRun, OptionalLong>> figures() {
    Map<String, Function<FailureRun, OptionalLong>> figures = new LinkedHashMap<>();
    figures.put("noticedMs", FailureRun::noticedMs);
    figures.put("namedMs", FailureRun::namedMs);
    figures.put("fencedMs", FailureRun::fencedMs);
    figures.put("promotedMs", FailureRun::promotedMs);
    return figures;
  }

  /** One JSON object on one line; a figure that never happened is null. */
  String toJson() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("script", "failures");
    root.put("server", server);
    root.put("verdict", passed() ? "pass" : "fail");
    ArrayNode list = root.putArray("runs");
    for (FailureRun run : runs) {
      ObjectNode node = list.addObject();
      node.put("failure", run.failure().label());
      node.put("seed", run.seed());
      figures()
          .forEach(
              (name, figure) -> {
                OptionalLong value = figure.apply(run);
                if (value.isPresent()) {
                  node.put(name, value.getAsLong());
                } else {
                  node.putNull(name);
                }
              });
      node.put("named", run.named());
      node.put("fenced", run.fenced());
      node.put("end", run.end());
      node.put("ackedRows", run.findings().ackedRows());
      node.put("ackedRowsLost", run.findings().ackedRowsLost());
      node.put("dualWritableMs", run.findings().dualWritableMs());
      node.put("rebuilt", run.rebuilt());
      ArrayNode violations = node.putArray("violations");
      run.findings().violations().forEach(violations::add);
    }
    return root.toString();
  }

  /** A table for documents, a row for each failure; the median of several runs and the longest. */
  String toMarkdown() {
    StringBuilder text = new StringBuilder("Servers: " + server + "\n\n");
    text.append("| failure | told as | noticed | named | fenced | promoted | end |\n");
    text.append("|---|---|---|---|---|---|---|\n");
    byFailure()
        .forEach(
            (failure, group) ->
                text.append(
                    "| %s | `%s` | %s | %s | %s | %s | %s |\n"
                        .formatted(
                            failure.text(),
                            shortened(group.getFirst().named()).replace("|", "\\|"),
                            cell(group, FailureRun::noticedMs),
                            cell(group, FailureRun::namedMs),
                            cell(group, FailureRun::fencedMs) + how(group),
                            cell(group, FailureRun::promotedMs),
                            end(group))));
    return text.toString().stripTrailing();
  }

  private static String cell(List<FailureRun> group, Function<FailureRun, OptionalLong> figure) {
    Optional<Spread> spread = Spread.of(group.stream().map(figure).toList());
    return spread
        .map(
            s ->
                s.count() == 1
                    ? Long.toString(s.median())
                    : "%d (%d)".formatted(s.median(), s.max()))
        .orElse("-");
  }

  private static String how(List<FailureRun> group) {
    String how = group.getFirst().fenced();
    return how.isEmpty() || how.equals("read-only") ? "" : " (" + shortened(how) + ")";
  }

  private static String end(List<FailureRun> group) {
    List<String> ends = group.stream().map(FailureRun::end).distinct().toList();
    long failed = group.stream().filter(run -> !run.findings().passed()).count();
    return String.join(", ", ends)
        + (failed == 0 ? "" : "; **%d of %d FAILED**".formatted(failed, group.size()));
  }

  private static String shortened(String message) {
    return message.length() <= MESSAGE ? message : message.substring(0, MESSAGE) + " …";
  }

  /** A table for people, and what was wrong. */
  String toText() {
    StringBuilder text = new StringBuilder("\n");
    text.append(
        "failure               noticed     named    fenced  promoted  end             verdict\n");
    for (FailureRun run : runs) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-20s %6s ms %6s ms %6s ms %6s ms  %-14s  %s%n",
              run.failure().label(),
              figure(run.noticedMs()),
              figure(run.namedMs()),
              figure(run.fencedMs()),
              figure(run.promotedMs()),
              run.end(),
              run.findings().passed() ? "pass" : "FAIL"));
      if (!run.named().isEmpty()) {
        text.append("       told: ").append(shortened(run.named())).append('\n');
      }
      if (!run.fenced().isEmpty() && !run.fenced().equals("read-only")) {
        text.append("       fence: ").append(shortened(run.fenced())).append('\n');
      }
      run.findings()
          .violations()
          .forEach(violation -> text.append("       ! ").append(violation).append('\n'));
    }
    return text.append("failures, %s: %s".formatted(server, passed() ? "pass" : "FAIL")).toString();
  }

  private static String figure(OptionalLong figure) {
    return figure.isPresent() ? Long.toString(figure.getAsLong()) : "-";
  }
}
