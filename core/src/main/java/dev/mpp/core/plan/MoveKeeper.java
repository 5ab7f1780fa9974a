package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.Move;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.State;
import dev.mpp.core.pool.PoolState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a planned switchover at the holder's site, from the ledger's order to the hand-over:
 *
 * <pre>
 * CATCH_UP  the gate again, and the target close behind       writes go on; bounded by the order
 * FENCE     every node here refuses writes, verified          the pause begins
 * POSITION  a poll after the fence: all that was executed
 * DRAIN     the target has executed all of it, by its view
 * HANDOVER  the ledger gives the role to the target           no way back from here on
 * </pre>
 *
 * Before HANDOVER is proposed any failure, an operator's word, or {@link #PAUSE} of fenced time
 * ends the move in the ledger, and the pool promotes its node again: the lease was held all the
 * time. After it only the ledger's answer counts; while there is none the node stays fenced, for
 * the hand-over may have been committed.
 */
final class MoveKeeper {
  /** The longest this site stays fenced before it takes the role back. */
  private static final long PAUSE = 3_000_000_000L;

  private static final long RETRY = 700_000_000L;
  private static final long QUICK_POLL = 20_000_000L;

  /** Transactions that the target may be behind when the fence begins. */
  private static final long CLOSE = 5_000;

  enum Phase {
    NONE,
    CATCH_UP,
    FENCE,
    POSITION,
    DRAIN,
    HANDOVER,
    /** At the target: the role is meant for this site, or it promotes its node. */
    TAKE_OVER
  }

  private final ServiceState state;
  private final RoleKeeper role;
  private Phase phase = Phase.NONE;
  private String id = "";
  private long since = LeaseClock.NEVER;
  private long fencedSince = LeaseClock.NEVER;
  private long quietAt = LeaseClock.NEVER;
  private @Nullable NodeAddress source;
  private @Nullable GtidSet position;
  private long proposed;
  private long nextProposal = LeaseClock.NEVER;
  private String ended = "";
  private @Nullable GtidSet shown;

  MoveKeeper(ServiceState state, RoleKeeper role) {
    this.state = state;
    this.role = role;
  }

  Phase phase() {
    return phase;
  }

  /** Whether nothing here may be writable because of the move. */
  boolean fencing() {
    return phase.compareTo(Phase.FENCE) >= 0 && phase.compareTo(Phase.HANDOVER) <= 0;
  }

  /** Looks at the ledger's order and goes as far as it can at this instant. */
  void pursue(PoolVerdict pool, Turn turn) {
    Optional<Move> move = state.lease.grant().move();
    boolean target = move.filter(m -> m.target().equals(state.config.self())).isPresent();
    boolean holder = state.lease.holds(turn.now()) && !target;
    if (move.isPresent() && target) {
      takeOver(turn);
    } else if (move.isPresent() && holder && move.get().position().isEmpty()) {
      Move m = move.get();
      if (!m.id().equals(id)) {
        begin(m, turn);
      }
      hold(m, pool, turn);
    } else {
      move.filter(this::handedOver).ifPresent(m -> follow(m, turn));
      over(turn);
    }
  }

  private boolean handedOver(Move m) {
    return phase == Phase.HANDOVER
        && m.id().equals(id)
        && m.position().isPresent()
        && state.lease.grant().holder().isEmpty();
  }

  /**
   * The target counts on this site from its first commit on if the server here follows by then. The
   * relay log that the start throws away holds nothing yet that the target counts on: hence only
   * once, and only by the process that fenced the server.
   */
  private void follow(Move m, Turn turn) {
    NodeTrack t = source == null ? null : state.trackOrNull(source);
    if (t == null || t.followCommand != 0 || t.fence.wanted() || !state.onlyTwo()) {
      return;
    }
    if (state.managed()) {
      join(t, m, turn);
      return;
    }
    if (!t.stopped) {
      return;
    }
    if (t.waits) {
      state.stopWaiting(t, turn);
    }
    state.startFollowing(t, "handed over: replication from " + m.target() + " started", turn);
  }

