package dev.mpp.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A MariaDB GTID list as in {@code gtid_binlog_state}: the highest sequence number of every domain
 * and server (MariaDB manual, "Global Transaction ID").
 */
public record MariaDbGtidSet(Map<Stream, Long> last) implements GtidSet {

  /** One stream of transactions. */
  public record Stream(long domain, long server) implements Comparable<Stream> {
    @Override
    public int compareTo(Stream o) {
      int d = Long.compare(domain, o.domain);
      return d != 0 ? d : Long.compare(server, o.server);
    }
  }

  public MariaDbGtidSet {
    last = java.util.Collections.unmodifiableMap(new TreeMap<>(last));
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
      if (last.getOrDefault(e.getKey(), 0L) < e.getValue()) {
        return false;
      }
    }
    return true;
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
    List<String> items = new ArrayList<>();
    last.forEach(
        (stream, seq) -> {
          long theirs = other instanceof MariaDbGtidSet m ? m.last.getOrDefault(stream, 0L) : 0L;
          if (theirs < seq) {
            items.add(stream.domain() + "-" + stream.server() + "-" + (theirs + 1) + ".." + seq);
          }
        });
    return String.join(",", items);
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
