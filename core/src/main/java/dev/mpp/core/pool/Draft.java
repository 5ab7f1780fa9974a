package dev.mpp.core.pool;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PoolState.LastPoll;
import dev.mpp.core.pool.PoolState.Node;
import dev.mpp.core.pool.PoolState.Pending;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A step being worked out: the next state and what it asks for. Lives as long as one event. */
final class Draft {
  final PoolConfig config;

  /** In order of evaluation: the PRIMARY, then by falling weight, then as configured. */
  List<Row> rows;

  boolean allowed;
  String permissionReason;
  boolean paused;
  Set<NodeAddress> keepers;

  /** Candidates that lack what another one has. */
  final Set<NodeAddress> behind;

  private final List<Row> configured;
  private List<PoolCommand> commands = List.of();
  private List<PoolStep.Transition> transitions = List.of();

  Draft(PoolState state) {
    config = state.config();
    allowed = state.allowed();
    permissionReason = state.permissionReason();
    paused = state.paused();
    keepers = state.keepers();
    behind = state.behind();
    List<Row> all = new ArrayList<>(state.nodes().size());
    boolean plain = true;
    for (Node node : state.nodes()) {
      Row row = new Row(node, config.ladder(), all.size());
      all.add(row);
      plain &= row.override.isNone();
    }
    configured = all;
    rows = plain ? all : ordered();
  }

  private List<Row> ordered() {
    List<Row> sorted = new ArrayList<>(configured);
    sorted.sort(
        Comparator.comparing((Row r) -> r.type)
            .thenComparing(r -> r.override.effectiveWeight(), Comparator.reverseOrder())
            .thenComparing(r -> r.index));
    return sorted;
  }

  /** Settles anew who counts as PRIMARY and in which order the nodes are evaluated. */
  void reorder() {
    for (Row row : configured) {
      row.type = NodeType.SECONDARY;
    }
    rows = ordered();
    Row primary = configured.getFirst();
    if (asked(primary, NodeType.SECONDARY)) {
      primary =
          rows.stream().filter(r -> !asked(r, NodeType.SECONDARY)).findFirst().orElse(primary);
    }
    for (Row row : configured) {
      primary = asked(row, NodeType.PRIMARY) ? row : primary;
    }
    primary.type = NodeType.PRIMARY;
    rows = ordered();
  }

  private static boolean asked(Row row, NodeType type) {
    return row.override.type().isPresent() && row.override.type().get() == type;
  }

  Row primary() {
    return rows.getFirst();
  }

  @Nullable Row row(NodeAddress address) {
    for (Row row : configured) {
      if (row.address.equals(address)) {
        return row;
      }
    }
    return null;
  }

  /** A node that holds, or is about to hold, the role, other than {@code self}. */
  @Nullable Row otherThatMayWrite(@Nullable Row self) {
    for (Row row : configured) {
      if (row != self && row.mayWrite()) {
        return row;
      }
    }
    return null;
  }

  /** The node an operator pinned the role to. */
  @Nullable Row pinned() {
    for (Row row : configured) {
      if (row.override.pins()) {
        return row;
      }
    }
    return null;
  }

  int mayWrite() {
    int count = 0;
    for (Row row : configured) {
      count += row.mayWrite() ? 1 : 0;
    }
    return count;
  }

  /**
   * While paused the roles go back to where they were, and nowhere else; if nobody had one, the
   * PRIMARY may take it.
   */
  boolean keeps(Row row) {
    return keepers.isEmpty() ? row == primary() : keepers.contains(row.address);
  }

  /** Who has a role now keeps it. If nobody has, that stays as it was. */
  void pause() {
    paused = true;
    Set<NodeAddress> holders = new HashSet<>();
    for (Row row : configured) {
      if (row.state == State.ACTIVE || row.pending == Pending.PROMOTING) {
        holders.add(row.address);
      }
    }
    keepers = holders.isEmpty() ? keepers : holders;
  }

  Set<NodeAddress> keepersAnd(Row row) {
    Set<NodeAddress> all = new HashSet<>(keepers);
    all.add(row.address);
    return all;
  }

  void resume() {
    paused = false;
    keepers = Set.of();
  }

