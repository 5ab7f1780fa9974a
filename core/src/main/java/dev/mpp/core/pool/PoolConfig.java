package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Status;
import java.util.List;

/**
 * What a pool is.
 *
 * @param nodes PRIMARY first, then the SECONDARYs by falling priority
 * @param failAt status at which a node has failed (BEHAVIOUR section 3): OK_WARN, OK_CRITICAL or
 *     FAIL
 * @param hostile hostile takeover by the PRIMARY
 * @param provenRecovery whether FAILED nodes return by themselves once proven clean
 */
public record PoolConfig(
    String name, List<Member> nodes, Status failAt, boolean hostile, boolean provenRecovery) {

  public PoolConfig {
    nodes = List.copyOf(nodes);
    if (name.isBlank()) {
      throw new IllegalArgumentException("a pool needs a name");
    }
    if (nodes.isEmpty() || nodes.getFirst().type() != NodeType.PRIMARY) {
      throw new IllegalArgumentException("pool " + name + " has no primary");
    }
    if (nodes.stream().filter(n -> n.type() == NodeType.PRIMARY).count() > 1) {
      throw new IllegalArgumentException("pool " + name + " has two primaries");
    }
    if (nodes.stream().map(Member::address).distinct().count() < nodes.size()) {
      throw new IllegalArgumentException("pool " + name + " lists an address twice");
    }
    if (!failAt.atLeast(Status.OK_WARN)) {
      throw new IllegalArgumentException(
          "pool " + name + ": fail-at " + failAt + " is not OK_WARN, OK_CRITICAL or FAIL");
    }
  }

  /** Consecutive failing polls at which a node has failed: 2, 3 or 4. */
  int limit() {
    return switch (failAt) {
      case OK, OK_INFO -> throw new IllegalStateException("refused by the constructor");
      case OK_WARN -> 2;
      case OK_CRITICAL -> 3;
      case FAIL -> 4;
    };
  }

  /** A configured node. */
  public record Member(NodeAddress address, NodeType type) {}
}
