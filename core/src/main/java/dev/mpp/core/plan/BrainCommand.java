package dev.mpp.core.plan;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.OverrideView;
import java.util.Map;
import java.util.Optional;

/**
 * What the brain wants done. Durations are nanoseconds. A command with an id is answered by an
 * event with the same id; an answer with another id than the last is late and ignored.
 */
public sealed interface BrainCommand {

  /** Propose it; the shell reads its clock before, under the command's origin sequence. */
  record Propose(LedgerCommand command) implements BrainCommand {}

  record FenceNode(
      ServiceName service, NodeAddress node, long commandId, long budget, String reason)
      implements BrainCommand {}

  /**
   * Fence tier 2: another site's node, directly.
   *
   * @param released that site has given the role up: a server that refuses is down, at once
   */
  record FenceRemote(
      ServiceName service,
      SiteId site,
      NodeAddress node,
      long commandId,
      long budget,
      boolean released,
      String reason)
      implements BrainCommand {}

  /**
   * Fence tier 4: the operator's commands.
   *
   * @param site of the node
   * @param failed the other tiers ended FAILED or QUIESCED; otherwise only those for every fence
   * @param result of the other tiers
   */
  record FenceHook(
      ServiceName service,
      SiteId site,
      NodeAddress node,
      long commandId,
      long epoch,
      boolean failed,
      String result)
      implements BrainCommand {}

  record Prepare(ServiceName service, NodeAddress node, long commandId, long budget)
      implements BrainCommand {}

  record MakeWritable(
      ServiceName service, NodeAddress node, long commandId, long epoch, long budget)
      implements BrainCommand {}

  record StartReplication(ServiceName service, NodeAddress node, long commandId)
      implements BrainCommand {}

  /**
   * Follow that server from where the node's own data is: its source and account are configured,
   * and both threads started. What it received and did not apply is thrown away.
   */
  record FollowSource(ServiceName service, NodeAddress node, long commandId, NodeAddress source)
      implements BrainCommand {}

  /** Its data are not those of its source: nothing more is received or applied. */
  record StopReplication(ServiceName service, NodeAddress node, long commandId)
      implements BrainCommand {}

  record SemiSync(ServiceName service, NodeAddress node, long commandId, boolean on)
      implements BrainCommand {}

  /** The dead-man lock may be held until that instant. */
  record HoldDeadMan(ServiceName service, NodeAddress node, long until) implements BrainCommand {}

  /**
   * Take the dead-man lock from the site's other instance, which acts no more: its session is ended
   * if it still holds it. Held until that instant.
   */
  record TakeDeadMan(ServiceName service, NodeAddress node, long until) implements BrainCommand {}

  record DropDeadMan(ServiceName service, NodeAddress node) implements BrainCommand {}

  /** Poll the node again after {@code delay} at the latest. */
  record PollWithin(ServiceName service, NodeAddress node, long delay) implements BrainCommand {}

  /** Somebody waits for what this site shows: the picture and the view are renewed at once. */
  record Show() implements BrainCommand {}

  /** Ask that this member lead the replication of the ledger. */
  record PreferLeadership() implements BrainCommand {}

  /** Give the leadership of the ledger's replication to that member. */
  record YieldLeadership(SiteId to) implements BrainCommand {}

  /**
   * Pair mode: for which services this site's reach would be sufficient if the peer were silent,
   * and when the latest run of a checkpoint began that says so. Told when it changes.
   */
  record Reaches(Map<ServiceName, Long> seenAt) implements BrainCommand {
    public Reaches {
      seenAt = Map.copyOf(seenAt);
    }
  }

  /** Pair mode: an operator vouches for the peer; this site may claim without it for a minute. */
  record ForceTakeover(ServiceName service, String by, String reason) implements BrainCommand {}

  /**
   * Append to the journal.
   *
   * @param by the operator who ordered it, empty when the node acted by itself
   */
  record Journal(
      String service,
      String kind,
      String subject,
      String from,
      String to,
      long epoch,
      String reason,
      String by)
      implements BrainCommand {

    /** The node did it by itself. */
    public Journal(
        String service,
        String kind,
        String subject,
        String from,
        String to,
        long epoch,
        String reason) {
      this(service, kind, subject, from, to, epoch, reason, "");
    }
  }

  /** Keep the override on disk, so that a restart finds it; empty: forget it. */
  record KeepOverride(ServiceName service, NodeAddress node, Optional<OverrideView> override)
      implements BrainCommand {}

  /** What to tell the operator who asked. */
  record Answer(String text) implements BrainCommand {}
}
