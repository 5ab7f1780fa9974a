package dev.mpp.chaos.check;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** From a history to a verdict. Pure: the same history gives the same findings. */
public final class Judge {
  private Judge() {}

  public static Findings judge(History history, Expectation expectation) {
    OptionalLong outage =
        Outage.longest(history.acks(), history.faultAt()).stream()
            .mapToLong(gap -> millis(gap.nanos()))
            .findFirst();
    OptionalLong newActive = newActive(history, expectation);
    OptionalLong dnsChange = dnsChange(history, expectation);
    List<Ack> lost = LostRows.find(history.allAcks(), history.present());
    DualWritable.Result dual =
        DualWritable.measure(
            history.probesBefore(),
            history.probesOther(),
            history.allAcks().stream().map(Ack::attempt).toList());
    DualWritable.Result flags =
        DualWritable.measure(history.flagsBefore(), history.flagsOther(), List.of());
    int changes = RoleChanges.count(history.probesBefore(), history.probesOther());

    List<String> violations = new ArrayList<>();
    if (history.acks().isEmpty()) {
      violations.add("no write was acknowledged: nothing was tested");
    }
    if (!lost.isEmpty()) {
      violations.add(lost.size() + " acknowledged rows lost, the first: " + lost.getFirst().row());
    }
    if (dual.millis() > 0) {
      violations.add(
          "two servers accepted writes at the same time for at least %d ms (%d certain writes)"
              .formatted(dual.millis(), dual.hits()));
    }
    if (expectation.flagsCount() && flags.millis() > 0) {
      violations.add("neither server was read-only for at least %d ms".formatted(flags.millis()));
    }
    expectation.roleChanges().stream()
        .filter(limit -> changes > limit)
        .forEach(
            limit ->
                violations.add("the role changed %d times, allowed: %d".formatted(changes, limit)));
    if (expectation.holderStays()) {
      violations.addAll(fenced(history));
    }
    if (newActive.isEmpty()) {
      violations.add("no server accepted a write after the fault");
    }
    if (outage.isEmpty()) {
      violations.add("the writers never got an acknowledgement after the fault");
    }
    if (dnsChange.isEmpty()) {
      violations.add("DNS never gave the address of the new server");
    }
    expectation
        .newActiveWithin()
        .filter(limit -> newActive.isPresent() && newActive.getAsLong() > limit.toMillis())
        .ifPresent(
            limit ->
                violations.add(
                    "the new ACTIVE took %d ms, allowed are %d"
                        .formatted(newActive.getAsLong(), limit.toMillis())));
    expectation.fencedFrom().ifPresent(from -> violations.addAll(unfenced(history, from)));
    return new Findings(
        outage,
        dnsChange,
        newActive,
        history.allAcks().size(),
        lost.size(),
        expectation.flagsCount() ? Math.max(dual.millis(), flags.millis()) : dual.millis(),
        changes,
        violations);
  }

  private static OptionalLong newActive(History history, Expectation expectation) {
    Stream<Attempt> probes =
        expectation.takeover()
            ? history.probesOther().stream()
            : Stream.concat(history.probesBefore().stream(), history.probesOther().stream());
    return probes
        .filter(probe -> probe.accepted() && probe.sent() >= history.faultAt())
        .mapToLong(probe -> millis(probe.done() - history.faultAt()))
        .min();
  }

  private static OptionalLong dnsChange(History history, Expectation expectation) {
    return history.sightings().stream()
        .filter(seen -> seen.at() >= history.faultAt())
        .filter(
            seen ->
                seen.answer().equals(history.other())
                    || (!expectation.takeover() && seen.answer().equals(history.before())))
        .mapToLong(seen -> millis(seen.at() - history.faultAt()))
        .min();
  }

  private static List<String> fenced(History history) {
    return Stream.concat(history.probesBefore().stream(), history.flagsBefore().stream())
        .filter(
            look -> look.outcome() == Attempt.Outcome.REFUSED && look.sent() >= history.faultAt())
        .mapToLong(look -> millis(look.done() - history.faultAt()))
        .min()
        .stream()
        .mapToObj(ms -> "the ACTIVE was read-only %d ms after the fault".formatted(ms))
        .toList();
  }

  private static List<String> unfenced(History history, long from) {
    long count =
        history.probesBefore().stream()
            .filter(probe -> probe.accepted() && probe.sent() >= from)
            .count();
    return count == 0
        ? List.of()
        : List.of("the old ACTIVE accepted " + count + " writes when it should have stayed fenced");
  }

  private static long millis(long nanos) {
    return Math.round(nanos / 1e6);
  }
}
