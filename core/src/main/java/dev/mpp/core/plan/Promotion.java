package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One promotion, from the grant to a verified writable server:
 *
 * <pre>
 * OTHERS    fence the former ACTIVE site's nodes directly (tier 2, best effort, bounded; not
 *           after a hand-over, which states what the fenced server has executed)
 *           and at the same time stop the receiver and apply all that was received
 * JOIN      after a hand-over: wait for acknowledgements, and until the former ACTIVE follows;
 *           bounded, and without it this site goes on alone
 * STATE     commit to the ledger who has every acknowledged write from here on: this site, and the
 *           one that joined; the commit also proves that the lease is still this process's
 * FRESH     wait until a renewal of the last half lease is committed
 * SEMISYNC  alone: stop waiting for replicas of an earlier role
 * WRITABLE  hold the dead-man lock and un-fence in one statement conditional on it
 * </pre>
 *
 * A node whose last poll found no working dead-man does not get that far, whoever chose it: the
 * pool's rules, which do not know of it, or an operator.
 *
 * <p>Interrupted anywhere, the node is fenced again before anything else happens. An un-fencing
 * that fails at once, or waits in vain for who joined, is tried once more, alone, before that.
 */
final class Promotion {
  private static final long REMOTE_BUDGET = 500_000_000L;
  private static final long PREPARE_BUDGET = 10_000_000_000L;
  private static final long HANDED_OVER_BUDGET = 2_000_000_000L;
  private static final long WRITABLE_BUDGET = 1_000_000_000L;
  private static final long STATE_RETRY = 700_000_000L;

  /** From the beginning; after it the former ACTIVE's site is not waited for any longer. */
  private static final long JOIN_WITHIN = 500_000_000L;

  private static final long JOIN_POLL = 20_000_000L;

  /** A statement about semi-sync of before may take effect that late. */
  private static final long UNSETTLED = 5_000_000_000L;

  enum Stage {
    OTHERS,
    JOIN,
    STATE,
    FRESH,
    SEMISYNC,
    WRITABLE,
    DONE,
    FAILED
  }

  private final ServiceName service;
  private final SiteId self;
  private final NodeAddress node;
  private final long epoch;
  private final String reason;
  private final NodeTrack track;

  /** After a hand-over: what it must have executed, by the word of the former ACTIVE. */
  private final Optional<GtidSet> required;

  /** This site had every acknowledged write when it began. */
  private final boolean inSync;

  private @Nullable DataAtRisk risk;

  /** After a hand-over: the former ACTIVE's site, while it can stay in sync. */
  private Optional<SiteId> partner;

  private final long startedAt;

  private Stage stage = Stage.OTHERS;
  private final List<Long> remoteFences = new ArrayList<>();
  private long remoteUntil;
  private long prepareId;
  private boolean prepared;
  private Optional<GtidSet> executed = Optional.empty();
  private long firstState;
  private long lastState;
  private long stateProposedAt = LeaseClock.NEVER;
  private long commandId;
  private boolean joining;
  private boolean tried;
  private boolean triedAgain;
  private long triedAt = LeaseClock.NEVER;
  private String failure = "";

  Promotion(
      ServiceName service,
      SiteId self,
      NodeTrack track,
      long epoch,
      String reason,
      Optional<GtidSet> required,
      Optional<SiteId> partner,
      boolean inSync,
      long now) {
    this.service = service;
    this.self = self;
    this.node = track.address;
    this.track = track;
    this.epoch = epoch;
    this.reason = reason;
    this.required = required;
    this.inSync = inSync;
    this.partner =
        partner.filter(
            p ->
                track.semiSyncCommandAt == LeaseClock.NEVER
                    || now - track.semiSyncCommandAt >= UNSETTLED);
    this.startedAt = now;
  }

  NodeAddress node() {
    return node;
  }

  NodeTrack track() {
    return track;
  }

  String reason() {
    return reason;
  }

