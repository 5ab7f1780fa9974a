package dev.mpp.chaos.sim;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MariaDbGtidSet;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** A server's transactions in the order of its log: stints, and how much of each. */
final class History {
  private Stint[] stints = new Stint[8];
  private long[] counts = new long[8];
  private int size;
  private long total;
  private long cachedFor = -1;
  private GtidSet cached = GtidSet.parse("");

  long total() {
    return total;
  }

  private void changed(long difference) {
    total += difference;
    cachedFor = -1;
  }

  void add(Stint stint, long count) {
    if (count <= 0) {
      return;
    }
    if (size == 0 || stints[size - 1] != stint) {
      if (size == stints.length) {
        stints = Arrays.copyOf(stints, size * 2);
        counts = Arrays.copyOf(counts, size * 2);
      }
      stints[size] = stint;
      counts[size++] = 0;
    }
    counts[size - 1] += count;
    changed(count);
  }

  void truncate(long to) {
    while (total > to) {
      long cut = Math.min(total - to, counts[size - 1]);
      counts[size - 1] -= cut;
      if (counts[size - 1] == 0) {
        size--;
      }
      changed(-cut);
    }
  }

  /** Highest sequence number in the log: the next transaction's is one more. */
  long lastSequence() {
    return size == 0 ? 0 : stints[size - 1].first() + counts[size - 1] - 1;
  }

  /**
   * The number of transactions up to and including the GTID that {@code other} has last, by its
   * number alone as MariaDB looks it up; -1 when it is not here.
   */
  long positionOf(History other) {
    if (other.size == 0) {
      return 0;
    }
    int origin = other.stints[other.size - 1].origin();
    long sequence = other.lastSequence();
    long end = total;
    for (int i = size - 1; i >= 0; i--) {
      Stint s = stints[i];
      if (s.origin() == origin && sequence >= s.first() && sequence < s.first() + counts[i]) {
        return end - counts[i] + sequence - s.first() + 1;
      }
      end -= counts[i];
    }
    return -1;
  }

  /** Appends what {@code source} has between two positions. */
  void append(History source, long from, long to) {
    long begin = 0;
    for (int i = 0; i < source.size; i++) {
      long end = begin + source.counts[i];
      long take = Math.min(end, to) - Math.max(begin, from);
      add(source.stints[i], take);
      begin = end;
    }
  }

  /** How many transactions of the stint are among the first {@code limit} of the log. */
  long of(int stint, long limit) {
    long begin = 0;
    for (int i = 0; i < size && begin < limit; i++) {
      if (stints[i].number() == stint) {
        return Math.min(counts[i], limit - begin);
      }
      begin += counts[i];
    }
    return 0;
  }

  /** The GTIDs of the first {@code limit} transactions. */
  GtidSet gtids(long limit) {
    if (cachedFor != limit) {
      Map<MariaDbGtidSet.Stream, Long> last = new TreeMap<>();
      long begin = 0;
      for (int i = 0; i < size && begin < limit; i++) {
        long sequence = stints[i].first() + Math.min(counts[i], limit - begin) - 1;
        last.merge(new MariaDbGtidSet.Stream(0, stints[i].origin()), sequence, Math::max);
        begin += counts[i];
      }
      cached = new MariaDbGtidSet(last);
      cachedFor = limit;
    }
    return cached;
  }
}
