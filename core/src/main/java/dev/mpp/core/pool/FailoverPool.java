package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.Draft.Row;
import dev.mpp.core.pool.PoolState.LastPoll;
import dev.mpp.core.pool.PoolState.Pending;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One ACTIVE node at most; the others stand by (BEHAVIOUR sections 3 to 5). Stateless, safe for any
 * thread.
 *
 * <p>Two invariants hold in every state this class returns, whatever the order of events: at most
 * one node {@linkplain PoolState.Node#mayWrite() may write}, and a node is shown ACTIVE only
 * between its {@code Promoted} and the answer to its next fence. An answer that comes late, twice
 * or unasked is ignored; an answer that never comes keeps every other node from being promoted.
 */
public final class FailoverPool implements PoolLogic {

  /*
   * On its own poll a node makes at most one of these moves ("healthy" = this poll was healthy;
   * a promotion or a fence that is under way suspends the moves marked *):
   *
   *   state     poll                      and                                   then
   *   --------  ------------------------  ------------------------------------  -----------------------
   *   any       failing, below the limit                                        kept, req + 1
   *   ACTIVE    replication, any count    (or being promoted)                   kept, floor OK_WARN
   *   ACTIVE    connect, any count        a replica shows that it serves *      kept, floor OK_WARN
   *   any       connect, at the limit     was ACTIVE or being promoted          FAILED_OFFLINE, fence
   *   any       connect, at the limit                                           FAILED_OFFLINE
   *   other     replication, at the limit                                       FAILED_ONLINE
   *   UNKNOWN   healthy *                                                       STANDBY
   *   FAILED_*  healthy                                                         kept, M6/M7
   *   STANDBY   healthy *, PRIMARY        nobody may write                      promote, M1
   *   STANDBY   healthy *, PRIMARY        a SECONDARY is ACTIVE, failback auto  kept, floor, M5
   *   STANDBY   healthy *, PRIMARY        a SECONDARY is ACTIVE, fb. hostile    fence it, then promote, M11
   *   ACTIVE    healthy *, SECONDARY      PRIMARY eligible, failback auto       req + 1, M3
   *   ACTIVE    healthy *, SECONDARY      the same, M3 already said             fence, M4
   *   ACTIVE    healthy *, SECONDARY      PRIMARY eligible, failback hostile    fence, M4
   *   ACTIVE    healthy *, SECONDARY      PRIMARY ACTIVE                        fence, M4
   *
   * A healthy poll with a warning holds the status of a node in STANDBY or ACTIVE at OK_WARN.
   *
   * With failback manual the rows M3, M4, M5 and M11 are left out. While the pool is paused, and for
   * a node that an override makes ACTIVE, so are they, and an ACTIVE node that cannot be reached
   * keeps its role: the operator said so. A node that an override holds in a state counts its polls
   * and makes no move. Overrides act in any step: a held node is fenced first, the others are fenced
   * before a node becomes ACTIVE by override.
   *
   * and a SECONDARY in STANDBY whose last poll was healthy is promoted (M2) in any step that finds
   * nobody who may write and every node above it FAILED or in STANDBY with a failing last poll.
   * An UNKNOWN node above it blocks it: it is judged within `limit` polls. Of several candidates
   * those that are `behind` another one, the PRIMARY too, are passed over (replication: managed).
   *
   * Takeovers outside a poll: Permission(allowed), PromotionFailed of another node and Fenced decide
   * M1 and M2 at once. The exception is the fence of a relinquish (M4): the PRIMARY waits for its own
   * next poll, unless it asked for the role (M9, M11).
   */
  @Override
  public PoolStep step(PoolState state, PoolEvent event) {
    Draft draft = new Draft(state);
    String answer = "";
    switch (event) {
      case PoolEvent.Polled e -> cycle(draft, e.results());
      case PoolEvent.Permission e -> permission(draft, e);
      case PoolEvent.Promoted e -> with(draft, e.node(), n -> promoted(draft, n));
      case PoolEvent.PromotionFailed e ->
          with(draft, e.node(), n -> promotionFailed(draft, n, e.error()));
      case PoolEvent.Fenced e -> with(draft, e.node(), n -> fenced(draft, n));
      case PoolEvent.ProvenClean e ->
          with(draft, e.node(), n -> NodeRules.provenClean(draft, n, e.proof()));
      case PoolEvent.Returned e -> NodeRules.returned(draft, e.proof());
      case PoolEvent.Paused e -> paused(draft, e.paused());
      case PoolEvent.Recover e -> answer = NodeRules.recover(draft, e.node());
      case PoolEvent.RecoverPool _ -> answer = NodeRules.recoverPool(draft);
      case PoolEvent.ActivatePrimary _ -> answer = ActivatePrimary.order(draft);
      case PoolEvent.SetOverride e -> {
        answer = NodeRules.override(draft, e.node(), e.override());
        if (!NodeRules.refused(answer)) {
          takeOvers(draft, true);
        }
      }
    }
    return draft.step(answer);
  }

  /** One node that fails, or none that is left, is still a failover pool: its site says so. */
  @Override
  public Optional<String> unfit(PoolState state) {
    return Optional.empty();
  }

  private static void with(Draft draft, NodeAddress address, Consumer<Row> action) {
    Row node = draft.row(address);
    if (node != null) {
      action.accept(node);
    }
  }

  private static void cycle(Draft draft, Map<NodeAddress, PollResult> results) {
    for (Row node : draft.rows) {
      PollResult result = results.get(node.address);
      boolean wasUnknown = node.state == State.UNKNOWN;
      boolean recovering = result instanceof PollResult.Healthy && node.req >= 1;
      switch (result) {
        case null -> {}
        case PollResult.Healthy h -> {
          healthy(draft, node);
          NodeRules.warn(node, h.warning());
        }
        case PollResult.ConnectFailure f ->
            failing(
                draft,
                node,
                LastPoll.CONNECT_FAILURE,
                Messages.couldNotConnect(node.address, f.error()),
                f.vouched());
        case PollResult.ReplicationFailure f ->
            failing(draft, node, LastPoll.REPLICATION_FAILURE, f.error(), "");
      }
      if (node.type == NodeType.SECONDARY && !(wasUnknown && result != null)) {
        takeOver(draft, node, Messages.recovering(recovering, Messages.TAKEOVER), false);
      }
    }
    pin(draft);
  }

  private static void failing(Draft draft, Row node, LastPoll kind, String error, String vouched) {
    NodeRules.countFailure(node, kind, error);
    if (node.pending == Pending.NONE) {
      node.pendingReason = ""; // a promised role is off
    }
    boolean offline = kind == LastPoll.CONNECT_FAILURE;
    boolean holder = node.state == State.ACTIVE || node.pending == Pending.PROMOTING;
    boolean serves =
        !vouched.isEmpty() && node.state == State.ACTIVE && node.pending == Pending.NONE;
    if (node.held()) {
      return;
    }
    if (serves && node.req >= draft.config.limit()) {
      node.message = Messages.kept(error, vouched);
    }
    if (holder && (!offline || serves || NodeRules.keepsRole(draft, node))) {
      node.floor = node.floor.worse(Status.OK_WARN);
      return;
    }
    // A pin asks for no more than an answer. But a node that has failed and is not fenced yet
    // cannot be stood by for it: it is shown as what it is.
    boolean waits = node.override.pins() && !(node.state.failed() && node.mayWrite());
    if (node.req < draft.config.limit() || (waits && !offline)) {
      return;
    }
    node.floor = Status.FAIL;
    draft.become(node, offline ? State.FAILED_OFFLINE : State.FAILED_ONLINE, error);
    if (holder || node.pending == Pending.FENCING) {
      draft.fence(node, error);
    }
  }

  private static void healthy(Draft draft, Row node) {
    boolean recovering = node.req >= 1;
    String before = node.message;
    boolean idle = node.pending == Pending.NONE;
    node.req = 0;
    node.lastPoll = LastPoll.HEALTHY;
    node.message = recovering ? Messages.recoveringOnce(before) : "";
    node.floor = node.state == State.UNKNOWN && !idle ? node.floor : Status.OK;
    if (node.held()) {
      return;
    }
    switch (node.state) {
      case UNKNOWN -> {
        node.message = Messages.recovering(recovering, before);
        if (idle) {
          draft.become(node, State.STANDBY, "healthy poll");
        }
      }
      case FAILED_ONLINE, FAILED_OFFLINE -> {
        node.floor = node.type == NodeType.PRIMARY ? Status.OK_WARN : Status.OK;
        node.message =
            Messages.recovering(
                recovering, Messages.answersAgain(node.type, draft.config.provenRecovery()));
      }
      case STANDBY -> {
        if (idle && node.type == NodeType.PRIMARY) {
          primaryInStandby(draft, node, recovering);
        }
      }
      case ACTIVE -> {
        if (idle && node.type == NodeType.SECONDARY) {
          secondaryInActive(draft, node, recovering, Messages.says(before, Messages.READY));
        }
      }
    }
  }

  private static void primaryInStandby(Draft draft, Row primary, boolean recovering) {
    Row other = draft.otherThatMayWrite(primary);
    if (other == null) {
      takeOver(draft, primary, Messages.recovering(recovering, Messages.INSTATED), false);
      return;
    }
    if (other.state != State.ACTIVE || stays(draft, other) || !primary.candidate()) {
      return; // being promoted, or failed and not fenced yet: its answer decides
    }
    switch (failback(draft)) {
      case MANUAL -> {}
      case AUTO -> {
        primary.floor = Status.OK_WARN;
        primary.message = Messages.recovering(recovering, Messages.WAITING);
      }
      case HOSTILE -> {
        if (draft.allowed) {
          promise(draft, primary, other, Messages.recovering(recovering, Messages.HOSTILE));
        }
      }
    }
  }

  private static void secondaryInActive(
      Draft draft, Row node, boolean recovering, boolean saidReady) {
    Row primary = draft.primary();
    boolean wanted = primary.state == State.ACTIVE || primary.candidate();
    if (!wanted || stays(draft, node)) {
      return;
    }
    Failback failback = failback(draft);
    boolean standby = primary.state == State.STANDBY;
    if (standby && failback == Failback.MANUAL) {
      return;
    }
    boolean asks = standby && failback == Failback.AUTO;
    if (asks && !saidReady) {
      node.req++;
      node.message = Messages.recovering(recovering, Messages.READY);
      return;
    }
    if (asks) {
      node.floor = Status.OK_WARN;
    }
    draft.fence(node, Messages.recovering(recovering, Messages.RELINQUISH));
  }

  private static Failback failback(Draft draft) {
    return ((RoleRule.Failover) draft.config.roles()).failback();
  }

  /** No rule takes the role from this node now. */
  private static boolean stays(Draft draft, Row node) {
    return draft.paused || node.override.pins();
  }

  /** The node gets the role as soon as {@code other} is fenced. */
  static void promise(Draft draft, Row node, Row other, String message) {
    if (other.pending != Pending.FENCING) {
      draft.fence(other, node.override.pins() ? Messages.YIELDED : Messages.RELINQUISH);
    }
    node.pendingReason = message;
  }

  private static void takeOver(Draft draft, Row node, String message, boolean promised) {
    if (!draft.allowed
        || !(promised ? node.standsBy() && !node.barred() : node.candidate())
        || draft.otherThatMayWrite(node) != null
        || draft.pinned() != null) {
      return;
    }
    if (promised || (draft.paused ? draft.keeps(node) : firstInLine(draft, node))) {
      draft.promote(node, message);
    }
  }

  /** Nobody before it in the order is in the race, but for those whose data lack something. */
  private static boolean firstInLine(Draft draft, Row node) {
    if (passedOver(draft, node)) {
      return false;
    }
    for (Row above : draft.rows) {
      if (above == node) {
        return true;
      }
      if (!above.outOfTheRace() && !passedOver(draft, above)) {
        return false;
      }
    }
    return true;
  }

  /** Another candidate has what this one has, and more. */
  private static boolean passedOver(Draft draft, Row node) {
    if (!node.candidate() || !draft.behind.contains(node.address)) {
      return false;
    }
    for (Row other : draft.rows) {
      if (other != node && other.candidate() && !draft.behind.contains(other.address)) {
        return true;
      }
    }
    return false;
  }

  /** Works towards an override that makes a node ACTIVE: the others are fenced first. */
  private static void pin(Draft draft) {
    Row node = draft.pinned();
    if (node == null || node.mayWrite() || !NodeRules.answers(node)) {
      return;
    }
    NodeRules.standBy(draft, node);
    if (!draft.allowed) {
      return;
    }
    Row other = draft.otherThatMayWrite(node);
    if (other == null) {
      draft.promote(node, Messages.PINNED);
    } else {
      promise(draft, node, other, Messages.PINNED);
    }
  }

  private static void takeOvers(Draft draft, boolean primaryToo) {
    pin(draft);
    for (Row node : draft.rows) {
      if (node.pending != Pending.NONE || draft.otherThatMayWrite(null) != null) {
        continue;
      }
      boolean promised = !node.pendingReason.isEmpty();
      String message = promised ? node.pendingReason : instatement(node);
      node.pendingReason = "";
      if (promised || primaryToo || node.type == NodeType.SECONDARY) {
        takeOver(draft, node, message, promised);
      }
    }
  }

  private static String instatement(Row node) {
    return node.type == NodeType.PRIMARY ? Messages.INSTATED : Messages.TAKEOVER;
  }

  private static void permission(Draft draft, PoolEvent.Permission event) {
    draft.allowed = event.allowed();
    draft.permissionReason = event.reason();
    if (event.allowed()) {
      // A promise is redeemed by the fence it waits for, not by a renewed permission.
      if (draft.otherThatMayWrite(null) == null) {
        takeOvers(draft, true);
      }
      return;
    }
    for (Row node : draft.rows) {
      if (node.pending == Pending.NONE) {
        node.pendingReason = "";
      }
      boolean holds = node.state == State.ACTIVE && node.pending == Pending.NONE;
      if (holds || node.pending == Pending.PROMOTING) {
        draft.fence(node, event.reason());
      }
    }
  }

  private static void paused(Draft draft, boolean paused) {
    if (paused == draft.paused) {
      return;
    }
    if (paused) {
      draft.pause();
    } else {
      draft.resume();
      takeOvers(draft, true);
    }
  }

  private static void promoted(Draft draft, Row node) {
    if (node.pending != Pending.PROMOTING) {
      return; // overtaken by a fence: that answer counts
    }
    if (!Messages.says(node.pendingReason, Messages.REINSTATED)) {
      node.req++;
    }
    node.floor = Status.OK;
    node.message = node.pendingReason;
    node.pending = Pending.NONE;
    node.pendingReason = "";
    draft.keepers = draft.paused ? Set.of(node.address) : Set.of();
    draft.become(node, State.ACTIVE, node.message);
  }

  /**
   * The next candidate is tried at once, and then this node has failed: given back the role at
   * every healthy poll, it would interrupt the service again and again. Without another candidate
   * it stays in STANDBY and is tried again after its next healthy poll.
   */
  private static void promotionFailed(Draft draft, Row node, String error) {
    if (node.pending != Pending.PROMOTING) {
      return;
    }
    node.pending = Pending.NONE;
    node.pendingReason = "";
    NodeRules.countFailure(node, LastPoll.NONE, Messages.promotionFailed(error));
    takeOvers(draft, true);
    if (draft.otherThatMayWrite(node) != null) {
      node.floor = Status.FAIL;
      draft.become(node, State.FAILED_ONLINE, node.message);
    }
  }

  private static void fenced(Draft draft, Row node) {
    if (node.pending != Pending.FENCING) {
      return;
    }
    String message = node.pendingReason;
    boolean relinquished = Messages.says(message, Messages.RELINQUISH);
    node.pending = Pending.NONE;
    node.pendingReason = "";
    if (node.held()) {
      NodeRules.hold(draft, node);
    } else if (NodeRules.judgesAnew(message)) {
      NodeRules.reset(draft, node, message);
    } else if (node.state == State.ACTIVE || node.state == State.STANDBY) {
      if (relinquished && node.state == State.ACTIVE) {
        node.req++;
      }
      node.message = message;
      draft.become(node, State.STANDBY, message);
    }
    takeOvers(draft, !relinquished);
  }
}
