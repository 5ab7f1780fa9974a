package dev.mpp.chaos.check;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the role left one server and came to the other, in milliseconds from the fault; a figure is
 * empty when it never happened.
 *
 * @param byNameMs first acknowledgement at the new server to a writer that follows DNS
 * @param byNameAllMs until each writer that follows DNS had one
 * @param lastWriteMs last write that the old server acknowledged to anybody
 * @param readOnlyMs the old server answered, and was read-only; empty also when it did not answer
 *     until the fault was mended
 * @param returnedReadOnlyMs the same, counted from the mending
 */
public record Takeover(
    OptionalLong byNameMs,
    OptionalLong byNameAllMs,
    OptionalLong lastWriteMs,
    OptionalLong readOnlyMs,
    OptionalLong returnedReadOnlyMs) {

  /** Where no role went anywhere. */
  public static final Takeover NONE =
      new Takeover(
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty());

  /**
   * @param mendedAt when the fault was taken back
   */
  public static Takeover measure(History history, long mendedAt) {
    long fault = history.faultAt();
    List<Long> first = firstAtOther(history);
    Set<Integer> writers = new HashSet<>();
    history.acks().forEach(ack -> writers.add(ack.row().writer()));
    boolean all = first.size() == writers.size();
    return new Takeover(
        millis(first.stream().min(Long::compare), fault),
        millis(all ? first.stream().max(Long::compare) : Optional.empty(), fault),
        millis(lastAtOld(history), fault),
        millis(readOnly(history, fault).filter(at -> at - mendedAt < 0), fault),
        millis(readOnly(history, mendedAt), mendedAt));
  }

  /** For each writer that has one: its first acknowledgement at the new server after the fault. */
  private static List<Long> firstAtOther(History history) {
    return history.acks().stream()
        .filter(ack -> ack.server().equals(history.other()) && ack.done() >= history.faultAt())
        .collect(Collectors.toMap(ack -> ack.row().writer(), Ack::done, Math::min))
        .values()
        .stream()
        .toList();
  }

  private static Optional<Long> lastAtOld(History history) {
    return Stream.concat(
            history.allAcks().stream().map(Ack::attempt), history.probesBefore().stream())
        .filter(write -> write.accepted() && write.server().equals(history.before()))
        .map(Attempt::done)
        .max(Long::compare);
  }

  private static Optional<Long> readOnly(History history, long from) {
    return history.flagsBefore().stream()
        .filter(look -> look.outcome() == Attempt.Outcome.REFUSED && look.sent() - from >= 0)
        .map(Attempt::done)
        .min(Long::compare);
  }

  /** A little below 0 when the last write was before the fault. */
  private static OptionalLong millis(Optional<Long> at, long from) {
    return at.map(instant -> OptionalLong.of(Math.round((instant - from) / 1e6)))
        .orElse(OptionalLong.empty());
  }

  /** The old server writes nothing more and says so: the later of both. */
  public OptionalLong fencedMs() {
    return readOnlyMs.isEmpty() || lastWriteMs.isEmpty()
        ? readOnlyMs
        : OptionalLong.of(Math.max(readOnlyMs.getAsLong(), lastWriteMs.getAsLong()));
  }

  /**
   * What is wrong when the old server had to be read-only in time.
   *
   * @param budgetMs from the fault
   */
  public Collection<String> over(long budgetMs) {
    OptionalLong fenced = fencedMs();
    if (fenced.isEmpty()) {
      return List.of("the old ACTIVE was never seen read-only before the fault was mended");
    }
    return fenced.getAsLong() <= budgetMs
        ? List.of()
        : List.of(
            "the old ACTIVE was read-only %s ms after the fault and acknowledged its last write at %s ms; the budget is %d ms"
                .formatted(
                    readOnlyMs.getAsLong(),
                    lastWriteMs.isPresent() ? Long.toString(lastWriteMs.getAsLong()) : "-",
                    budgetMs));
  }
}
