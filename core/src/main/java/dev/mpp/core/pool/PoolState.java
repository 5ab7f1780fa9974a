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

  /** Every node UNKNOWN and never polled; nothing allowed yet. */
  public static PoolState initial(PoolConfig config) {
    return new PoolState(
        config,
        false,
        "",
        config.nodes().stream().map(m -> Node.initial(m.address(), m.type())).toList());
  }

  /**
   * What a restarted process may believe of what it kept on disk: FAILED nodes stay FAILED, nothing
   * is ACTIVE, nothing is commanded, nothing is allowed.
   */
  public PoolState restarted() {
    return new PoolState(
        config,
        false,
        "",
        nodes.stream()
            .map(
                n ->
                    n.state().failed()
                        ? new Node(
                            n.address(),
                            n.type(),
                            n.req(),
                            n.status(),
                            n.floor(),
                            n.state(),
                            n.message(),
                            false,
                            Pending.NONE,
                            "")
                        : new Node(
                            n.address(),
                            n.type(),
                            Math.min(n.req(), 0),
                            Status.OK,
                            Status.OK,
                            State.UNKNOWN,
                            n.message(),
                            false,
                            Pending.NONE,
                            ""))
            .toList());
  }

  /**
   * One node.
   *
   * @param req consecutive errored requests; -1 before the first poll
   * @param status worse of the ladder and the floor
   * @param floor status held whatever req says; OK when none
   * @param lastHealthy whether the last poll was healthy
   * @param pending what was commanded and not answered yet
   * @param pendingReason message to show once it is answered; with {@code NONE}: this node was
   *     promised the role (M9, M11) and waits for the fence of another, empty otherwise
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
      String pendingReason) {

    static Node initial(NodeAddress address, NodeType type) {
      return new Node(
          address, type, -1, Status.OK, Status.OK, State.UNKNOWN, "", false, Pending.NONE, "");
    }

    /** Whether it is, or for all we know may be, writable. */
    public boolean mayWrite() {
      return state == State.ACTIVE || pending != Pending.NONE;
    }
  }

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
