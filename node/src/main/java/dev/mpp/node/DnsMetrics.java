package dev.mpp.node;

import dev.mpp.dns.DnsResponder;
import dev.mpp.node.publish.CounterSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The responder's answers by response code. */
record DnsMetrics(DnsResponder responder) implements CounterSource {
  @Override
  public String name() {
    return "mpp.dns.responses";
  }

  @Override
  public String help() {
    return "DNS responses by response code";
  }

  @Override
  public Map<Map<String, String>, Long> counts() {
    Map<Map<String, String>, Long> counts = new HashMap<>();
    responder
        .counters()
        .snapshot()
        .responses()
        .forEach(
            (rcode, n) -> counts.put(Map.of("rcode", rcode.name().toLowerCase(Locale.ROOT)), n));
    return counts;
  }
}
