package dev.mpp.node.publish;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;

/** {@code /metrics} in Prometheus' text format. */
@Controller("/metrics")
@Requires(beans = NodeMetrics.class)
final class MetricsController {
  private final NodeMetrics metrics;

  MetricsController(NodeMetrics metrics) {
    this.metrics = metrics;
  }

  @Get(produces = "text/plain; version=0.0.4; charset=utf-8")
  @ExecuteOn(TaskExecutors.BLOCKING)
  String metrics() {
    return metrics.scrape();
  }
}