  /** The one way to change a state, so that no change escapes the journal. */
  void become(Row row, State to, String reason) {
    State from = row.state;
    row.state = to;
    if (from != to) {
      transitions = transitions.isEmpty() ? new ArrayList<>() : transitions;
      transitions.add(
          new PoolStep.Transition(
              row.address, from, to, row.status(), row.req, Messages.plain(reason)));
    }
  }

  /** Commands the promotion; the message and the state change wait for {@code Promoted}. */
  void promote(Row row, String message) {
    row.pending = Pending.PROMOTING;
    row.pendingReason = message;
    command(new PoolCommand.Promote(row.address, Messages.plain(message)));
  }

  /**
   * Commands the fence once per need: a node whose fence is not answered yet only gets the new
   * message.
   */
  void fence(Row row, String message) {
    if (row.pending != Pending.FENCING) {
      command(new PoolCommand.Fence(row.address, Messages.plain(message)));
    }
    row.pending = Pending.FENCING;
    row.pendingReason = message;
  }

  private void command(PoolCommand command) {
    commands = commands.isEmpty() ? new ArrayList<>() : commands;
    commands.add(command);
  }

  PoolStep step(String answer) {
    List<Node> nodes = new ArrayList<>(configured.size());
    for (Row row : configured) {
      nodes.add(row.freeze());
    }
    PoolState next =
        new PoolState(config, allowed, permissionReason, paused, keepers, nodes, behind);
    return new PoolStep(next, commands, transitions, answer);
  }

  /** A node of the draft. */
  static final class Row {
    final NodeAddress address;
    final int index;
    NodeType type;
    int req;
    Status floor;
    State state;
    String message;
    LastPoll lastPoll;
    Pending pending;
    String pendingReason;
    NodeOverride override;

    private final Node before;
    private final Ladder ladder;

    Row(Node node, Ladder ladder, int index) {
      this.before = node;
      this.ladder = ladder;
      this.index = index;
      address = node.address();
      type = node.type();
      req = node.req();
      floor = node.floor();
      state = node.state();
      message = node.message();
      lastPoll = node.lastPoll();
      pending = node.pending();
      pendingReason = node.pendingReason();
      override = node.override();
    }

    Status status() {
      Status measured = measured();
      return override.status().isPresent() ? override.status().get() : measured;
    }

    /** FAIL is for nodes out of service: an ACTIVE one that fails its polls is capped below it. */
    private Status measured() {
      Status status = ladder.status(req).worse(floor);
      return state.failed() || held() ? status : status.better(Status.OK_CRITICAL);
    }

    boolean mayWrite() {
      return state == State.ACTIVE || pending != Pending.NONE;
    }

    boolean held() {
      return override.state().isPresent() && !override.pins();
    }

    boolean healthy() {
      return lastPoll == LastPoll.HEALTHY;
    }

    /** Healthy, fenced and free: could be promoted if it is this node's turn. */
    boolean standsBy() {
      return state == State.STANDBY && healthy() && pending == Pending.NONE && !held();
    }

    /** Shown FAIL by an override: not even an operator's order makes it ACTIVE, only a pin does. */
    boolean barred() {
      return override.status().isPresent() && override.status().get() == Status.FAIL;
    }

    /** Stands by, and the rules may promote it on their own. */
    boolean candidate() {
      return standsBy() && override.allowsPromotion();
    }

    /** Was STANDBY before this step already. */
    boolean stoodBy() {
      return before.state() == State.STANDBY;
    }

    /** Does not stand between a node below it and the role. */
    boolean outOfTheRace() {
      return state.failed()
          || (state == State.STANDBY && !healthy())
          || !override.allowsPromotion();
    }

    Node freeze() {
      if (unchanged()) {
        return before;
      }
      return new Node(
          address,
          type,
          req,
          status(),
          measured(),
          floor,
          state,
          message,
          lastPoll,
          pending,
          pendingReason,
          override);
    }

    private boolean unchanged() {
      return type == before.type()
          && req == before.req()
          && floor == before.floor()
          && state == before.state()
          && lastPoll == before.lastPoll()
          && pending == before.pending()
          && message.equals(before.message())
          && pendingReason.equals(before.pendingReason())
          && override.equals(before.override());
    }
  }
}
