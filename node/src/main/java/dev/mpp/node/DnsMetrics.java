package dev.mpp.node;

import dev.mpp.dns.DnsCounters;
import dev.mpp.dns.DnsResponder;
import dev.mpp.node.publish.CounterSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What the responder counts, as metrics. */
record DnsMetrics(
    String name,
    String help,
    DnsResponder responder,
    Function<DnsCounters.Snapshot, Map<Map<String, String>, Long>> read)
    implements CounterSource {

  static List<CounterSource> of(DnsResponder responder) {
    return List.of(
        new DnsMetrics(
            "mpp.dns.responses",
            "DNS responses by response code",
            responder,
            s -> labelled("rcode", s.responses())),
        new DnsMetrics(
            "mpp.dns.queries",
            "DNS queries by transport",
            responder,
            s -> labelled("transport", s.queries())),
        new DnsMetrics(
            "mpp.dns.asked", "DNS queries by type", responder, s -> labelled("type", s.asked())),
        new DnsMetrics(
            "mpp.dns.events",
            "What else happened to DNS queries and connections",
            responder,
            s -> labelled("event", s.events())),
        new DnsMetrics(
            "mpp.dns.latency.bucket",
            "DNS over UDP: packets answered within that many seconds, cumulative",
            responder,
            DnsMetrics::latency),
        new DnsMetrics(
            "mpp.dns.latency.micros",
            "DNS over UDP: the sum of those times, microseconds",
            responder,
            s -> Map.of(Map.of(), s.latencyNanos() / 1000)),
        new DnsMetrics(
            "mpp.dns.query.log",
            "DNS queries chosen for the log, and whether they are in it",
            responder,
            s -> logged(responder)));
  }

  @Override
  public Map<Map<String, String>, Long> counts() {
    return read.apply(responder.counters().snapshot());
  }

  private static <E extends Enum<E>> Map<Map<String, String>, Long> labelled(
      String label, Map<E, Long> counts) {
    Map<Map<String, String>, Long> out = new HashMap<>();
    counts.forEach(
        (key, count) -> out.put(Map.of(label, key.name().toLowerCase(Locale.ROOT)), count));
    return out;
  }

  private static Map<Map<String, String>, Long> logged(DnsResponder responder) {
    return responder
        .queryLog()
        .map(
            log ->
                Map.of(
                    Map.of("outcome", "written"),
                    log.written(),
                    Map.of("outcome", "dropped"),
                    log.dropped()))
        .orElse(Map.of());
  }

  /** Powers of two of a microsecond, as seconds; the last without a bound. */
  private static Map<Map<String, String>, Long> latency(DnsCounters.Snapshot snapshot) {
    Map<Map<String, String>, Long> out = new HashMap<>();
    long sum = 0;
    for (int i = 0; i < snapshot.latency().size(); i++) {
      sum += snapshot.latency().get(i);
      boolean last = i == snapshot.latency().size() - 1;
      out.put(Map.of("le", last ? "+Inf" : String.valueOf((1L << i) / 1e6)), sum);
    }
    return out;
  }
}
