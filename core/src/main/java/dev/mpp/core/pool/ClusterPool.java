package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.Draft.Row;
import dev.mpp.core.pool.PoolState.LastPoll;
import dev.mpp.core.pool.PoolState.Node;
import dev.mpp.core.pool.PoolState.Pending;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Several ACTIVE nodes at once (BEHAVIOUR section 4, cluster pool): every healthy node, by
 * priority, up to the maximum. Stateless, safe for any thread.
 *
 * <p>Two invariants hold in every state this class returns, whatever the order of events: no more
 * than the maximum {@linkplain Node#mayWrite() may write}, and a node is shown ACTIVE only between
 * its {@code Promoted} and the answer to its next fence.
 */
public final class ClusterPool implements PoolLogic {

  /*
   *   state     poll                      and                                then
   *   --------  ------------------------  ---------------------------------  ------------------------
   *   any       failing, below the limit                                     kept, req + 1
   *   any       connect, at the limit     paused or made ACTIVE by override  kept, floor OK_WARN
   *   any       connect, at the limit                                        FAILED_OFFLINE, fence
   *   any       replication, at the limit (as above)                         FAILED_ONLINE, fence
   *   UNKNOWN   healthy                                                      STANDBY
   *   FAILED_*  healthy                                                      kept, M6/M7
   *   STANDBY   healthy                   fewer than max may write           promote
   *
   * A node of higher priority that comes back takes no role away: the members are equals, and every
   * change of a writable node interrupts somebody. With fewer than min nodes that are not FAILED and
   * not held by an override the pool as a whole is unfit.
   */
  @Override
  public PoolStep step(PoolState state, PoolEvent event) {
    Draft draft = new Draft(state);
    String answer = "";
    switch (event) {
      case PoolEvent.Polled e -> cycle(draft, e.results());
      case PoolEvent.Permission e -> permission(draft, e);
      case PoolEvent.Promoted e -> promoted(draft, draft.row(e.node()));
      case PoolEvent.PromotionFailed e -> promotionFailed(draft, draft.row(e.node()), e.error());
      case PoolEvent.Fenced e -> fenced(draft, draft.row(e.node()));
      case PoolEvent.ProvenClean e -> provenClean(draft, e.node(), e.proof());
      case PoolEvent.Returned e -> NodeRules.returned(draft, e.proof());
      case PoolEvent.Paused e -> paused(draft, e.paused());
      case PoolEvent.Recover e -> answer = NodeRules.recover(draft, e.node());
      case PoolEvent.RecoverPool _ -> answer = NodeRules.recoverPool(draft);
      case PoolEvent.ActivatePrimary _ ->
          answer =
              "ERROR: pool %s is a cluster: its healthy nodes are ACTIVE up to %d; to choose one: mpp node set HOST state=ACTIVE"
                  .formatted(draft.config.name(), rule(draft).max());
      case PoolEvent.SetOverride e -> answer = NodeRules.override(draft, e.node(), e.override());
    }
    if (!NodeRules.refused(answer)) {
      fill(draft);
    }
    return draft.step(answer);
  }

  @Override
  public Optional<String> unfit(PoolState state) {
    int usable = 0;
    for (Node node : state.nodes()) {
      usable += !node.state().failed() && node.override().held().isEmpty() ? 1 : 0;
    }
    int min = ((RoleRule.Cluster) state.config().roles()).min();
    return usable >= min
        ? Optional.empty()
        : Optional.of(
            "Only %d of %d nodes can serve (not FAILED, not held by an override), %d must."
                .formatted(usable, state.nodes().size(), min));
  }

  private static RoleRule.Cluster rule(Draft draft) {
    return (RoleRule.Cluster) draft.config.roles();
  }

  private static void cycle(Draft draft, Map<NodeAddress, PollResult> results) {
    for (Row node : draft.rows) {
      switch (results.get(node.address)) {
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
                Messages.couldNotConnect(node.address, f.error()));
        case PollResult.ReplicationFailure f ->
            failing(draft, node, LastPoll.REPLICATION_FAILURE, f.error());
      }
    }
  }

  private static void failing(Draft draft, Row node, LastPoll kind, String error) {
    NodeRules.countFailure(node, kind, error);
    if (node.held()) {
      return;
    }
    if (NodeRules.keepsRole(draft, node)) {
      node.floor = node.floor.worse(Status.OK_WARN);
      return;
    }
    boolean offline = kind == LastPoll.CONNECT_FAILURE;
    boolean waits = node.override.pins() && !node.mayWrite(); // answering is all a pin asks for
    if (node.req < draft.config.limit() || (waits && !offline)) {
      return;
    }
    node.floor = Status.FAIL;
    boolean writes = node.mayWrite();
    draft.become(node, offline ? State.FAILED_OFFLINE : State.FAILED_ONLINE, error);
    if (writes) {
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
      case FAILED_ONLINE, FAILED_OFFLINE ->
          node.message =
              Messages.recovering(
                  recovering, Messages.answersAgain(node.type, draft.config.provenRecovery()));
      case STANDBY, ACTIVE -> {}
    }
  }

  /** Promotes whoever may be, by priority, while there is room. */
  private static void fill(Draft draft) {
    int room = rule(draft).max() - draft.mayWrite();
    for (Row node : draft.rows) {
      if (node.override.pins() && !node.mayWrite() && NodeRules.answers(node)) {
        NodeRules.standBy(draft, node);
        if (!draft.allowed) {
          continue;
        }
        if (room > 0) {
          draft.promote(node, Messages.PINNED);
          room--;
        } else {
          makeRoom(draft);
        }
      }
    }
    for (Row node : draft.rows) {
      if (draft.allowed
          && room > 0
          && node.candidate()
          && !(draft.paused && !draft.keeps(node))
          && node.stoodBy()) {
        draft.promote(node, Messages.JOINING);
        room--;
      }
    }
  }

  /** Fences the last of the ACTIVE nodes that no override keeps, one at a time. */
  private static void makeRoom(Draft draft) {
    Row last = null;
    for (Row node : draft.rows) {
      if (node.pending == Pending.FENCING) {
        return;
      }
      if (node.mayWrite() && !node.override.pins()) {
        last = node;
      }
    }
    if (last != null) {
      draft.fence(last, Messages.YIELDED);
    }
  }

  private static void permission(Draft draft, PoolEvent.Permission event) {
    draft.allowed = event.allowed();
    draft.permissionReason = event.reason();
    if (event.allowed()) {
      return;
    }
    for (Row node : draft.rows) {
      boolean holds = node.state == State.ACTIVE && node.pending == Pending.NONE;
      if (holds || node.pending == Pending.PROMOTING) {
        draft.fence(node, event.reason());
      }
    }
  }

  private static void paused(Draft draft, boolean paused) {
    if (paused && !draft.paused) {
      draft.pause();
    } else if (!paused && draft.paused) {
      draft.resume();
    }
  }

  private static void promoted(Draft draft, @Nullable Row node) {
    if (node == null || node.pending != Pending.PROMOTING) {
      return; // overtaken by a fence: that answer counts
    }
    node.req++;
    node.floor = Status.OK;
    node.message = node.pendingReason;
    node.pending = Pending.NONE;
    node.pendingReason = "";
    draft.keepers = draft.paused ? draft.keepersAnd(node) : Set.of();
    draft.become(node, State.ACTIVE, node.message);
  }

  /** It is tried again after its next healthy poll. */
  private static void promotionFailed(Draft draft, @Nullable Row node, String error) {
    if (node == null || node.pending != Pending.PROMOTING) {
      return;
    }
    node.pending = Pending.NONE;
    node.pendingReason = "";
    NodeRules.countFailure(node, LastPoll.NONE, Messages.promotionFailed(error));
    if (node.req >= draft.config.limit()) {
      node.floor = Status.FAIL;
      draft.become(node, State.FAILED_ONLINE, node.message);
    }
  }

  private static void fenced(Draft draft, @Nullable Row node) {
    if (node == null || node.pending != Pending.FENCING) {
      return;
    }
    String message = node.pendingReason;
    node.pending = Pending.NONE;
    node.pendingReason = "";
    if (node.held()) {
      NodeRules.hold(draft, node);
    } else if (NodeRules.judgesAnew(message)) {
      NodeRules.reset(draft, node, message);
    } else if (node.state == State.ACTIVE || node.state == State.STANDBY) {
      node.message = message;
      node.lastPoll = LastPoll.NONE; // no role before it was polled again
      draft.become(node, State.STANDBY, message);
    }
  }

  private static void provenClean(Draft draft, NodeAddress address, String proof) {
    Row node = draft.row(address);
    if (node != null) {
      NodeRules.provenClean(draft, node, proof);
    }
  }
}
