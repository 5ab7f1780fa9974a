package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.Draft.Row;
import dev.mpp.core.pool.PoolState.LastPoll;
import dev.mpp.core.pool.PoolState.Pending;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What holds for a node whatever the rule by which its pool gives roles. */
final class NodeRules {
  private NodeRules() {}

  static void countFailure(Row node, LastPoll kind, String error) {
    node.req = Math.max(node.req, 0) + 1;
    node.lastPoll = kind;
    node.message = error;
  }

  /** What an operator has to look at while the node is well; what its role says comes first. */
  static void warn(Row node, String warning) {
    boolean counts = node.state == State.STANDBY || node.state == State.ACTIVE;
    if (!warning.isEmpty() && counts && !node.held()) {
      node.floor = node.floor.worse(Status.OK_WARN);
      node.message = node.message.isEmpty() ? warning : node.message;
    }
  }

  /** Whether it answered its last poll, healthy or not. */
  static boolean answers(Row node) {
    return node.lastPoll == LastPoll.HEALTHY || node.lastPoll == LastPoll.REPLICATION_FAILURE;
  }

  /** An ACTIVE node that no failing poll moves away from the role. */
  static boolean keepsRole(Draft draft, Row node) {
    return node.state == State.ACTIVE
        && node.pending == Pending.NONE
        && (draft.paused || node.override.pins());
  }

  /** Judged anew from here on. */
  static void reset(Draft draft, Row node, String message) {
    node.req = 0;
    node.floor = Status.OK_WARN;
    node.message = message;
    node.lastPoll = LastPoll.NONE;
    if (node.pending == Pending.NONE) {
      node.pendingReason = "";
    }
    draft.become(node, State.UNKNOWN, message);
  }

  static void provenClean(Draft draft, Row node, String proof) {
    if (draft.config.provenRecovery()
        && node.state.failed()
        && node.healthy()
        && !node.held()
        && node.pending == Pending.NONE) {
      reset(draft, node, Messages.provenClean(proof));
    }
  }

  static void returned(Draft draft, String proof) {
    for (Row node : draft.rows) {
      if (node.state == State.STANDBY && node.pending == Pending.NONE && !node.held()) {
        reset(draft, node, Messages.provenClean(proof));
      }
    }
  }

  // ---- the operator's orders ----------------------------------------------------------------

  /** Whether an order was refused. It has changed nothing then, and nothing else may move. */
  static boolean refused(String answer) {
    return answer.startsWith("ERROR: ");
  }

  /** A node that may be writable is fenced before it is shown as anything but what it was. */
  static String recover(Draft draft, NodeAddress address) {
    Row node = draft.row(address);
    return node == null ? unknown(draft, address) : recover(draft, node);
  }

  private static String recover(Draft draft, Row node) {
    if (node.override.state().isPresent()) {
      return "ERROR: the state of %s is set to %s by an override; lift it first: mpp node unset %s"
          .formatted(node.address, node.override.state().get(), node.address);
    }
    String prior = node.status() + "/" + Math.max(node.req, 0) + " (" + node.state + ")";
    boolean holder = node.state == State.ACTIVE || node.state == State.STANDBY;
    if (holder && node.mayWrite()) {
      draft.fence(node, Messages.RECOVERED);
    } else {
      reset(draft, node, Messages.RECOVERED);
    }
    return "OK: Cached level reset from " + prior + " to OK_WARN/0 (UNKNOWN) for " + node.address;
  }

  static String recoverPool(Draft draft) {
    List<String> lines = new ArrayList<>();
    for (Row node : draft.rows) {
      if (node.state.failed()) {
        lines.add(recover(draft, node));
      }
    }
    return lines.isEmpty()
        ? "OK: no node of pool " + draft.config.name() + " is FAILED"
        : String.join("\n", lines);
  }

  /**
   * Puts the override in force as far as the node itself goes; who takes which role after it is the
   * pool's rule to say.
   */
  static String override(Draft draft, NodeAddress address, NodeOverride override) {
    Row node = draft.row(address);
    if (node == null) {
      return unknown(draft, address);
    }
    String refused = refused(draft, node, override);
    if (!refused.isEmpty()) {
      return "ERROR: " + refused;
    }
    NodeOverride before = node.override;
    node.override = override;
    if (!before.type().equals(override.type()) || !before.weight().equals(override.weight())) {
      draft.reorder();
    }
    if (!before.state().equals(override.state())) {
      stateSet(draft, node, before);
    }
    return override.isNone()
        ? "OK: no override of " + address
        : "OK: " + address + " " + override + waiting(draft, node);
  }