  Stage stage() {
    return stage;
  }

  String failure() {
    return failure;
  }

  Optional<GtidSet> executed() {
    return executed;
  }

  long startedAt() {
    return startedAt;
  }

  long epoch() {
    return epoch;
  }

  /** Whether the un-fencing statement may have been sent. */
  boolean maybeWritable() {
    return tried;
  }

  /** Whether the former ACTIVE's site stayed in sync: the server waits for it. */
  boolean joined() {
    return partner.isPresent();
  }

  /**
   * @param released the former ACTIVE site has given the role up
   */
  void begin(
      Optional<SiteId> former,
      boolean released,
      Map<SiteId, List<NodeAddress>> pools,
      Turn turn,
      CommandIds ids) {
    remoteUntil = turn.now() + REMOTE_BUDGET;
    former
        .filter(site -> !site.equals(self) && !(released && required.isPresent()))
        .ifPresent(
            site -> {
              for (NodeAddress other : pools.getOrDefault(site, List.of())) {
                long id = ids.next();
                remoteFences.add(id);
                turn.add(
                    new BrainCommand.FenceRemote(
                        service,
                        site,
                        other,
                        id,
                        REMOTE_BUDGET,
                        released,
                        "epoch " + epoch + " is " + self));
              }
            });
    prepareId = ids.next();
    long budget = required.isPresent() ? HANDED_OVER_BUDGET : PREPARE_BUDGET;
    turn.add(new BrainCommand.Prepare(service, node, prepareId, budget));
  }

  /**
   * @return whether it is the answer of one of its own fences of another site's server
   */
  boolean fenceDone(BrainEvent.FenceDone done) {
    return remoteFences.remove(done.commandId());
  }

  /** What is lost by it; empty before everything received was applied. */
  Optional<DataAtRisk> risk() {
    return Optional.ofNullable(risk);
  }

  boolean inSync() {
    return inSync;
  }

  /**
   * @return whether everything received was applied just now
   */
  boolean prepareDone(BrainEvent.PrepareDone done) {
    if (stage != Stage.OTHERS || done.commandId() != prepareId) {
      return false;
    }
    if (done.ok()) {
      prepared = true;
      executed = done.executed();
      required
          .filter(r -> executed.filter(e -> e.contains(r)).isEmpty())
          .ifPresent(
              r ->
                  fail(
                      "it lacks transactions of the former ACTIVE: "
                          + executed.map(r::missingFrom).orElse(r.toString())));
    } else {
      fail("could not apply everything received: " + done.detail());
    }
    return done.ok();
  }

  /**
   * The exact figures, now that everything received was applied.
   *
   * @param beyond why it is more than may be lost; empty when it is not
   */
  void weighed(DataAtRisk exact, Optional<String> beyond) {
    risk = required.isPresent() ? DataAtRisk.handedOver(required.get()) : exact;
    if (required.isEmpty() && stage != Stage.FAILED) {
      beyond.ifPresent(this::fail);
    }
  }

  void stateOutcome(long sequence, LedgerOutcome outcome) {
    if (stage != Stage.STATE || firstState == 0 || sequence < firstState) {
      return;
    }
    switch (outcome) {
      case LedgerOutcome.Accepted a -> stage = Stage.FRESH;
      // An earlier statement of this promotion may have been overtaken by a later one of it.
      case LedgerOutcome.Refused r -> {
        if (sequence == lastState) {
          fail("the ledger refused: " + r.reason());
        }
      }
    }
  }

  void changeDone(BrainEvent.ChangeDone done) {
    if (stage == Stage.JOIN && done.commandId() == commandId) {
      commandId = 0;
      if (!done.ok()) {
        partner = Optional.empty();
      }
    } else if (stage == Stage.SEMISYNC && done.commandId() == commandId) {
      if (done.ok()) {
        commandId = 0;
      } else {
        fail("could not switch semi-sync off: " + done.detail());
      }
    }
  }

