package dev.mpp.core.pool;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Status;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a pool is.
 *
 * @param nodes PRIMARY first, then the SECONDARYs by falling priority
 * @param failAt status at which a node has failed (BEHAVIOUR section 3): OK_WARN, OK_CRITICAL or
 *     FAIL
 * @param provenRecovery whether FAILED nodes return by themselves once proven clean
 */
public record PoolConfig(
    String name,
    List<Member> nodes,
    RoleRule roles,
    Ladder ladder,
    Status failAt,
    boolean provenRecovery) {

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
    Set<NodeAddress> seen = new HashSet<>();
    for (Member m : nodes) {
      if (!seen.add(m.address())) {
        throw new IllegalArgumentException("pool " + name + " lists " + m.address() + " twice");
      }
    }
    if (!failAt.atLeast(Status.OK_WARN)) {
      throw new IllegalArgumentException(
          "pool " + name + ": fail-at " + failAt + " is not OK_WARN, OK_CRITICAL or FAIL");
    }
    if (roles instanceof RoleRule.Cluster c && c.min() > nodes.size()) {
      throw new IllegalArgumentException(
          "pool %s has %d nodes and needs at least %d ACTIVE"
              .formatted(name, nodes.size(), c.min()));
    }
  }

  /** A failover pool with every default. */
  public static PoolConfig failover(String name, List<Member> nodes) {
    return new PoolConfig(name, nodes, RoleRule.DEFAULT, Ladder.DEFAULT, Status.FAIL, true);
  }

  public PoolConfig with(RoleRule other) {
    return new PoolConfig(name, nodes, other, ladder, failAt, provenRecovery);
  }

  public PoolConfig with(Ladder other) {
    return new PoolConfig(name, nodes, roles, other, failAt, provenRecovery);
  }

  public PoolConfig withFailAt(Status other) {
    return new PoolConfig(name, nodes, roles, ladder, other, provenRecovery);
  }

  public PoolConfig withProvenRecovery(boolean other) {
    return new PoolConfig(name, nodes, roles, ladder, failAt, other);
  }

  /** Consecutive failing polls at which a node has failed. */
  int limit() {
    return ladder.begin(failAt);
  }

  /** A configured node. */
  public record Member(NodeAddress address, NodeType type) {}
}
