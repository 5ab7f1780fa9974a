package dev.mpp.chaos.lab;

import java.util.Optional;

/**
 * What a figure of all runs of a script must not exceed, in milliseconds.
 *
 * @param figure its name in the report
 */
record Target(String figure, long median, long p99) {

  boolean met(Spread spread) {
    return spread.median() <= median && spread.p99() <= p99;
  }

  String text() {
    return "%s: median at most %d ms, p99 at most %d ms".formatted(figure, median, p99);
  }

  /** What is wrong; empty when it is met. */
  Optional<String> missed(Optional<Spread> spread) {
    if (spread.filter(this::met).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        text()
            + spread
                .map(s -> "; it was %d and %d".formatted(s.median(), s.p99()))
                .orElse("; it never happened"));
  }
}