  /**
   * @return whether it goes on, though it was not made writable
   */
  boolean writableDone(BrainEvent.WritableDone done, long now) {
    if (stage != Stage.WRITABLE || done.commandId() != commandId) {
      return false;
    }
    if (done.ok()) {
      stage = Stage.DONE;
      return false;
    }
    boolean quickly = now - triedAt < WRITABLE_BUDGET / 2;
    if (triedAgain || !(quickly || joined())) {
      fail("could not be made writable: " + done.detail());
      return false;
    }
    triedAgain = true;
    if (joined()) {
      // Its first commit may wait for the partner: first the ledger leaves that out.
      partner = Optional.empty();
      stage = Stage.STATE;
      firstState = 0;
      stateProposedAt = LeaseClock.NEVER;
    } else {
      stage = Stage.FRESH;
    }
    return true;
  }

  /** Moves on as far as it can at this instant. */
  void pursue(LeaseClock lease, Turn turn, CommandIds ids) {
    if (stage.compareTo(Stage.WRITABLE) < 0 && !track.deadManAlive()) {
      fail(NodeTrack.NO_DEAD_MAN);
    }
    if (stage == Stage.OTHERS
        && prepared
        && (remoteFences.isEmpty() || turn.now() >= remoteUntil)) {
      stage = partner.isPresent() ? Stage.JOIN : Stage.STATE;
    }
    if (stage == Stage.JOIN) {
      join(turn, ids);
    }
    if (stage == Stage.STATE
        && (stateProposedAt == LeaseClock.NEVER || turn.now() - stateProposedAt >= STATE_RETRY)) {
      stateProposedAt = turn.now();
      long sequence =
          turn.propose(origin -> new LedgerCommand.InSync(origin, service, epoch, listed()));
      firstState = firstState == 0 ? sequence : firstState;
      lastState = sequence;
    }
    if (stage == Stage.FRESH && lease.fresh(turn.now())) {
      stage = Stage.SEMISYNC;
      boolean maybeOn =
          joining || track.facts().map(f -> f.semiSync().sourceEnabled()).orElse(true);
      if (!joined() && maybeOn) {
        semiSync(false, turn, ids);
      } else {
        commandId = 0;
      }
    }
    if (stage == Stage.SEMISYNC && commandId == 0) {
      if (lease.fresh(turn.now())) {
        stage = Stage.WRITABLE;
        tried = true;
        triedAt = turn.now();
        commandId = ids.next();
        track.writableInFlight = true;
        turn.add(new BrainCommand.HoldDeadMan(service, node, lease.deadManUntil()));
        turn.add(new BrainCommand.MakeWritable(service, node, commandId, epoch, WRITABLE_BUDGET));
      } else {
        stage = Stage.FRESH;
      }
    }
  }

  private Set<SiteId> listed() {
    Set<SiteId> sites = new TreeSet<>(Set.of(self));
    partner.ifPresent(sites::add);
    return sites;
  }

  private void semiSync(boolean on, Turn turn, CommandIds ids) {
    commandId = ids.next();
    track.semiSyncCommandAt = turn.now();
    turn.add(new BrainCommand.SemiSync(service, node, commandId, on));
  }

  /** The server waits for acknowledgements, and the partner is there to give them, or is not. */
  private void join(Turn turn, CommandIds ids) {
    if (!joining) {
      joining = true;
      semiSync(true, turn, ids);
    }
    turn.add(new BrainCommand.PollWithin(service, node, JOIN_POLL));
    boolean there =
        commandId == 0
            && partner.filter(p -> SyncKeeper.acknowledges(p, service, track, turn)).isPresent();
    if (!there && turn.now() - startedAt >= JOIN_WITHIN) {
      partner = Optional.empty();
    }
    if (there || partner.isEmpty()) {
      stage = Stage.STATE;
    }
  }

  private void fail(String why) {
    stage = Stage.FAILED;
    failure = why;
  }
}
