package dev.mpp.node.store;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;

/**
 * An operator's override of a node, kept over a restart.
 *
 * @param parts what is overridden, as {@code NodeOverride} prints it: {@code state=STANDBY
 *     weight=0}
 * @param untilWallMillis wall clock of its end, since 1970; 0 until it is lifted
 */
public record OverrideRecord(
    ServiceName service,
    NodeAddress node,
    String parts,
    long untilWallMillis,
    String by,
    String reason) {

  Key key() {
    return new Key(service, node);
  }

  record Key(ServiceName service, NodeAddress node) {}
}
