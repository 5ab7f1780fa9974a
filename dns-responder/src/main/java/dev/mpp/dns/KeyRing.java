package dev.mpp.dns;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The keys of a zone, and which of them does what at an instant. A pure function of the files and
 * the time, so sites with the same files and about the same clock act alike without talking.
 *
 * <pre>
 * KSK, CSK  in the DNSKEY set and signing it   from Publish, else its creation, to Delete
 *           in CDS and CDNSKEY                 as long, but only to Inactive
 *           signing the zone                   while no ZSK does: the one activated last
 * ZSK       signing the zone                   from Activate until the next one's, or Inactive
 *           in the DNSKEY set                  from Publish, else {@link #LEAD} before Activate,
 *                                              to Delete, else {@link #RETIRE} after the next
 *                                              one's Activate
 * </pre>
 *
 * A ZSK without a successor goes on: a roll that nobody prepared does not happen. A key that was
 * made after the first one signs no sooner than {@link #LEAD} after it was made and published,
 * whatever its files say.
 */
public final class KeyRing {
  /** TTL of the DNSKEY set in seconds. */
  static final long DNSKEY_TTL = 3600;

  /** Longest TTL that a signed zone may have, in seconds. */
  static final long MAX_TTL = 86_400;

  /**
   * How long a ZSK is published before it signs (RFC 7583 section 3.2.1: the TTL of the DNSKEY set
   * and the time all servers need); the rest allows for clocks that differ.
   */
  static final long LEAD = 86_400;

  /**
   * How long a ZSK is published after it signed last (RFC 7583 section 3.2.1: the longest TTL and
   * the time all servers need).
   */
  static final long RETIRE = 2 * MAX_TTL;

  /**
   * What the keys do for a time.
   *
   * @param published the DNSKEY set
   * @param keySigners who signs DNSKEY, CDS and CDNSKEY
   * @param zoneSigner who signs everything else
   * @param entryPoints what the parent's DS records should point to
   * @param from first second of it
   * @param until the second after it
   */
  public record Stage(
      List<SigningKey> published,
      List<SigningKey> keySigners,
      SigningKey zoneSigner,
      List<SigningKey> entryPoints,
      long from,
      long until) {
    public Stage {
      published = List.copyOf(published);
      keySigners = List.copyOf(keySigners);
      entryPoints = List.copyOf(entryPoints);
    }
  }

  /**
   * A key and when it is used.
   *
   * @param published when it enters the DNSKEY set
   * @param active when it may sign the zone
   */
  private record Span(SigningKey key, long published, long active) {
    KeyTimes times() {
      return key.times();
    }

    /** The first key of a zone signs at once; every other one is seen by all caches before. */
    static Span of(SigningKey key, boolean first) {
      KeyTimes times = key.times();
      if (first) {
        return new Span(key, times.publish().orElse(times.created()), times.active());
      }
      long earliest = Math.max(times.created(), times.publish().orElse(Long.MIN_VALUE)) + LEAD;
      long active = Math.max(times.active(), earliest);
      long usual = key.key().secureEntryPoint() ? times.created() : active - LEAD;
      return new Span(key, times.publish().orElse(usual), active);
    }
  }

  private final DnsName zone;
  private final List<Span> entryPoints;
  private final List<Span> zoneKeys;
  private final TreeSet<Long> turns = new TreeSet<>();
  private final long madeAt;

  KeyRing(DnsName zone, List<SigningKey> keys) {
    this.zone = zone;
    Optional<SigningKey> first =
        keys.stream()
            .filter(k -> k.key().secureEntryPoint())
            .min(
                Comparator.comparingLong((SigningKey k) -> k.times().created())
                    .thenComparing(SigningKey::fileName));
    this.entryPoints = spans(keys, true, first);
    this.zoneKeys = spans(keys, false, first);
    entryPoints.forEach(this::addTurns);
    zoneKeys.forEach(this::addTurns);
    zoneKeys.forEach(k -> publishedUntil(k).ifPresent(turns::add));
    this.madeAt = keys.stream().mapToLong(k -> k.times().created()).min().orElse(0);
  }

  private static List<Span> spans(
      List<SigningKey> keys, boolean secureEntryPoint, Optional<SigningKey> first) {
    return keys.stream()
        .filter(k -> k.key().secureEntryPoint() == secureEntryPoint)
        .map(k -> Span.of(k, first.filter(f -> f == k).isPresent()))
        .sorted(Comparator.comparingLong(Span::active).thenComparing(s -> s.key().fileName()))
        .toList();
  }

  private void addTurns(Span span) {
    turns.add(span.published());
    turns.add(span.active());
    span.times().inactive().ifPresent(turns::add);
    span.times().delete().ifPresent(turns::add);
  }

  /** Why these keys cannot sign a zone together; empty if they can. */
  static List<String> contradictions(List<SigningKey> keys) {
    List<String> problems = new ArrayList<>();
    List<SigningKey> points = keys.stream().filter(k -> k.key().secureEntryPoint()).toList();
    if (points.isEmpty()) {
      problems.add("no KSK or CSK; make one: mpp dns keygen " + keys.getFirst().zone());
    } else if (points.stream().allMatch(k -> k.times().inactive().isPresent() || ends(k))) {
      problems.add(
          "every KSK or CSK has an Inactive or Delete time, after which nothing could be signed;"
              + " remove it from the one that is to stay");
    }
    if (keys.stream().map(k -> k.key().algorithm()).distinct().count() > 1) {
      problems.add("keys of two algorithms; a zone is signed with one: remove the files of one");
    }
    keys.stream().filter(KeyRing::endsTooSoon).forEach(k -> problems.add(tooSoon(k)));
    return problems;
  }

  private static boolean ends(SigningKey key) {
    return key.times().delete().isPresent();
  }

  private static boolean endsTooSoon(SigningKey key) {
    KeyTimes times = key.times();
    return ends(key)
        && (times.inactive().isEmpty()
            || times.delete().getAsLong() - times.inactive().getAsLong() < RETIRE);
  }

  private static String tooSoon(SigningKey key) {
    return key
        + " has a Delete time that is not two days or more after an Inactive time, so signatures in"
        + " caches would fail; remove Delete, or set it later";
  }

  public DnsName zone() {
    return zone;
  }

  /** All of them, entry points first. */
  public List<SigningKey> keys() {
    return Stream.concat(entryPoints.stream(), zoneKeys.stream()).map(Span::key).toList();
  }

  /** When the oldest key was made: no clock before it is right. */
  long madeAt() {
    return madeAt;
  }

  /** When the next ZSK or CSK takes over after {@code now}; empty if none is there. */
  public OptionalLong nextRoll(long now) {
    SigningKey signer = signerAt(now);
    return turns.tailSet(now + 1).stream()
        .filter(t -> signerAt(t) != signer)
        .mapToLong(Long::longValue)
        .findFirst();
  }

  /** What happens at {@code now}, in seconds since 1970. */
  public Stage at(long now) {
    List<SigningKey> points = entryPointsAt(now).map(Span::key).toList();
    List<SigningKey> keySigners = points.isEmpty() ? List.of(lasting()) : points;
    List<SigningKey> lasting = keySigners.stream().filter(k -> !k.times().inactiveAt(now)).toList();
    List<SigningKey> published = new ArrayList<>(keySigners);
    zoneKeys.stream().filter(k -> publishedAt(k, now)).map(Span::key).forEach(published::add);
    return new Stage(
        published,
        keySigners,
        signerAt(now),
        lasting.isEmpty() ? keySigners : lasting,
        Optional.ofNullable(turns.floor(now)).orElse(Long.MIN_VALUE),
        Optional.ofNullable(turns.higher(now)).orElse(Long.MAX_VALUE));
  }

  private Stream<Span> entryPointsAt(long now) {
    return entryPoints.stream().filter(k -> k.published() <= now && !k.times().deletedAt(now));
  }

  /** For a clock before everything: the first key that is to stay. */
  private SigningKey lasting() {
    return entryPoints.stream()
        .map(Span::key)
        .filter(k -> k.times().inactive().isEmpty())
        .findFirst()
        .orElse(entryPoints.getFirst().key());
  }

  private SigningKey signerAt(long now) {
    return zoneKeys.stream()
        .filter(k -> k.active() <= now)
        .reduce((a, b) -> b)
        .filter(k -> !k.times().inactiveAt(now))
        .or(
            () ->
                entryPointsAt(now)
                    .filter(k -> k.active() <= now && !k.times().inactiveAt(now))
                    .reduce((a, b) -> b))
        // Retired before its successor may sign: still published, so better than that one.
        .or(() -> entryPointsAt(now).filter(k -> k.active() <= now).reduce((a, b) -> b))
        .map(Span::key)
        .orElseGet(this::lasting);
  }

  private boolean publishedAt(Span span, long now) {
    OptionalLong until = publishedUntil(span);
    return span.published() <= now && (until.isEmpty() || now < until.getAsLong());
  }

  /** For a ZSK. */
  private OptionalLong publishedUntil(Span span) {
    if (ends(span.key())) {
      return span.times().delete();
    }
    int next = zoneKeys.indexOf(span) + 1;
    return next == zoneKeys.size()
        ? OptionalLong.empty()
        : OptionalLong.of(zoneKeys.get(next).active() + RETIRE);
  }
}
