package dev.mpp.node.balancer;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.node.NodeSnapshot;
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

  public LoadBalancerCheck.Verdict judge(
      LoadBalancerCheck.Kind kind, NodeAddress node, Optional<ServiceName> service) {
    NodeSnapshot picture = snapshot.get();
    return check.judge(kind, node, service, picture, nanos.getAsLong());
  }
}
