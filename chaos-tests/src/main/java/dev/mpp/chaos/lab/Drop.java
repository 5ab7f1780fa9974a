package dev.mpp.chaos.lab;

import java.util.List;
import java.util.stream.Stream;

/**
 * Packets that get lost on the way, without a word to anybody.
 *
 * @param from source address, or {@code all}
 * @param to destination address, or {@code all}
 */
record Drop(String from, String to) {
  private static final String ALL = "all";

  /** From one address to another, and not the way back. */
  static List<Drop> oneWay(String from, String to) {
    return List.of(new Drop(from, to));
  }

  static List<Drop> between(String a, String b) {
    return List.of(new Drop(a, b), new Drop(b, a));
  }

  /** An address and everybody: other sites, clients, the targets of checkpoints. */
  static List<Drop> isolated(String address) {
    return List.of(new Drop(address, ALL), new Drop(ALL, address));
  }

  static List<Drop> between(String a, List<String> others) {
    return others.stream().flatMap(b -> between(a, b).stream()).toList();
  }

  /** As ip-rule(8) takes it after {@code rule add} and {@code rule del}. */
  String rule() {
    return "pref 100 from %s to %s blackhole".formatted(from, to);
  }

  @SafeVarargs
  static List<Drop> all(List<Drop>... parts) {
    return Stream.of(parts).flatMap(List::stream).toList();
  }
}