  /** Its source is the node that the target shows as the first to be promoted. */
  private void join(NodeTrack t, Move m, Turn turn) {
    NodeAddress next = successor(m, turn).orElse(null);
    if (next == null || t.receives || !t.channel.due(turn.now())) {
      return;
    }
    if (t.waits) {
      state.stopWaiting(t, turn);
    }
    t.channel.toFollow(next);
    t.channel.attempted(turn.now());
    state.follow(t, next, "handed over to " + m.target(), turn);
  }

  private Optional<NodeAddress> successor(Move m, Turn turn) {
    return targetPool(m, turn).stream()
        .flatMap(p -> p.nodes().stream())
        .filter(n -> n.state() == State.STANDBY && n.facts().isPresent())
        .map(NodeView::address)
        .findFirst();
  }

  private void over(Turn turn) {
    if (fencing() && state.lease.holds(turn.now())) {
      // The node was fenced a moment ago: it is looked at again before it is judged.
      role.lookAgain(turn.now());
      state
          .tracks()
          .forEach(t -> turn.add(new BrainCommand.PollWithin(state.service.name(), t.address, 0)));
    }
    if (phase != Phase.NONE) {
      phase = Phase.NONE;
      turn.add(new BrainCommand.Show());
    }
    id = "";
  }

  // ---- at the target ------------------------------------------------------------------------

  /** Shows at once what it has executed, for the holder waits for it. */
  private void takeOver(Turn turn) {
    if (phase != Phase.TAKE_OVER) {
      phase = Phase.TAKE_OVER;
      turn.add(new BrainCommand.Show());
    }
    NodeTrack t = state.candidate();
    if (t == null || state.promotion() != null) {
      return;
    }
    turn.add(new BrainCommand.PollWithin(state.service.name(), t.address, QUICK_POLL));
    GtidSet executed = t.facts().map(ServerFacts::executed).orElse(null);
    if (executed != null && !executed.equals(shown)) {
      shown = executed;
      turn.add(new BrainCommand.Show());
    }
  }

  // ---- at the holder ------------------------------------------------------------------------

  private void begin(Move m, Turn turn) {
    id = m.id();
    since = turn.now();
    fencedSince = LeaseClock.NEVER;
    quietAt = LeaseClock.NEVER;
    position = null;
    source = null;
    proposed = 0;
    nextProposal = LeaseClock.NEVER;
    ended = "";
    enter(Phase.CATCH_UP, m, "ordered by %s: %s".formatted(m.by(), m.reason()), turn);
  }

  private void enter(Phase next, Move m, String why, Turn turn) {
    phase = next;
    state.journal(turn, "switchover", m.target().name(), "", next.name(), why, "");
  }

  private void hold(Move m, PoolVerdict pool, Turn turn) {
    if (phase == Phase.CATCH_UP) {
      catchUp(m, turn);
    }
    if (phase == Phase.FENCE) {
      fence(m, turn);
    }
    if (phase == Phase.POSITION) {
      position(m, turn);
    }
    if (phase == Phase.DRAIN) {
      drain(m, turn);
    }
    if (phase == Phase.HANDOVER) {
      handOver(turn);
    } else if (fencing() && ended.isEmpty()) {
      if (!pool.ok()) {
        end(m, pool.reason(), turn);
      } else if (turn.now() - fencedSince >= PAUSE) {
        end(m, stalled(), turn);
      }
    }
    endAgain(m, turn);
  }

  private String stalled() {
    return switch (phase) {
      case FENCE -> "the fence could not be verified in time";
      case POSITION -> "its own server does not say in time what it has executed";
      case NONE, CATCH_UP, DRAIN, HANDOVER, TAKE_OVER ->
          "the target did not show in time that it has executed everything";
    };
  }

  private void catchUp(Move m, Turn turn) {
    if (!ended.isEmpty()) {
      return;
    }
    Optional<String> obstacle = notReady(m, turn);
    PoolState.Node active = state.pool().active().orElse(null);
    if (obstacle.isEmpty() && active != null && state.promotion() == null) {
      source = active.address();
      fencedSince = turn.now();
      enter(Phase.FENCE, m, "the target is close behind; writes pause here", turn);
    } else if (turn.now() - since >= m.budget()) {
      end(m, obstacle.orElse("no node here is ACTIVE"), turn);
    }
  }

