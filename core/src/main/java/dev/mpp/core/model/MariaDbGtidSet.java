package dev.mpp.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A MariaDB GTID list as in {@code gtid_binlog_state}: the highest sequence number of every domain
 * and server (MariaDB manual, "Global Transaction ID").
 *
 * @param gaps numbers below those that the server never had, in the order in which they arose; not
 *     part of the text
 */
public record MariaDbGtidSet(Map<Stream, Long> last, List<GtidGap> gaps) implements GtidSet {

  /** One stream of transactions. */
  public record Stream(long domain, long server) implements Comparable<Stream> {
    @Override
    public int compareTo(Stream o) {
      int d = Long.compare(domain, o.domain);
      return d != 0 ? d : Long.compare(server, o.server);
    }
  }

  /**
   * Consecutive transactions of one stream.
   *
   * @param from the first number
   * @param to the last number, not below {@code from}
   */
  public record Range(Stream stream, long from, long to) {
    public boolean has(Stream other, long number) {
      return stream.equals(other) && from <= number && number <= to;
    }

    @Override
    public String toString() {
      return stream.domain() + "-" + stream.server() + "-" + from + ".." + to;
    }
  }

  public MariaDbGtidSet {
    last = java.util.Collections.unmodifiableMap(new TreeMap<>(last));
    gaps = List.copyOf(gaps);
  }

  public MariaDbGtidSet(Map<Stream, Long> last) {
    this(last, List.of());
  }

  /** The same transactions, with what is known of the gaps in their numbers. */
  public MariaDbGtidSet withGaps(List<GtidGap> known) {
    return known.equals(gaps) ? this : new MariaDbGtidSet(last, known);
  }

  static MariaDbGtidSet of(String text) {
    Map<Stream, Long> last = new TreeMap<>();
    for (String item : text.split(",", -1)) {
      if (item.isEmpty()) {
        continue;
      }
      String[] part = item.split("-", -1);
      try {
        if (part.length != 3) {
          throw new NumberFormatException(item);
        }
        last.merge(
            new Stream(Long.parseLong(part[0]), Long.parseLong(part[1])),
            Long.parseLong(part[2]),
            Math::max);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "\"" + item + "\" is not a MariaDB GTID (domain-server-sequence)", e);
      }
    }
    return new MariaDbGtidSet(last);
  }

  @Override
  public boolean isEmpty() {
    return last.isEmpty();
  }

  @Override
  public boolean contains(GtidSet other) {
    if (other.isEmpty()) {
      return true;
    }
    if (!(other instanceof MariaDbGtidSet m)) {
      return false;
    }
    for (Map.Entry<Stream, Long> e : m.last.entrySet()) {
      if (last.getOrDefault(e.getKey(), 0L) < e.getValue()
          || gap(e.getKey(), e.getValue()) != null) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean reaches(GtidSet goal) {
    return comparable(goal) && advance() >= goal.advance();
  }

  /** The earliest gap that the number lies in. */
  private @Nullable GtidGap gap(Stream stream, long number) {
    for (GtidGap g : gaps) {
      if (g.has(stream, number)) {
        return g;
      }
    }
    return null;
  }

  /** Streams are ordered by their domains: the highest of each domain counts. */
  @Override
  public long advance() {
    long sum = 0;
    long domain = -1;
    long highest = 0;
    for (Map.Entry<Stream, Long> e : last.entrySet()) {
      if (e.getKey().domain() != domain) {
        sum += highest;
        highest = 0;
        domain = e.getKey().domain();
      }
      highest = Math.max(highest, e.getValue());
    }
    return sum + highest;
  }

  @Override
  public String missingFrom(GtidSet other) {
    return rangesMissingFrom(other).stream().map(Range::toString).collect(Collectors.joining(","));
  }

  /**
   * The transactions of this set that {@code other} lacks. Where this set itself has a gap the
   * range goes over it.
   */
  public List<Range> rangesMissingFrom(GtidSet other) {
    MariaDbGtidSet theirs = other instanceof MariaDbGtidSet m ? m : new MariaDbGtidSet(Map.of());
    List<Range> ranges = new ArrayList<>();
    last.forEach(
        (stream, seq) -> {
          GtidGap gap = theirs.gap(stream, seq);
          long has = theirs.last.getOrDefault(stream, 0L);
          long common = gap == null ? has : Math.min(has, gap.before(stream.server()));
          if (common < seq) {
            ranges.add(new Range(stream, common + 1, seq));
          }
        });
    return List.copyOf(ranges);
  }

  /**
   * {@inheritDoc}
   *
   * <p>In a domain numbers only grow ({@code gtid_strict_mode}): below the highest transaction that
   * both have, nothing is missing.
   */
  @Override
  public Transactions beyond(GtidSet other) {
    List<Range> exact = new ArrayList<>();
    for (Range r : rangesMissingFrom(other)) {
      long common = commonWith(other, r.stream().domain());
      long from = common < r.to() ? Math.max(r.from(), common + 1) : r.from();
      withoutGaps(new Range(r.stream(), from, r.to()), exact);
    }
    long count = exact.stream().mapToLong(r -> r.to() - r.from() + 1).sum();
    return new Transactions(
        exact.stream().map(Range::toString).collect(Collectors.joining(",")), count);
  }

  /** The highest number in the domain of a transaction that both have, 0 when none is known. */
  private long commonWith(GtidSet other, long domain) {
    long highest = 0;
    if (other instanceof MariaDbGtidSet theirs) {
      for (Map.Entry<Stream, Long> e : last.entrySet()) {
        Stream stream = e.getKey();
        if (stream.domain() == domain) {
          long both = Math.min(e.getValue(), theirs.last.getOrDefault(stream, 0L));
          if (theirs.gap(stream, both) == null && gap(stream, both) == null) {
            highest = Math.max(highest, both);
          }
        }
      }
    }
    return highest;
  }

  private void withoutGaps(Range range, List<Range> out) {
    List<Range> left = List.of(range);
    for (GtidGap g : gaps) {
      long first = g.before(range.stream().server()) + 1;
      long end = g.next() - 1;
      if (g.domain() == range.stream().domain() && first <= end) {
        List<Range> next = new ArrayList<>();
        for (Range r : left) {
          if (r.from() < first) {
            next.add(new Range(r.stream(), r.from(), Math.min(r.to(), first - 1)));
          }
          if (r.to() > end) {
            next.add(new Range(r.stream(), Math.max(r.from(), end + 1), r.to()));
          }
        }
        left = next;
      }
    }
    out.addAll(left);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    last.forEach(
        (stream, seq) ->
            text.append(text.isEmpty() ? "" : ",")
                .append(stream.domain())
                .append('-')
                .append(stream.server())
                .append('-')
                .append(seq));
    return text.toString();
  }
}
