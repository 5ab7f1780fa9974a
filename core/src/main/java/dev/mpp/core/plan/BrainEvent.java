package dev.mpp.core.plan;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.OverrideView;
import dev.mpp.core.pair.PairPicture;
import java.util.Optional;

/** Everything that can happen to a site's brain. Wall-clock times are for display only. */
public sealed interface BrainEvent {

  /** Nothing happened; time passed. */
  record Tick() implements BrainEvent {}

  record LedgerApplied(LedgerCommand command, LedgerOutcome outcome, LedgerState after)
      implements BrainEvent {}

  record LedgerRestored(LedgerState state) implements BrainEvent {}

  /** A poll was answered. */
  record NodeAnswered(ServiceName service, NodeAddress node, ServerFacts facts, long wallMillis)
      implements BrainEvent {}

  /**
   * A poll failed.
   *
   * @param error for operators; begins with the wording of the trouble
   */
  record NodeUnreachable(
      ServiceName service, NodeAddress node, PollTrouble trouble, String error, long wallMillis)
      implements BrainEvent {

    /** Where no more is known than whether something listens there. */
    public NodeUnreachable(
        ServiceName service, NodeAddress node, String error, boolean refused, long wallMillis) {
      this(service, node, refused ? PollTrouble.REFUSED : PollTrouble.NO_ANSWER, error, wallMillis);
    }
  }

  /**
   * Result of one run of a checkpoint.
   *
   * @param startedAt of the run, on the clock of the brain's {@code now}: an answer that waited in
   *     a suspended process says nothing newer
   */
  record CheckpointResult(
      String spec,
      CheckpointClass kind,
      boolean ok,
      String message,
      long startedAt,
      long wallMillis)
      implements BrainEvent {}

  record PeerHeard(SiteView view) implements BrainEvent {}

  record PeerLink(SiteId peer, boolean up, long rttMicros) implements BrainEvent {}

  /** Answer to {@link BrainCommand.FenceNode} and {@link BrainCommand.FenceRemote}. */
  record FenceDone(
      ServiceName service,
      NodeAddress node,
      long commandId,
      boolean safe,
      String outcome,
      long micros,
      String detail)
      implements BrainEvent {}

  /**
   * Answer to {@link BrainCommand.FenceHook}.
   *
   * @param verified the server was found fenced after one of the commands
   * @param detail for operators: how each ended, its last lines
   */
  record HookDone(
      ServiceName service, NodeAddress node, long commandId, boolean verified, String detail)
      implements BrainEvent {}

  /** Answer to {@link BrainCommand.Prepare}. */
  record PrepareDone(
      ServiceName service,
      NodeAddress node,
      long commandId,
      boolean ok,
      Optional<GtidSet> executed,
      String detail)
      implements BrainEvent {}

  /** Answer to {@link BrainCommand.MakeWritable}. */
  record WritableDone(
      ServiceName service, NodeAddress node, long commandId, boolean ok, long micros, String detail)
      implements BrainEvent {}

  /** Answer to the replication and semi-sync commands. */
  record ChangeDone(
      ServiceName service, NodeAddress node, long commandId, boolean ok, String detail)
      implements BrainEvent {}

  /** Whether the site's other instance is in the group on the LAN. Evidence, not authority. */
  record TwinLink(boolean up) implements BrainEvent {}

  /** The site's other instance said what it knows. */
  record TwinHeard(TwinState state) implements BrainEvent {}

  /** Operator: the site's other instance shall act. */
  record OperatorTwin(String by, String reason) implements BrainEvent {}

  /**
   * This process is asked to end: hand over to the site's other instance, or fence, release, and
   * take nothing any more.
   */
  record StandDown(String reason) implements BrainEvent {}

  /**
   * Operator: an override is set.
   *
   * @param what parts it names are set, the others stay as they are
   * @param lasts nanoseconds; 0 until it is lifted
   * @param untilWallMillis the same as a wall clock, for display; 0 until it is lifted
   */
  record OperatorOverride(
      ServiceName service,
      NodeAddress node,
      NodeOverride what,
      long lasts,
      long untilWallMillis,
      String by,
      String reason)
      implements BrainEvent {}

  /** Operator: every override of the node is lifted. */
  record OperatorLift(ServiceName service, NodeAddress node, String by, String reason)
      implements BrainEvent {}

  /** An override that was kept over a restart; in force again before the first poll. */
  record OverrideRestored(ServiceName service, NodeAddress node, OverrideView override, long lasts)
      implements BrainEvent {}

  /**
   * Operator: pause or resume. The answer says what was proposed; it is in force once the ledger's
   * entry says so.
   */
  record OperatorPause(ServiceName service, boolean on, String by, String reason)
      implements BrainEvent {}

  /** Pair mode: what is known of the peer changed. */
  record PairChanged(PairPicture picture) implements BrainEvent {}

  /**
   * Pair mode: the two sites have met, and the other had taken the role while this one held it.
   *
   * @param window from when to when both held it, by this site's clocks, for display
   * @param forcedBy operator and reason, empty when it claimed with evidence
   */
  record PairOverlap(
      ServiceName service, long ownEpoch, long peerEpoch, String window, String forcedBy)
      implements BrainEvent {}

  /** Operator: {@code mpp takeover --force}; the peer does not serve the service, nor will. */
  record OperatorTakeover(ServiceName service, String by, String reason) implements BrainEvent {}

  /**
   * Operator: a planned switchover. Refused with every reason while {@link SwitchoverGate} finds
   * one; otherwise proposed, and followed in the ledger's entry.
   *
   * @param id of the order, unique
   * @param budget nanoseconds for the target to catch up before anything is fenced
   * @param ignoreSilent members that do not answer do not keep it from beginning
   */
  record OperatorSwitchover(
      ServiceName service,
      String id,
      SiteId target,
      long budget,
      boolean ignoreSilent,
      String by,
      String reason)
      implements BrainEvent {}

  /** Operator: end the switchover that is under way, if it can still be ended. */
  record OperatorEndMove(ServiceName service, String by, String reason) implements BrainEvent {}

  /** Operator: the site that is ACTIVE among equally advanced ones; empty for none. */
  record OperatorPrefer(ServiceName service, Optional<SiteId> site, String by, String reason)
      implements BrainEvent {}

  /** Operator: maintenance or drain of a site; empty to end it. */
  record OperatorSite(SiteId site, Optional<SiteOrder.Mode> mode, String by, String reason)
      implements BrainEvent {}

  /** Operator: make the PRIMARY of this site's pool ACTIVE. */
  record OperatorActivate(ServiceName service, String by, String reason) implements BrainEvent {}

  /** Operator: {@code mpp recover}; without a node, the whole pool. */
  record OperatorRecover(ServiceName service, Optional<NodeAddress> node, String by, String reason)
      implements BrainEvent {}
}
