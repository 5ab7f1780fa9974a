package dev.mpp.node.balancer;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.balancer.LoadBalancerCheck.Kind;
import dev.mpp.node.balancer.LoadBalancerCheck.Verdict;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Answers checks from the newest picture. Handed to the HTTP edge as a bean; without it the edge
 * has no check routes.
 *
 * @param nanos the monotonic clock of the snapshots
 */
public record CheckSource(
    LoadBalancerCheck check, Supplier<NodeSnapshot> snapshot, LongSupplier nanos) {

  public Verdict judge(Kind kind, NodeAddress node, Optional<ServiceName> service) {
    NodeSnapshot picture = snapshot.get();
    return check.judge(kind, node, service, picture, nanos.getAsLong());
  }

  /**
   * As it goes over HTTP.
   *
   * @param status 200, 503 or 404
   * @param body one line
   */
  public record Answer(int status, String body) {}

  /** Judges what a path asks for; what cannot be understood is not found. */
  public Answer answer(String kind, Optional<String> service, String node) {
    Verdict verdict;
    try {
      verdict = judge(kind(kind), NodeAddress.parse(node), service.map(ServiceName::new));
    } catch (IllegalArgumentException e) {
      return new Answer(404, "DOWN " + e.getMessage() + "\n");
    }
    int status =
        switch (verdict.answer()) {
          case UP -> 200;
          case DOWN -> 503;
          case NO_SUCH_NODE -> 404;
        };
    return new Answer(status, verdict.line() + "\n");
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
