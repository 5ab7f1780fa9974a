package dev.mpp.node.balancer;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.node.balancer.LoadBalancerCheck.Kind;
import dev.mpp.node.balancer.LoadBalancerCheck.Verdict;
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
    Verdict verdict;
    try {
      verdict = source.judge(kind(kind), NodeAddress.parse(node), service.map(ServiceName::new));
    } catch (IllegalArgumentException e) {
      return HttpResponse.notFound("DOWN " + e.getMessage() + "\n");
    }
    HttpStatus status =
        switch (verdict.answer()) {
          case UP -> HttpStatus.OK;
          case DOWN -> HttpStatus.SERVICE_UNAVAILABLE;
          case NO_SUCH_NODE -> HttpStatus.NOT_FOUND;
        };
    return HttpResponse.status(status).body(verdict.line() + "\n");
  }

  private static Kind kind(String text) {
    return switch (text) {
      case "rw" -> Kind.RW;
      case "ro" -> Kind.RO;
      case "local" -> Kind.LOCAL;
      default ->
          throw new IllegalArgumentException("no check \"" + text + "\": rw, ro and local exist");
    };
  }
}
