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
 * The result of a campaign of switchovers.
 *
 * @param wanted how many runs were asked for
 * @param pauseP99 bound of the 99th percentile of the write pause, milliseconds; empty: each run
 *     has a bound of its own
 */
record MoveReport(String campaign, int wanted, OptionalLong pauseP99, List<MoveRun> runs) {

  MoveReport {
    runs = List.copyOf(runs);
  }

  boolean passed() {
    return runs.size() == wanted
        && runs.stream().allMatch(run -> run.findings().passed())
        && tooLong().isEmpty();
  }

  private Optional<String> tooLong() {
    return pauseP99.isEmpty()
        ? Optional.empty()
        : spread(MoveRun::pauseMs)
            .filter(pause -> pause.p99() > pauseP99.getAsLong())
            .map(
                pause ->
                    "the write pause has a 99th percentile of %d ms, allowed are %d"
                        .formatted(pause.p99(), pauseP99.getAsLong()));
  }

  private static Map<String, Function<MoveRun, OptionalLong>> figures() {
    Map<String, Function<MoveRun, OptionalLong>> figures = new LinkedHashMap<>();
    figures.put("pauseMs", MoveRun::pauseMs);
    figures.put("outageMs", run -> run.findings().outageMs());
    figures.put("writerMs", MoveRun::writerMs);
    return figures;
  }

  private Optional<Spread> spread(Function<MoveRun, OptionalLong> figure) {
    return Spread.of(runs.stream().map(figure).toList());
  }

  /** One JSON object on one line; a figure that never happened is null. */
  String toJson() {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("script", campaign);
    root.put("verdict", passed() ? "pass" : "fail");
    tooLong().ifPresent(what -> root.put("violation", what));
    ObjectNode spreads = root.putObject("figures");
    figures()
        .forEach(
            (name, figure) ->
                spread(figure)
                    .ifPresent(
                        s ->
                            spreads
                                .putObject(name)
                                .put("count", s.count())
                                .put("median", s.median())
                                .put("p99", s.p99())
                                .put("max", s.max())));
    ArrayNode list = root.putArray("runs");
    runs.forEach(run -> object(list.addObject(), run));
    return root.toString();
  }

  private static void object(ObjectNode node, MoveRun run) {
    Findings found = run.findings();
    node.put("seed", run.seed());
    node.put("plan", run.plan());
    node.put("met", run.met());
    node.put("end", run.end());
    figures()
        .forEach(
            (name, figure) -> {
              OptionalLong value = figure.apply(run);
              node.put(name, value.isPresent() ? Long.valueOf(value.getAsLong()) : null);
            });
    node.put("ackedRows", found.ackedRows());
    node.put("ackedRowsLost", found.ackedRowsLost());
    node.put("dualWritableMs", found.dualWritableMs());
    node.put("roleChanges", found.roleChanges());
    node.put("rebuilt", run.rebuilt());
    ArrayNode violations = node.putArray("violations");
    found.violations().forEach(violations::add);
  }

  /** A table for people, and what was wrong. */
  String toText() {
    StringBuilder text = new StringBuilder("\n");
    text.append(
        "run  plan                                   met          end            pause    outage    writer    acked  lost  dual  roles  verdict\n");
    int number = 0;
    for (MoveRun run : runs) {
      line(text, ++number, run);
    }
    figures().forEach((name, figure) -> spread(figure).ifPresent(s -> spread(text, name, s)));
    tooLong().ifPresent(what -> text.append("! ").append(what).append('\n'));
    text.append(
        "rebuilt after errant transactions: %d of %d runs%n"
            .formatted(runs.stream().filter(MoveRun::rebuilt).count(), runs.size()));
    return text.append("%s: %s".formatted(campaign, passed() ? "pass" : "FAIL")).toString();
  }

  private static void line(StringBuilder text, int number, MoveRun run) {
    Findings found = run.findings();
    text.append(
        String.format(
            Locale.ROOT,
            "%3d  %-38s %-12s %-12s %6s ms %6s ms %6s ms %8d %5d %2d ms %6d  %s%n",
            number,
            run.plan(),
            run.met(),
            run.end().isEmpty() ? "-" : run.end(),
            figure(run.pauseMs()),
            figure(found.outageMs()),
            figure(run.writerMs()),
            found.ackedRows(),
            found.ackedRowsLost(),
            found.dualWritableMs(),
            found.roleChanges(),
            found.passed() ? "pass" : "FAIL"));
    found.violations().forEach(what -> text.append("       ! ").append(what).append('\n'));
  }

  private static void spread(StringBuilder text, String name, Spread s) {
    text.append(
        String.format(
            Locale.ROOT,
            "%-9s median %6d  p99 %6d  max %6d  (%d runs)%n",
            name,
            s.median(),
            s.p99(),
            s.max(),
            s.count()));
  }

  private static String figure(OptionalLong figure) {
    return figure.isPresent() ? Long.toString(figure.getAsLong()) : "-";
  }
}
