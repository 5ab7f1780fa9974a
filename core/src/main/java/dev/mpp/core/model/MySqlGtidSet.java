package dev.mpp.core.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A MySQL GTID set: for every source (server UUID, with its tag where there is one) the intervals
 * of executed transactions, sorted, disjoint and not adjacent (MySQL manual, "GTID Format and
 * Storage").
 */
public record MySqlGtidSet(Map<String, List<Interval>> intervals) implements GtidSet {

  /** Transactions {@code from} to {@code to}, both included, from 1. */
  public record Interval(long from, long to) {
    public Interval {
      if (from < 1 || to < from) {
        throw new IllegalArgumentException("interval " + from + "-" + to + " is empty");
      }
    }

    @Override
    public String toString() {
      return from == to ? Long.toString(from) : from + "-" + to;
    }
  }

  public MySqlGtidSet {
    Map<String, List<Interval>> copy = new TreeMap<>();
    intervals.forEach((source, list) -> copy.put(source, merged(list)));
    intervals = Collections.unmodifiableMap(copy);
  }

  static MySqlGtidSet of(String text) {
    Map<String, List<Interval>> sources = new TreeMap<>();
    for (String item : text.split(",", -1)) {
      if (item.isEmpty()) {
        continue;
      }
      String[] part = item.toLowerCase(Locale.ROOT).split(":", -1);
      String source = part[0];
      for (int i = 1; i < part.length; i++) {
        if (!part[i].isEmpty() && Character.isDigit(part[i].charAt(0))) {
          sources.computeIfAbsent(source, s -> new ArrayList<>()).add(interval(part[i], item));
        } else {
          source = part[0] + ":" + part[i];
        }
      }
    }
    return new MySqlGtidSet(sources);
  }

  private static Interval interval(String text, String item) {
    try {
      int dash = text.indexOf('-');
      return dash < 0
          ? new Interval(Long.parseLong(text), Long.parseLong(text))
          : new Interval(
              Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("\"" + item + "\" is not a MySQL GTID set item", e);
    }
  }

  private static List<Interval> merged(List<Interval> list) {
    List<Interval> sorted = new ArrayList<>(list);
    sorted.sort((a, b) -> Long.compare(a.from(), b.from()));
    List<Interval> out = new ArrayList<>();
    for (Interval next : sorted) {
      Interval prev = out.isEmpty() ? null : out.getLast();
      if (prev != null && next.from() <= prev.to() + 1) {
        out.set(out.size() - 1, new Interval(prev.from(), Math.max(prev.to(), next.to())));
      } else {
        out.add(next);
      }
    }
    return List.copyOf(out);
  }

  @Override
  public boolean isEmpty() {
    return intervals.isEmpty();
  }

  @Override
  public boolean contains(GtidSet other) {
    return other.isEmpty() || (other instanceof MySqlGtidSet m && m.minus(this).isEmpty());
  }

  @Override
  public boolean reaches(GtidSet goal) {
    return contains(goal);
  }

  @Override
  public long advance() {
    return intervals.values().stream()
        .flatMap(List::stream)
        .mapToLong(i -> i.to() - i.from() + 1)
        .sum();
  }

  @Override
  public String missingFrom(GtidSet other) {
    return without(other).toString();
  }

  @Override
  public Transactions beyond(GtidSet other) {
    MySqlGtidSet rest = without(other);
    return new Transactions(rest.toString(), rest.advance());
  }

  /** The transactions of this set that {@code other} lacks, as {@code GTID_SUBTRACT} gives them. */
  public MySqlGtidSet without(GtidSet other) {
    return other instanceof MySqlGtidSet m ? minus(m) : this;
  }

  private MySqlGtidSet minus(MySqlGtidSet other) {
    Map<String, List<Interval>> rest = new TreeMap<>();
    intervals.forEach(
        (source, mine) -> {
          List<Interval> left = new ArrayList<>();
          for (Interval i : mine) {
            subtract(i, other.intervals.getOrDefault(source, List.of()), left);
          }
          if (!left.isEmpty()) {
            rest.put(source, left);
          }
        });
    return new MySqlGtidSet(rest);
  }

  private static void subtract(Interval i, List<Interval> holes, List<Interval> left) {
    long from = i.from();
    for (Interval hole : holes) {
      if (hole.to() < from || hole.from() > i.to()) {
        continue;
      }
      if (hole.from() > from) {
        left.add(new Interval(from, hole.from() - 1));
      }
      from = hole.to() + 1;
    }
    if (from <= i.to()) {
      left.add(new Interval(from, i.to()));
    }
  }

  @Override
  public String toString() {
    return intervals.entrySet().stream()
        .map(
            e ->
                e.getKey()
                    + ":"
                    + e.getValue().stream()
                        .map(Interval::toString)
                        .collect(Collectors.joining(":")))
        .collect(Collectors.joining(","));
  }
}
