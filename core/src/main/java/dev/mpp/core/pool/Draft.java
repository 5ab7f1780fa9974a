package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PoolState.Node;
import dev.mpp.core.pool.PoolState.Pending;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A step being worked out: the next state and what it asks for. Lives as long as one event. */
final class Draft {
  final PoolConfig config;
  final List<Row> rows;
  boolean allowed;
  String permissionReason;

  private final List<PoolCommand> commands = new ArrayList<>();
  private final List<PoolStep.Transition> transitions = new ArrayList<>();

  Draft(PoolState state) {
    config = state.config();
    rows = state.nodes().stream().map(Row::new).toList();
    allowed = state.allowed();
    permissionReason = state.permissionReason();
  }

  Row primary() {
    return rows.getFirst();
  }

  Optional<Row> row(NodeAddress address) {
    return rows.stream().filter(r -> r.address.equals(address)).findFirst();
  }

  /** The node that holds, or is about to hold, the role; never more than one. */
  Optional<Row> otherThatMayWrite(Row self) {
    return rows.stream().filter(r -> r != self && r.mayWrite()).findFirst();
  }

  /** The one way to change a state, so that no change escapes the journal. */
  void become(Row row, State to, String reason) {
    State from = row.state;
    row.state = to;
    if (from != to) {
      transitions.add(
          new PoolStep.Transition(
              row.address, from, to, row.status(), row.req, Messages.plain(reason)));
    }
  }

  /** Commands the promotion; the message and the state change wait for {@code Promoted}. */
  void promote(Row row, String message) {
    row.pending = Pending.PROMOTING;
    row.pendingReason = message;
    commands.add(new PoolCommand.Promote(row.address, Messages.plain(message)));
  }

  /**
   * Commands the fence once per need: a node whose fence is not answered yet only gets the new
   * message.
   */
  void fence(Row row, String message) {
    if (row.pending != Pending.FENCING) {
      commands.add(new PoolCommand.Fence(row.address, Messages.plain(message)));
    }
    row.pending = Pending.FENCING;
    row.pendingReason = message;
  }

  PoolStep step(String answer) {
    PoolState next =
        new PoolState(config, allowed, permissionReason, rows.stream().map(Row::freeze).toList());
    return new PoolStep(next, commands, transitions, answer);
  }

  /** A node of the draft. */
  static final class Row {
    final NodeAddress address;
    final NodeType type;
    int req;
    Status floor;
    State state;
    String message;
    boolean lastHealthy;
    Pending pending;
    String pendingReason;

    Row(Node node) {
      address = node.address();
      type = node.type();
      req = node.req();
      floor = node.floor();
      state = node.state();
      message = node.message();
      lastHealthy = node.lastHealthy();
      pending = node.pending();
      pendingReason = node.pendingReason();
    }

    /** FAIL is for FAILED nodes: an ACTIVE node with broken replication is capped below it. */
    Status status() {
      Status status = Status.ladder(req).worse(floor);
      return state.failed() ? status : status.better(Status.OK_CRITICAL);
    }

    boolean mayWrite() {
      return state == State.ACTIVE || pending != Pending.NONE;
    }

    /** Could be promoted right now, as far as this node itself goes. */
    boolean eligible() {
      return state == State.STANDBY && lastHealthy && pending == Pending.NONE;
    }

    void countFailure() {
      req = Math.max(req, 0) + 1;
      lastHealthy = false;
    }

    Node freeze() {
      return new Node(
          address, type, req, status(), floor, state, message, lastHealthy, pending, pendingReason);
    }
  }
}
