package dev.mpp.node.api;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.util.Map;

/** {@code /health}: 200 or 503, and why, as JSON. */
@Controller("/health")
@Requires(beans = HealthSource.class)
final class HealthController {
  private final HealthSource source;

  HealthController(HealthSource source) {
    this.source = source;
  }

  @Get
  MutableHttpResponse<Map<String, Object>> health() {
    HealthSource.Health health = source.judge();
    return HttpResponse.<Map<String, Object>>status(
            health.healthy() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
        .body(health.json());
  }
}
