package dev.mpp.node.balancer;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import java.util.Optional;

/** {@code /check/{rw|ro|local}/[{service}/]{host:port}}: 200 UP, 503 DOWN, 404 no such node. */
@Controller("/check")
@Requires(beans = CheckSource.class)
@Produces(MediaType.TEXT_PLAIN)
final class CheckController {
  private final CheckSource source;

  CheckController(CheckSource source) {
    this.source = source;
  }

  @Get("/{kind}/{node}")
  MutableHttpResponse<String> check(String kind, String node) {
    return answer(kind, Optional.empty(), node);
  }

  @Get("/{kind}/{service}/{node}")
  MutableHttpResponse<String> checkOfService(String kind, String service, String node) {
    return answer(kind, Optional.of(service), node);
  }

  private MutableHttpResponse<String> answer(String kind, Optional<String> service, String node) {
    CheckSource.Answer answer = source.answer(kind, service, node);
    return HttpResponse.<String>status(HttpStatus.valueOf(answer.status())).body(answer.body());
  }
}
