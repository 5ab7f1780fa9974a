package dev.mpp.chaos.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Transactions of MySQL servers, {@code uuid:1-5:7,uuid:tag:1} (MySQL manual, GTID Format and
 * Storage).
 *
 * @param numbers by source, which is a UUID and in 8.3 and newer possibly a tag
 */
record GtidSet(Map<String, BitSet> numbers) {

  /** Of a text as the server gives it, line breaks included. */
  static GtidSet parse(String text) {
    Map<String, BitSet> numbers = new TreeMap<>();
    for (String source : text.replaceAll("\\s", "").split(",")) {
      String[] parts = source.split(":");
      String name = parts[0];
      for (int i = 1; i < parts.length; i++) {
        if (!Character.isDigit(parts[i].charAt(0))) {
          name = parts[0] + ":" + parts[i];
          continue;
        }
        String[] range = parts[i].split("-");
        numbers
            .computeIfAbsent(name, unused -> new BitSet())
            .set(Integer.parseInt(range[0]), Integer.parseInt(range[range.length - 1]) + 1);
      }
    }
    return new GtidSet(numbers);
  }

  GtidSet minus(GtidSet other) {
    Map<String, BitSet> left = new TreeMap<>();
    numbers.forEach(
        (source, all) -> {
          BitSet rest = (BitSet) all.clone();
          rest.andNot(other.numbers.getOrDefault(source, new BitSet()));
          if (!rest.isEmpty()) {
            left.put(source, rest);
          }
        });
    return new GtidSet(left);
  }

  /** One text for each range. */
  List<String> ranges() {
    List<String> ranges = new ArrayList<>();
    numbers.forEach(
        (source, all) -> {
          for (int from = all.nextSetBit(0); from >= 0; ) {
            int end = all.nextClearBit(from);
            ranges.add(source + ":" + from + (end - 1 > from ? "-" + (end - 1) : ""));
            from = all.nextSetBit(end);
          }
        });
    return ranges;
  }
}
