package dev.mpp.node.publish;

import java.util.Map;

/** Counters kept elsewhere, for example DNS queries by response code. Read at every scrape. */
public interface CounterSource {

  /** Dotted name without {@code total}, for example {@code mpp.dns.queries}. */
  String name();

  /** One line for {@code HELP}. */
  String help();

  /**
   * The present counts by label values; every map has the same keys, and there are few of them.
   * Counts never fall. Must not block.
   */
  Map<Map<String, String>, Long> counts();
}
