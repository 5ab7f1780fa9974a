package dev.mpp.chaos.lab;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Median, 99th percentile (the nearest rank: of up to 100 figures the largest or last but one) and
 * maximum.
 */
record Spread(int count, long median, long p99, long max) {

  /** Of the figures that there are; empty when there is none. */
  static Optional<Spread> of(Collection<OptionalLong> figures) {
    long[] sorted = figures.stream().flatMapToLong(OptionalLong::stream).sorted().toArray();
    return sorted.length == 0
        ? Optional.empty()
        : Optional.of(
            new Spread(
                sorted.length,
                rank(sorted, 50),
                rank(sorted, 99),
                Arrays.stream(sorted).max().getAsLong()));
  }

  private static long rank(long[] sorted, int percent) {
    return sorted[Math.max(0, Math.ceilDiv(sorted.length * percent, 100) - 1)];
  }
}
