package dev.mpp.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The zones that secondaries may fetch (RFC 5936, RFC 1995), with what they were before, so that
 * only differences need to travel. Thread-safe; {@link #publish} is for one thread at a time.
 *
 * <p>A transferred zone has no lease: a secondary serves it until its SOA expire time has passed.
 * So it is published apart from the {@link AnswerTable}, as a zone without live names, and it must
 * be the same wherever it has the same serial, as a secondary may ask several servers in turn.
 */
public final class TransferZones {
  private static final int SERIALS_KEPT = 32;
  private static final int LINES_KEPT = 200_000;

  private final List<TransferRule> rules;
  private final List<TsigKey> keys;
  private final Semaphore places;
  private final Map<DnsName, Held> zones = new ConcurrentHashMap<>();

  /**
   * @param before older contents, the oldest first
   * @param staleAt as given to {@link #publish}
   */
  private record Held(ZoneContents current, List<ZoneContents> before, OptionalLong staleAt) {
    Held {
      before = List.copyOf(before);
    }

    boolean usable(long now) {
      return staleAt.isEmpty() || staleAt.getAsLong() - now > 0;
    }
  }

  /**
   * No zone yet.
   *
   * @param rules who may fetch; none means nobody
   * @param keys that other queries may be signed with, beside those of the rules
   * @param atOnce transfers at a time, 1 to 1000; more are turned away with SERVFAIL
   * @throws IllegalArgumentException if two keys of one name differ
   */
  public TransferZones(List<TransferRule> rules, List<TsigKey> keys, int atOnce) {
    TcpLimits.requireRange("transfers at a time", atOnce, 1000);
    this.rules = List.copyOf(rules);
    List<TsigKey> all = new ArrayList<>();
    rules.forEach(r -> r.key().ifPresent(k -> add(all, k)));
    keys.forEach(k -> add(all, k));
    this.keys = List.copyOf(all);
    this.places = new Semaphore(atOnce);
  }

  private static void add(List<TsigKey> all, TsigKey key) {
    for (TsigKey known : all) {
      if (known.name().equals(key.name()) && !known.equals(key)) {
        throw new IllegalArgumentException(
            "two different keys are called " + key.name() + "; rename one on both sides");
      }
    }
    all.add(key);
  }

  /**
   * Makes a zone the present one. Live records and those that only some clients may read are left
   * out.
   *
   * @param staleAtNanos from when on it must not be handed out, nor its serial be confirmed, on the
   *     responder's clock; empty: never
   * @return whether its serial is another than before, so that secondaries should be told
   */
  public boolean publish(Zone zone, OptionalLong staleAtNanos) {
    ZoneContents next = ZoneContents.of(zone);
    Held held = zones.get(next.apex());
    if (held == null) {
      zones.put(next.apex(), new Held(next, List.of(), staleAtNanos));
      return true;
    }
    ZoneContents current = held.current();
    if (current.equals(next)) {
      zones.put(next.apex(), new Held(current, held.before(), staleAtNanos));
      return false;
    }
    boolean newer = older(current.serial(), next.serial());
    // Without a newer serial the old contents are no base: what a secondary has of that serial
    // may be either.
    zones.put(next.apex(), new Held(next, newer ? kept(held) : List.of(), staleAtNanos));
    return current.serial() != next.serial();
  }

  /**
   * Lengthens the time for which a zone may be handed out, if it still has that serial.
   *
   * @return false if it has not: {@link #publish} it
   */
  public boolean confirm(DnsName apex, long serial, long staleAtNanos) {
    Held held = zones.get(apex);
    if (held == null || held.current().serial() != serial) {
      return false;
    }
    zones.put(apex, new Held(held.current(), held.before(), OptionalLong.of(staleAtNanos)));
    return true;
  }

  private static List<ZoneContents> kept(Held held) {
    List<ZoneContents> before = new ArrayList<>(held.before());
    before.add(held.current());
    int lines = before.stream().mapToInt(c -> c.lines().size()).sum();
    while (before.size() > SERIALS_KEPT || (lines > LINES_KEPT && !before.isEmpty())) {
      lines -= before.removeFirst().lines().size();
    }
    return before;
  }

  /** RFC 1982 section 3.2. */
  static boolean older(long serial, long than) {
    return (int) (serial - than) < 0;
  }

  List<TsigKey> keys() {
    return keys;
  }

  boolean permits(Client client, @Nullable TsigKey proven) {
    for (TransferRule rule : rules) {
      if (rule.permits(client, proven)) {
        return true;
      }
    }
    return false;
  }

  boolean has(LookupName apex) {
    return find(apex) != null;
  }

  /** The zone if it may be handed out at {@code now}, or null. */
  @Nullable ZoneContents current(LookupName apex, long now) {
    Held held = find(apex);
    return held != null && held.usable(now) ? held.current() : null;
  }

  /** What the zone was at a serial, or null if that is not remembered. */
  @Nullable ZoneContents before(LookupName apex, long serial) {
    Held held = find(apex);
    if (held == null) {
      return null;
    }
    return held.before().stream().filter(c -> c.serial() == serial).findFirst().orElse(null);
  }

  private @Nullable Held find(LookupName apex) {
    for (Map.Entry<DnsName, Held> entry : zones.entrySet()) {
      if (apex.matches(entry.getKey(), 0)) {
        return entry.getValue();
      }
    }
    return null;
  }

  /** Takes a place for a transfer; false if all are taken. */
  boolean begin() {
    return places.tryAcquire();
  }

  void end() {
    places.release();
  }
}
