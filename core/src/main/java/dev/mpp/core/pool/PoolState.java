package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * State of a pool between two events.
 *
 * @param allowed the last {@code Permission}
 * @param paused the last {@code Paused}
 * @param keepers while paused: the nodes that keep the ACTIVE role, at most one in a failover pool;
 *     empty when nobody had it
 * @param nodes in configured order
 * @param behind candidates whose data lack what another candidate has: they are passed over while
 *     there is one that does not; empty where only the order counts
 */
public record PoolState(
    PoolConfig config,
    boolean allowed,
    String permissionReason,
    boolean paused,
    Set<NodeAddress> keepers,
    List<Node> nodes,
    Set<NodeAddress> behind) {

  public PoolState {
    keepers = Set.copyOf(keepers);
    nodes = List.copyOf(nodes);
    behind = Set.copyOf(behind);
  }

  /** Where only the order counts. */
  public PoolState(
      PoolConfig config,
      boolean allowed,
      String permissionReason,
      boolean paused,
      Set<NodeAddress> keepers,
      List<Node> nodes) {
    this(config, allowed, permissionReason, paused, keepers, nodes, Set.of());
  }

  /** The same, with other nodes that lack what another candidate has. */
  public PoolState withBehind(Set<NodeAddress> nodesBehind) {
    return behind.equals(nodesBehind)
        ? this
        : new PoolState(config, allowed, permissionReason, paused, keepers, nodes, nodesBehind);
  }

  /** Every node UNKNOWN and never polled; nothing allowed yet. */
  public static PoolState initial(PoolConfig config) {
    return new PoolState(
        config,
        false,
        "",
        false,
        Set.of(),
        config.nodes().stream().map(m -> Node.initial(m.address(), m.type())).toList());
  }

  /** The same nodes under another configuration of the same members. */
  PoolState with(PoolConfig other) {
    return new PoolState(other, allowed, permissionReason, paused, keepers, nodes, behind);
  }

  /**
   * What a restarted process may believe of what it kept on disk: FAILED nodes stay FAILED, nothing
   * is ACTIVE, nothing is commanded, nothing is allowed, nothing overridden. Who was ACTIVE counts
   * only while the service is paused.
   *
   * @param kept the nodes as they were stored, in configured order
   */
  public static PoolState restarted(PoolConfig config, List<Node> kept) {
    return new PoolState(
        config,
        false,
        "",
        false,
        kept.stream()
            .filter(n -> n.state() == State.ACTIVE)
            .map(Node::address)
            .collect(Collectors.toSet()),
        IntStream.range(0, kept.size())
            .mapToObj(i -> kept.get(i).restarted(config.nodes().get(i).type()))
            .toList());
  }

  /**
   * What one instance of a site goes on with in the place of the other: who is ACTIVE stays ACTIVE.
   *
   * @param nodes in configured order, without commands
   * @param reason of the permission that an ACTIVE node has
   */
  public static PoolState inherited(PoolConfig config, List<Node> nodes, String reason) {
    boolean active = nodes.stream().anyMatch(n -> n.state() == State.ACTIVE);
    return new PoolState(config, active, active ? reason : "", false, Set.of(), nodes);
  }

  /** In the order in which they are promoted: the PRIMARY, then by falling weight, as listed. */
  public List<Node> byPriority() {
    for (Node node : nodes) {
      if (!node.override().isNone()) {
        return nodes.stream()
            .sorted(
                Comparator.comparing(Node::type)
                    .thenComparing(n -> n.override().effectiveWeight(), Comparator.reverseOrder()))
            .toList();
      }
    }
    return nodes;
  }

  /** Whether an operator pinned the role to one of the nodes. */
  public boolean pinned() {
    for (Node node : nodes) {
      if (node.override().pins()) {
        return true;
      }
    }
    return false;
  }

  public Optional<Node> node(NodeAddress address) {
    for (Node node : nodes) {
      if (node.address().equals(address)) {
        return Optional.of(node);
      }
    }
    return Optional.empty();
  }

  /** The ACTIVE node; of a cluster, the first. */
  public Optional<Node> active() {
    for (Node node : nodes) {
      if (node.state() == State.ACTIVE) {
        return Optional.of(node);
      }
    }
    return Optional.empty();
  }

  /**
   * One node.
   *
   * @param type as it counts now: an override may differ from the configuration
   * @param req consecutive errored requests; -1 before the first poll
   * @param status the override's, else {@code measured}
   * @param measured worse of the ladder and the floor, below FAIL unless the node has failed
   * @param floor status held whatever req says; OK when none
   * @param pending what was commanded and not answered yet
   * @param pendingReason message to show once it is answered; with {@code NONE}: this node was
   *     promised the role (M9, M11) and waits for the fence of another, empty otherwise
   */
  public record Node(
      NodeAddress address,
      NodeType type,
      int req,
      Status status,
      Status measured,
      Status floor,
      State state,
      String message,
      LastPoll lastPoll,
      Pending pending,
      String pendingReason,
      NodeOverride override) {

    static Node initial(NodeAddress address, NodeType type) {
      return at(address, type, -1, Status.OK, Status.OK, State.UNKNOWN, "");
    }

    /** A node as it was stored: without commands, overrides and last poll. */
    public static Node at(
        NodeAddress address,
        NodeType type,
        int req,
        Status status,
        Status floor,
        State state,
        String message) {
      return new Node(
          address,
          type,
          req,
          status,
          status,
          floor,
          state,
          message,
          LastPoll.NONE,
          Pending.NONE,
          "",
          NodeOverride.NONE);
    }

    private Node restarted(NodeType configured) {
      return state.failed()
          ? at(address, configured, req, measured, floor, state, message)
          : at(address, configured, Math.min(req, 0), Status.OK, Status.OK, State.UNKNOWN, "");
    }

    /** Whether it is, or for all we know may be, writable. */
    public boolean mayWrite() {
      return state == State.ACTIVE || pending != Pending.NONE;
    }

    public boolean lastHealthy() {
      return lastPoll == LastPoll.HEALTHY;
    }

    /** Whether it answered its last poll, healthy or not. */
    public boolean answers() {
      return lastPoll == LastPoll.HEALTHY || lastPoll == LastPoll.REPLICATION_FAILURE;
    }

    /** Healthy, fenced, and nothing an operator said keeps it from being promoted. */
    public boolean candidate() {
      return state == State.STANDBY
          && lastHealthy()
          && pending == Pending.NONE
          && override.allowsPromotion();
    }
  }

  /** How the last poll ended. */
  public enum LastPoll {
    /** Not asked since it is judged anew. */
    NONE,
    HEALTHY,
    REPLICATION_FAILURE,
    CONNECT_FAILURE
  }

  /** An unanswered command. A node with {@code FENCING} may still be writable. */
  public enum Pending {
    NONE,
    PROMOTING,
    FENCING
  }
}
