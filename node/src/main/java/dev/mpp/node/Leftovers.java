package dev.mpp.node;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.node.api.NodeControl.Stored;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.store.NodeRecord;
import dev.mpp.node.store.OverrideRecord;
import java.util.ArrayList;
import java.util.List;

/** What the store keeps of nodes that are in no pool of this site any more. Pure. */
record Leftovers(MppConfig config) {

  List<Stored> of(List<NodeRecord> nodes, List<OverrideRecord> overrides) {
    List<Stored> left = new ArrayList<>();
    for (NodeRecord n : nodes) {
      if (!configured(n.service(), n.pool(), n.address())) {
        left.add(
            new Stored(
                n.service(),
                n.pool(),
                n.address(),
                n.state(),
                n.status(),
                n.lastWallMillis(),
                overrides.stream()
                    .filter(o -> o.service().equals(n.service()) && o.node().equals(n.address()))
                    .filter(o -> !KeptOverrides.configured(config, o))
                    .map(Leftovers::text)
                    .findFirst()
                    .orElse("")));
      }
    }
    for (OverrideRecord o : overrides) {
      boolean shown =
          left.stream().anyMatch(s -> s.service().equals(o.service()) && s.node().equals(o.node()));
      if (!shown && !KeptOverrides.configured(config, o)) {
        left.add(
            new Stored(
                o.service(), o.service().name(), o.node(), State.UNKNOWN, Status.OK, 0, text(o)));
      }
    }
    return left;
  }

  private boolean configured(ServiceName service, String pool, NodeAddress node) {
    return config.services().stream()
        .filter(s -> s.name().equals(service))
        .flatMap(s -> s.at(config.site()).stream())
        .map(MppConfig.ServiceSite::pool)
        .filter(p -> p.name().equals(pool))
        .flatMap(p -> p.nodes().stream())
        .map(PoolConfig.Member::address)
        .anyMatch(node::equals);
  }

  private static String text(OverrideRecord o) {
    return o.parts() + " by " + o.by() + (o.reason().isEmpty() ? "" : ": " + o.reason());
  }
}