  /** What the target still lacks, by its own fresh view. */
  private Optional<String> notReady(Move m, Turn turn) {
    Optional<PoolView> pool = targetPool(m, turn);
    if (pool.isEmpty()) {
      return Optional.of(m.target() + " is not heard");
    }
    if (!pool.get().eligible()) {
      return Optional.of(m.target() + " is not ready: " + pool.get().reason());
    }
    long mine =
        state
            .pool()
            .active()
            .flatMap(n -> state.track(n).facts())
            .map(f -> f.executed().advance())
            .orElse(0L);
    long behind = mine - pool.get().advance();
    return behind > CLOSE
        ? Optional.of("%s is %d transactions behind".formatted(m.target(), behind))
        : Optional.empty();
  }

  private Optional<PoolView> targetPool(Move m, Turn turn) {
    return turn.fresh(m.target()).flatMap(p -> p.pool(state.service.name()));
  }

  private void fence(Move m, Turn turn) {
    if (role.quiet()) {
      quietAt = turn.now();
      enter(Phase.POSITION, m, "no node here takes writes", turn);
    }
  }

  private void position(Move m, Turn turn) {
    NodeTrack t = source == null ? null : state.trackOrNull(source);
    if (t == null) {
      end(m, "its server is gone", turn);
      return;
    }
    if (t.factsAt <= quietAt) {
      turn.add(new BrainCommand.PollWithin(state.service.name(), t.address, 0));
      return;
    }
    ServerFacts f = t.facts().orElseThrow();
    if (f.readOnly()) {
      position = GtidSet.parse(f.executed().toString()); // the ledger's text knows no gaps
      enter(Phase.DRAIN, m, "everything up to " + position, turn);
    }
  }

  private void drain(Move m, Turn turn) {
    GtidSet wanted = java.util.Objects.requireNonNull(position);
    boolean has =
        targetPool(m, turn).filter(PoolView::eligible).stream()
            .flatMap(p -> p.nodes().stream())
            .map(NodeView::facts)
            .flatMap(Optional::stream)
            .anyMatch(f -> f.executed().contains(wanted));
    if (has && ended.isEmpty()) {
      enter(Phase.HANDOVER, m, "the target has executed all of it", turn);
    }
  }

  private void handOver(Turn turn) {
    if (nextProposal != LeaseClock.NEVER && turn.now() < nextProposal) {
      return;
    }
    nextProposal = turn.now() + RETRY;
    long epoch = state.lease.grant().epoch();
    String move = id;
    GtidSet at = java.util.Objects.requireNonNull(position);
    proposed =
        turn.propose(
            origin -> new LedgerCommand.Handover(origin, state.service.name(), epoch, move, at));
  }

  /** The ledger refused the newest proposal: the role stays here after all. */
  void handoverOutcome(long sequence, LedgerOutcome outcome, Turn turn) {
    if (phase == Phase.HANDOVER
        && sequence == proposed
        && outcome instanceof LedgerOutcome.Refused r) {
      state.journal(turn, "switchover", "", "HANDOVER", "REFUSED", r.reason());
      over(turn);
    }
  }

  /** The move is given up: the ledger says so first, then the node is taken back into service. */
  private void end(Move m, String why, Turn turn) {
    if (ended.isEmpty()) {
      ended = why;
      nextProposal = LeaseClock.NEVER;
      state.journal(turn, "switchover", m.target().name(), phase.name(), "ROLL BACK", why);
    }
  }

  private void endAgain(Move m, Turn turn) {
    if (ended.isEmpty() || (nextProposal != LeaseClock.NEVER && turn.now() < nextProposal)) {
      return;
    }
    nextProposal = turn.now() + RETRY;
    String why = ended;
    long unused =
        turn.propose(
            origin -> new LedgerCommand.EndMove(origin, state.service.name(), m.id(), why));
  }
}