  /** Whether a fence with this message was the beginning of a new judgement. */
  static boolean judgesAnew(String message) {
    return message.equals(Messages.RECOVERED) || message.equals(Messages.LIFTED);
  }

  private static void stateSet(Draft draft, Row node, NodeOverride before) {
    if (before.pins() && node.pending == Pending.NONE) {
      node.pendingReason = ""; // the role it waited for is not promised any more
    }
    if (node.held()) {
      if (node.mayWrite()) {
        draft.fence(node, Messages.HELD);
      } else {
        hold(draft, node);
      }
    } else if (before.held().isPresent() && (node.pending == Pending.NONE || node.state.failed())) {
      reset(draft, node, Messages.LIFTED);
    } else if (before.held().isPresent()) {
      node.pendingReason = Messages.LIFTED; // its fence is under way; judged anew after it
    }
  }

  /** Shows a fenced node in the state it is held in. */
  static void hold(Draft draft, Row node) {
    State held = node.override.held().orElseThrow();
    node.floor = Status.OK;
    node.message = Messages.HELD;
    node.pendingReason = "";
    if (node.state.failed() && !held.failed()) {
      draft.become(node, State.UNKNOWN, Messages.HELD);
    }
    draft.become(node, held, Messages.HELD);
  }

  /** A node that is to be ACTIVE by an override and answers stands by for it, failed or not. */
  static void standBy(Draft draft, Row node) {
    if (node.state != State.STANDBY) {
      draft.become(node, State.UNKNOWN, Messages.PINNED);
      node.floor = Status.OK;
      draft.become(node, State.STANDBY, Messages.PINNED);
    }
  }

  private static String refused(Draft draft, Row node, NodeOverride override) {
    boolean primary = asks(override, NodeType.PRIMARY);
    boolean only = asks(override, NodeType.SECONDARY);
    Row pinned = null;
    int pins = 0;
    for (Row other : draft.rows) {
      if (other == node) {
        continue;
      }
      only &= asks(other.override, NodeType.SECONDARY);
      if (primary && asks(other.override, NodeType.PRIMARY)) {
        return "%s is PRIMARY by an override; lift it first: mpp node unset %s"
            .formatted(other.address, other.address);
      }
      pinned = other.override.pins() ? other : pinned;
      pins += other.override.pins() ? 1 : 0;
    }
    if (override.pins() && pinned != null && pins >= mostActive(draft)) {
      return "%s is ACTIVE by an override, and no more than %d may be; lift it first: mpp node unset %s"
          .formatted(pinned.address, mostActive(draft), pinned.address);
    }
    if (only) {
      return draft.rows.size() == 1
          ? "%s is the only node of the pool and has to be PRIMARY".formatted(node.address)
          : "every other node is SECONDARY by an override, and one has to be PRIMARY;"
              + " lift one first: mpp node unset HOST";
    }
    if (override.pins() && !node.override.pins() && !answers(node) && node.state != State.ACTIVE) {
      return "%s cannot be made ACTIVE: it did not answer its last poll (%s)"
          .formatted(node.address, node.message.isEmpty() ? "not polled yet" : node.message);
    }
    return "";
  }

  private static int mostActive(Draft draft) {
    return switch (draft.config.roles()) {
      case RoleRule.Failover _ -> 1;
      case RoleRule.Cluster r -> r.max();
    };
  }

  private static boolean asks(NodeOverride override, NodeType type) {
    return override.type().isPresent() && override.type().get() == type;
  }

  private static String waiting(Draft draft, Row node) {
    if (node.override.pins() && node.state != State.ACTIVE) {
      return draft.allowed
          ? "; being made ACTIVE"
          : "; made ACTIVE as soon as this site may be" + because(draft.permissionReason);
    }
    return node.held() && node.mayWrite() ? "; being fenced first" : "";
  }

  /** A site that never had the lease was never told why it may not serve. */
  private static String because(String reason) {
    return reason.isEmpty() ? "" : ": " + reason;
  }

  private static String unknown(Draft draft, NodeAddress address) {
    return "ERROR: no node %s in pool %s; its nodes: %s"
        .formatted(
            address,
            draft.config.name(),
            draft.config.nodes().stream()
                .map(m -> m.address().toString())
                .collect(Collectors.joining(", ")));
  }
}
