package dev.mpp.node.store;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;

/**
 * Last known condition of one MySQL server, kept over a restart for display and for the counters.
 * It never makes a node ACTIVE: a restarted process holds nothing.
 *
 * @param lastWallMillis wall clock of the last poll, since 1970; for people, not for decisions
 */
public record NodeRecord(
    ServiceName service,
    String pool,
    NodeAddress address,
    int req,
    Status status,
    Status floor,
    State state,
    String message,
    long lastWallMillis) {

  Key key() {
    return new Key(service, pool, address);
  }

  record Key(ServiceName service, String pool, NodeAddress address) {}
}
