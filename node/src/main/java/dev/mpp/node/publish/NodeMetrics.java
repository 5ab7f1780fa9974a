package dev.mpp.node.publish;

import dev.mpp.node.NodeSnapshot;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The picture as Prometheus text. Everything is read at the scrape; nothing is counted here. Handed
 * to the HTTP edge as a bean; without it the edge has no {@code /metrics}.
 */
public final class NodeMetrics implements AutoCloseable {
  private record Gauge(SnapshotGauges.Family family, MultiGauge meter) {}

  private record CounterKey(String name, Map<String, String> labels) {}

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Supplier<NodeSnapshot> snapshot;
  private final LongSupplier nanos;
  private final List<CounterSource> sources;
  private final List<Gauge> gauges = new ArrayList<>();
  private final Map<CounterKey, AtomicLong> counters = new HashMap<>();

  /**
   * @param nanos the monotonic clock of the snapshots
   * @param sources counters of other parts
   */
  public NodeMetrics(
      Supplier<NodeSnapshot> snapshot, LongSupplier nanos, List<CounterSource> sources) {
    this.snapshot = snapshot;
    this.nanos = nanos;
    List<CounterSource> all = new ArrayList<>(sources);
    all.add(new SkippedPolls(snapshot));
    this.sources = List.copyOf(all);
    for (SnapshotGauges.Family family : SnapshotGauges.ALL) {
      MultiGauge.Builder builder = MultiGauge.builder(family.name()).description(family.help());
      if (!family.unit().isEmpty()) {
        builder.baseUnit(family.unit());
      }
      gauges.add(new Gauge(family, builder.register(registry)));
    }
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** For meters that other parts keep themselves. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /** The present values in Prometheus' text format. */
  public synchronized String scrape() {
    NodeSnapshot picture = snapshot.get();
    long now = nanos.getAsLong();
    for (Gauge gauge : gauges) {
      List<MultiGauge.Row<?>> rows = new ArrayList<>();
      gauge
          .family()
          .read()
          .read(picture, now, (value, labels) -> rows.add(MultiGauge.Row.of(tags(labels), value)));
      gauge.meter().register(rows, true);
    }
    for (CounterSource source : sources) {
      source.counts().forEach((labels, count) -> counter(source, labels).set(count));
    }
    return registry.scrape();
  }

  private AtomicLong counter(CounterSource source, Map<String, String> labels) {
    return counters.computeIfAbsent(
        new CounterKey(source.name(), Map.copyOf(labels)),
        key -> {
          AtomicLong value = new AtomicLong();
          FunctionCounter.builder(source.name(), value, AtomicLong::get)
              .description(source.help())
              .tags(labels.entrySet().stream().map(e -> Tag.of(e.getKey(), e.getValue())).toList())
              .register(registry);
          return value;
        });
  }

  private static Tags tags(String... labels) {
    return Tags.of(labels);
  }

  @Override
  public void close() {
    registry.close();
  }
}
