package dev.mpp.chaos.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Transactions that one server has and another lacks. MariaDB: by {@code gtid_binlog_state}, the
 * newest sequence number of each pair of domain and server, {@code 0-1-17,0-2-23} (MariaDB manual,
 * Global Transaction ID). MySQL: by {@code gtid_executed}, {@link GtidSet}.
 */
public final class ErrantGtids {
  private ErrantGtids() {}

  /** Domain and server, {@code 0-1}, to the newest sequence number. */
  static Map<String, Long> parse(String state) {
    Map<String, Long> newest = new HashMap<>();
    for (String gtid : state.split(",")) {
      if (!gtid.isBlank()) {
        int dash = gtid.strip().lastIndexOf('-');
        newest.merge(
            gtid.strip().substring(0, dash),
            Long.parseLong(gtid.strip().substring(dash + 1)),
            Math::max);
      }
    }
    return newest;
  }

  /**
   * What {@code former} has beyond {@code current}, one GTID for each pair that is ahead (MySQL:
   * the ranges). Only what came since {@code begin}: a server whose data was made anew has a
   * shorter history.
   *
   * @param begin state of the former one when both were known to be equal
   * @param former read first
   * @param current read after it
   */
  public static List<String> find(String begin, String former, String current) {
    if (former.contains(":")) {
      return GtidSet.parse(former)
          .minus(GtidSet.parse(begin))
          .minus(GtidSet.parse(current))
          .ranges();
    }
    Map<String, Long> old = parse(begin);
    Map<String, Long> there = parse(current);
    List<String> errant = new ArrayList<>();
    parse(former)
        .forEach(
            (source, sequence) -> {
              if (sequence > old.getOrDefault(source, 0L)
                  && sequence > there.getOrDefault(source, 0L)) {
                errant.add(source + "-" + sequence);
              }
            });
    return errant;
  }
}
