package dev.mpp.node;

import dev.mpp.core.plan.BrainCommand;
import dev.mpp.node.publish.CounterSource;
import dev.mpp.tls.Rejections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Everybody who was turned away, in the journal and as a counter. The first attempt of a source is
 * written at once; more of the same kind within {@link #WINDOW} become one entry with a count at
 * its end. Sources beyond {@link #SOURCES} at a time share an entry: a flood fills no disk.
 */
final class RejectedAttempts implements Rejections, CounterSource {
  static final Duration WINDOW = Duration.ofMinutes(1);
  static final int SOURCES = 64;
  static final String KIND = "rejected";
  private static final String OTHERS = "many others";

  private final Consumer<BrainCommand.Journal> journal;
  private final LongSupplier nanos;
  private final Map<String, AtomicLong> totals = new ConcurrentHashMap<>();
  private final Map<Attempt, Flood> floods = new LinkedHashMap<>();

  private record Attempt(String door, String source, String why) {}

  private record Flood(long since, long more) {}

  /**
   * @param journal writes an entry; must not block
   * @param nanos monotonic
   */
  RejectedAttempts(Consumer<BrainCommand.Journal> journal, LongSupplier nanos) {
    this.journal = journal;
    this.nanos = nanos;
  }

  @Override
  public void rejected(String door, String source, String why) {
    totals.computeIfAbsent(door, d -> new AtomicLong()).incrementAndGet();
    List<BrainCommand.Journal> entries = new ArrayList<>();
    synchronized (this) {
      entries.addAll(ended());
      Attempt attempt = new Attempt(door, source, why);
      if (!floods.containsKey(attempt) && floods.size() >= SOURCES) {
        attempt =
            new Attempt(door, OTHERS, "more than " + SOURCES + " kinds of attempts at a time");
      }
      Flood known = floods.get(attempt);
      floods.put(
          attempt,
          known == null
              ? new Flood(nanos.getAsLong(), 0)
              : new Flood(known.since(), known.more() + 1));
      if (known == null) {
        entries.add(entry(attempt, attempt.why()));
      }
    }
    entries.forEach(journal);
  }

  /** Writes what has become complete; to be called now and then. */
  void tick() {
    List<BrainCommand.Journal> entries;
    synchronized (this) {
      entries = ended();
    }
    entries.forEach(journal);
  }

  private List<BrainCommand.Journal> ended() {
    long now = nanos.getAsLong();
    List<BrainCommand.Journal> entries = new ArrayList<>();
    floods
        .entrySet()
        .removeIf(
            e -> {
              boolean over = now - e.getValue().since() >= WINDOW.toNanos();
              if (over && e.getValue().more() > 0) {
                entries.add(
                    entry(
                        e.getKey(),
                        "%d more within %d s: %s"
                            .formatted(e.getValue().more(), WINDOW.toSeconds(), e.getKey().why())));
              }
              return over;
            });
    return entries;
  }

  private static BrainCommand.Journal entry(Attempt attempt, String text) {
    return new BrainCommand.Journal(
        "", KIND, attempt.source(), "", "", 0, attempt.door() + ": " + text);
  }

  @Override
  public String name() {
    return "mpp.rejected.attempts";
  }

  @Override
  public String help() {
    return "Connections and calls turned away for their certificate or their lack of one";
  }

  @Override
  public Map<Map<String, String>, Long> counts() {
    Map<Map<String, String>, Long> counts = new HashMap<>();
    for (String door : List.of("exchange", "ledger", "operator", "twin")) {
      counts.put(Map.of("door", door), 0L);
    }
    totals.forEach((door, n) -> counts.put(Map.of("door", door), n.get()));
    return counts;
  }
}
