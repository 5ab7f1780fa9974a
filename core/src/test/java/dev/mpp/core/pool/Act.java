package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;

/** One step of a {@link Play}: what the scenario grammar can say in one line. */
sealed interface Act {
  record Happens(PoolEvent event) implements Act {}

  /** {@code node set}: over what is overridden already. */
  record Override(NodeAddress node, NodeOverride more) implements Act {}

  record Restart() implements Act {}
}
