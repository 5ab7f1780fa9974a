package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.MariaDbGtidSet.Range;
import dev.mpp.core.model.MariaDbGtidSet.Stream;
import dev.mpp.core.model.MySqlGtidSet;
import java.util.List;

/** The exact transactions that a server has and the ACTIVE one lacks. */
public sealed interface Lacking {

  /** Each in the family's notation, one range an item; empty when there are none. */
  List<String> items();

  /**
   * Whether this transaction is one of them.
   *
   * @param gtid of one transaction, as the server writes it
   */
  boolean has(String gtid);

  /** Whether none of them was executed before that. */
  boolean noneIn(GtidSet before);

  default boolean isEmpty() {
    return items().isEmpty();
  }

  /** Ranges of sequence numbers; where the server has a gap the range goes over it. */
  record OfMariaDb(List<Range> ranges) implements Lacking {
    public OfMariaDb {
      ranges = List.copyOf(ranges);
    }

    @Override
    public List<String> items() {
      return ranges.stream().map(Range::toString).toList();
    }

    @Override
    public boolean has(String gtid) {
      String[] part = gtid.split("-", -1);
      if (part.length != 3) {
        return false;
      }
      Stream stream = new Stream(Long.parseLong(part[0]), Long.parseLong(part[1]));
      long number = Long.parseLong(part[2]);
      return ranges.stream().anyMatch(r -> r.has(stream, number));
    }

    @Override
    public boolean noneIn(GtidSet before) {
      return before instanceof MariaDbGtidSet m
          && ranges.stream().allMatch(r -> m.last().getOrDefault(r.stream(), 0L) < r.from());
    }
  }

  /** What {@code GTID_SUBTRACT} leaves. */
  record OfMySql(MySqlGtidSet set) implements Lacking {
    @Override
    public List<String> items() {
      return set.intervals().entrySet().stream()
          .flatMap(e -> e.getValue().stream().map(i -> e.getKey() + ":" + i))
          .toList();
    }

    @Override
    public boolean has(String gtid) {
      return gtid.indexOf(':') > 0 && set.contains(GtidSet.parse(gtid));
    }

    @Override
    public boolean noneIn(GtidSet before) {
      return set.missingFrom(before).equals(set.toString());
    }
  }
}
