package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import java.util.List;
import java.util.Optional;

/**
 * State of a pool between two events.
 *
 * @param allowed the last {@code Permission}
 * @param nodes in configured order
 */
public record PoolState(
    PoolConfig config, boolean allowed, String permissionReason, List<Node> nodes) {

  public PoolState {
    nodes = List.copyOf(nodes);
  }

  /**
   * One node.
   *
   * @param req consecutive errored requests; -1 before the first poll
   * @param status worse of the ladder and the floor
   * @param floor status held whatever req says; OK when none
   * @param lastHealthy whether the last poll was healthy
   * @param pending what was commanded and not answered yet
   * @param pendingReason message to show once it is answered
   */
  public record Node(
      NodeAddress address,
      NodeType type,
      int req,
      Status status,
      Status floor,
      State state,
      String message,
      boolean lastHealthy,
      Pending pending,
      String pendingReason) {}

  /** An unanswered command. A node with {@code FENCING} may still be writable. */
  public enum Pending {
    NONE,
    PROMOTING,
    FENCING
  }

  public Optional<Node> node(NodeAddress address) {
    return nodes.stream().filter(n -> n.address().equals(address)).findFirst();
  }

  public Optional<Node> active() {
    return nodes.stream().filter(n -> n.state() == State.ACTIVE).findFirst();
  }
}
