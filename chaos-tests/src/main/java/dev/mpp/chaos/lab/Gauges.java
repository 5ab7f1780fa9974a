package dev.mpp.chaos.lab;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one node says about itself on {@code /metrics} (Prometheus text). */
record Gauges(Map<String, Double> samples) {
  private static final Pattern LEADER = Pattern.compile("mpp_ledger_leader\\{site=\"([^\"]+)\"}");
  private static final int TIMEOUT_MILLIS = 700;

  Gauges {
    samples = Map.copyOf(samples);
  }

  /** Empty when it does not answer. By the thread's own network. */
  static Optional<Gauges> read(String address, int port) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://" + address + ":" + port + "/metrics").toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      try (InputStream in = connection.getInputStream()) {
        return Optional.of(parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Gauges parse(String text) {
    Map<String, Double> samples = new HashMap<>();
    for (String line : text.lines().toList()) {
      int space = line.lastIndexOf(' ');
      if (!line.startsWith("#") && space > 0) {
        samples.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
      }
    }
    return new Gauges(samples);
  }

  Optional<Double> value(String name) {
    return Optional.ofNullable(samples.get(name));
  }

  /** The sum over all labels; 0 when there is none. */
  double sum(String name) {
    return samples.entrySet().stream()
        .filter(sample -> sample.getKey().startsWith(name + "{"))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /** How many samples of this name lie below {@code limit}. */
  long below(String name, double limit) {
    return samples.entrySet().stream()
        .filter(sample -> sample.getKey().startsWith(name + "{") && sample.getValue() < limit)
        .count();
  }

  /** The member that leads the replication, as this node sees it. */
  Optional<String> leader() {
    return samples.keySet().stream()
        .map(LEADER::matcher)
        .filter(Matcher::matches)
        .map(match -> match.group(1))
        .findFirst();
  }

  /** Seconds that the ledger replica may be behind; a day when it never was at the head. */
  double ledgerAge() {
    return value("mpp_ledger_age_seconds").orElse(86_400.0);
  }

  long applied() {
    return value("mpp_ledger_applied_index").orElse(-1.0).longValue();
  }

  /** Peers with a live stream, heard within {@code seconds}. */
  long peersHeard(double seconds) {
    return Math.min((long) sum("mpp_peer_up"), below("mpp_peer_heard_age_seconds", seconds));
  }
}
