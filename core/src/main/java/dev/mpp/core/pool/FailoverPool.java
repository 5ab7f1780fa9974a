package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.Draft.Row;
import dev.mpp.core.pool.PoolState.Pending;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
   *   any       connect, at the limit     was ACTIVE or being promoted          FAILED_OFFLINE, fence
   *   any       connect, at the limit                                           FAILED_OFFLINE
   *   other     replication, at the limit                                       FAILED_ONLINE
   *   UNKNOWN   healthy *                                                       STANDBY
   *   FAILED_*  healthy                                                         kept, M6/M7
   *   STANDBY   healthy *, PRIMARY        nobody may write                      promote, M1
   *   STANDBY   healthy *, PRIMARY        a SECONDARY is ACTIVE, hostile off    kept, floor, M5
   *   STANDBY   healthy *, PRIMARY        a SECONDARY is ACTIVE, hostile on     fence it, then promote, M11
   *   ACTIVE    healthy *, SECONDARY      PRIMARY eligible, hostile off         req + 1, M3
   *   ACTIVE    healthy *, SECONDARY      the same, M3 already said             fence, M4
   *   ACTIVE    healthy *, SECONDARY      PRIMARY eligible, hostile on          fence, M4
   *   ACTIVE    healthy *, SECONDARY      PRIMARY ACTIVE                        fence, M4
   *
   * and a SECONDARY in STANDBY whose last poll was healthy is promoted (M2) in any step that finds
   * nobody who may write and every node above it FAILED or in STANDBY with a failing last poll.
   * An UNKNOWN node above it blocks it: it is judged within `limit` polls.
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
      case PoolEvent.Promoted e -> draft.row(e.node()).ifPresent(n -> promoted(draft, n));
      case PoolEvent.PromotionFailed e ->
          draft.row(e.node()).ifPresent(n -> promotionFailed(draft, n, e.error()));
      case PoolEvent.Fenced e -> draft.row(e.node()).ifPresent(n -> fenced(draft, n));
      case PoolEvent.ProvenClean e ->
          draft.row(e.node()).ifPresent(n -> provenClean(draft, n, e.proof()));
      case PoolEvent.Recover e -> answer = recover(draft, e.node());
      case PoolEvent.RecoverPool _ -> answer = recoverPool(draft);
      case PoolEvent.ActivatePrimary _ -> answer = activatePrimary(draft);
    }
    return draft.step(answer);
  }

  private static void cycle(Draft draft, Map<NodeAddress, PollResult> results) {
    for (Row node : draft.rows) {
      PollResult result = results.get(node.address);
      boolean wasUnknown = node.state == State.UNKNOWN;
      boolean recovering = result instanceof PollResult.Healthy && node.req >= 1;
      switch (result) {
        case null -> {}
        case PollResult.Healthy _ -> healthy(draft, node);
        case PollResult.ConnectFailure f ->
            failing(
                draft,
                node,
                State.FAILED_OFFLINE,
                Messages.couldNotConnect(node.address, f.error()));
        case PollResult.ReplicationFailure f ->
            failing(draft, node, State.FAILED_ONLINE, f.error());
      }
      if (node.type == NodeType.SECONDARY && !(wasUnknown && result != null)) {
        takeOver(draft, node, Messages.recovering(recovering, Messages.TAKEOVER));
      }
    }
  }

  private static void failing(Draft draft, Row node, State failed, String error) {
    node.countFailure();
    node.message = error;
    if (node.pending == Pending.NONE) {
      node.pendingReason = ""; // a promised role is off
    }
    boolean holder = node.state == State.ACTIVE || node.pending == Pending.PROMOTING;
    if (holder && failed == State.FAILED_ONLINE) {
      node.floor = node.floor.worse(Status.OK_WARN);
      return;
    }
    if (node.req < draft.config.limit()) {
      return;
    }
    node.floor = Status.FAIL;
    draft.become(node, failed, error);
    if (holder || node.pending == Pending.FENCING) {
      draft.fence(node, error);
    }
  }

  private static void healthy(Draft draft, Row node) {
    boolean recovering = node.req >= 1;
    String before = node.message;
    boolean idle = node.pending == Pending.NONE;
    node.req = 0;
    node.lastHealthy = true;
    node.message = recovering ? Messages.recoveringOnce(before) : "";
    node.floor = node.state == State.UNKNOWN && !idle ? node.floor : Status.OK;
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
    Optional<Row> other = draft.otherThatMayWrite(primary);
    if (other.isEmpty()) {
      takeOver(draft, primary, Messages.recovering(recovering, Messages.INSTATED));
    } else if (other.get().state != State.ACTIVE) {
      return; // being promoted, or failed and not fenced yet: its answer decides
    } else if (!draft.config.hostile()) {
      primary.floor = Status.OK_WARN;
      primary.message = Messages.recovering(recovering, Messages.WAITING);
    } else if (draft.allowed) {
      promise(draft, primary, other.get(), Messages.recovering(recovering, Messages.HOSTILE));
    }
  }

  private static void secondaryInActive(
      Draft draft, Row node, boolean recovering, boolean saidReady) {
    Row primary = draft.primary();
    if (primary.state != State.ACTIVE && !primary.eligible()) {
      return;
    }
    boolean asks = primary.state == State.STANDBY && !draft.config.hostile();
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

  /** The PRIMARY gets the role as soon as {@code other} is fenced. */
  private static void promise(Draft draft, Row primary, Row other, String message) {
    if (other.pending != Pending.FENCING) {
      draft.fence(other, Messages.RELINQUISH);
    }
    primary.pendingReason = message;
  }

  private static void takeOver(Draft draft, Row node, String message) {
    boolean free = draft.allowed && draft.otherThatMayWrite(node).isEmpty();
    List<Row> above = draft.rows.subList(0, draft.rows.indexOf(node));
    if (free && node.eligible() && above.stream().allMatch(FailoverPool::outOfTheRace)) {
      draft.promote(node, message);
    }
  }

  private static boolean outOfTheRace(Row node) {
    return node.state.failed() || (node.state == State.STANDBY && !node.lastHealthy);
  }

  private static void takeOvers(Draft draft, boolean primaryToo) {
    for (Row node : draft.rows) {
      if (node.pending != Pending.NONE) {
        continue;
      }
      boolean promised = !node.pendingReason.isEmpty();
      String message = promised ? node.pendingReason : instatement(node);
      node.pendingReason = "";
      if (promised || primaryToo || node.type == NodeType.SECONDARY) {
        takeOver(draft, node, message);
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
      if (draft.rows.stream().noneMatch(Row::mayWrite)) {
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
    node.countFailure();
    node.message = Messages.promotionFailed(error);
    takeOvers(draft, true);
    if (draft.otherThatMayWrite(node).isPresent()) {
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
    if (Messages.says(message, Messages.RECOVERED)) {
      reset(draft, node, Messages.RECOVERED);
    } else if (node.state == State.ACTIVE || node.state == State.STANDBY) {
      if (relinquished && node.state == State.ACTIVE) {
        node.req++;
      }
      node.message = message;
      draft.become(node, State.STANDBY, message);
    }
    takeOvers(draft, !relinquished);
  }

  private static void provenClean(Draft draft, Row node, String proof) {
    if (draft.config.provenRecovery() && node.state.failed() && node.lastHealthy) {
      reset(draft, node, Messages.provenClean(proof));
    }
  }

  private static void reset(Draft draft, Row node, String message) {
    node.req = 0;
    node.floor = Status.OK_WARN;
    node.message = message;
    node.lastHealthy = false;
    if (node.pending == Pending.NONE) {
      node.pendingReason = "";
    }
    draft.become(node, State.UNKNOWN, message);
  }

  private static String recover(Draft draft, NodeAddress address) {
    return draft
        .row(address)
        .map(node -> recover(draft, node))
        .orElse("ERROR: no node " + address + " in pool " + draft.config.name());
  }

  /** A node that may be writable is fenced before it is shown as anything but what it was. */
  private static String recover(Draft draft, Row node) {
    String prior = node.status() + "/" + Math.max(node.req, 0) + " (" + node.state + ")";
    boolean holder = node.state == State.ACTIVE || node.state == State.STANDBY;
    if (holder && node.mayWrite()) {
      draft.fence(node, Messages.RECOVERED);
    } else {
      reset(draft, node, Messages.RECOVERED);
    }
    return "OK: Cached level reset from " + prior + " to OK_WARN/0 (UNKNOWN) for " + node.address;
  }

  private static String recoverPool(Draft draft) {
    List<String> lines =
        draft.rows.stream().filter(n -> n.state.failed()).map(n -> recover(draft, n)).toList();
    return lines.isEmpty()
        ? "OK: no node of pool " + draft.config.name() + " is FAILED"
        : String.join("\n", lines);
  }

  private static String activatePrimary(Draft draft) {
    Row primary = draft.primary();
    if (primary.state == State.ACTIVE && primary.pending == Pending.NONE) {
      return "OK: PRIMARY " + primary.address + " is ACTIVE already";
    }
    if (primary.pending == Pending.PROMOTING) {
      return "OK: PRIMARY " + primary.address + " is being made ACTIVE already";
    }
    if (!draft.allowed) {
      return "ERROR: this site may not be ACTIVE: " + draft.permissionReason;
    }
    if (!primary.eligible()) {
      return "ERROR: PRIMARY "
          + primary.address
          + " is not a healthy STANDBY: "
          + primary.status()
          + "/"
          + Math.max(primary.req, 0)
          + " ("
          + primary.state
          + ") "
          + primary.message;
    }
    draft
        .otherThatMayWrite(primary)
        .ifPresentOrElse(
            other -> promise(draft, primary, other, Messages.REINSTATED),
            () -> draft.promote(primary, Messages.REINSTATED));
    return "OK: PRIMARY " + primary.address + " is being made ACTIVE";
  }
}
