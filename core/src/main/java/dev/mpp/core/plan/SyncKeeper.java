package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.Status;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps semi-synchronous replication and the ledger's in-sync sites in step while a local node is
 * ACTIVE. The order is what makes it safe:
 *
 * <pre>
 * peer follows closely        -> server waits for acknowledgements -> peer has all from before
 *                             -> ledger: the peer is in sync
 * peer lost, commits stalling -> ledger: the peer is not in sync   -> server stops waiting
 * </pre>
 *
 * so that the ledger never calls a site in sync that may lack an acknowledged write.
 */
final class SyncKeeper {
  private static final long STALL = 1_500_000_000L;
  private static final long RETRY = 1_000_000_000L;
  private static final long COMMAND_LOST = 4_000_000_000L;
  private static final long UNKNOWN_PAUSE = 5_000_000_000L;
  private static final long CLOSE_ENOUGH = 5_000;
  private static final long QUICK_POLL = 200_000_000L;

  private final ServiceName service;
  private final SiteId self;
  private final SiteId peer;
  private final boolean managed;
  private @Nullable GtidSet waitingFor;
  private long stalledSince = LeaseClock.NEVER;
  private long stalledAdvance;

  /** The last command to the server, 0 once it was answered. */
  private long commandId;

  private boolean commandedOn;
  private long commandedAt = LeaseClock.NEVER;
  private long nextCommand = LeaseClock.NEVER;

  /** Facts of polls before this many were answered may be older than the last command. */
  private int trustFrom;

  private int polls;
  private long notBefore = LeaseClock.NEVER;
  private long nextListing = LeaseClock.NEVER;
  private long nextDelisting = LeaseClock.NEVER;

  /** Sequence of a proposal to list the peer that may still be committed, 0 when none may. */
  private long listing;

  /** How often the server had given up waiting by the last poll that showed it waiting; or -1. */
  private int givenUp = -1;

  /** It gave up by itself, and has not been switched off since. */
  private boolean fellBack;

  private String said = "";
  private boolean busy;

  /**
   * @param managed a server of the peer counts only while it has this site's ACTIVE as its source;
   *     otherwise an administrator may have given that another address there
   */
  SyncKeeper(ServiceName service, SiteId self, SiteId peer, boolean managed) {
    this.service = service;
    this.self = self;
    this.peer = peer;
    this.managed = managed;
  }

  void reset() {
    waitingFor = null;
    stalledSince = LeaseClock.NEVER;
    commandId = 0;
    commandedOn = false;
    trustFrom = 0;
    listing = 0;
    givenUp = -1;
    fellBack = false;
    said = "";
    busy = false;
  }

  /** Another process may have told the server something a moment ago that is still on its way. */
  void inherit(long now) {
    notBefore = now + UNKNOWN_PAUSE;
  }

  /** Whether a command to the server may still take effect. */
  boolean unsettled(long now) {
    return commandId != 0 || (notBefore != LeaseClock.NEVER && now < notBefore);
  }

  /** When the server was last told to wait, or not to. */
  long commandedAt() {
    return commandedAt;
  }

  /** Whether something of it is measured in less than a poll interval now. */
  boolean busy() {
    return busy;
  }

  /** An own statement was accepted: every earlier one is refused from here on. */
  void stated(long sequence, Set<SiteId> sites) {
    if (sequence > listing && !sites.contains(peer)) {
      listing = 0;
    }
  }

  void changeDone(BrainEvent.ChangeDone done, long now) {
    if (done.commandId() == commandId) {
      commandId = 0;
      // The poll that is under way may have been read before; the one after it was not.
      trustFrom = polls + 2;
      if (!done.ok()) {
        // It may still take effect.
        notBefore = now + UNKNOWN_PAUSE;
      }
    }
  }

  /**
   * Called after every event while {@code node} is ACTIVE and the lease is held.
   *
   * @param facts of the last poll that was answered
   * @param factsAt when it was
   * @param answered polls of the node answered since it became ACTIVE
   */
  void keep(
      NodeAddress node,
      ServerFacts facts,
      long factsAt,
      int answered,
      Grant grant,
      Turn turn,
      CommandIds ids) {
    polls = answered;
    Optional<NodeView> shown = replica(peer, service, node, turn);
    Optional<NodeView> replica = shown.filter(r -> !managed || hasSource(r, node));
    boolean maybeListed = grant.inSync().contains(peer) || listing != 0;
    boolean waiting = facts.semiSync().sourceEnabled();
    if (!waiting) {
      waitingFor =
          null; // what was committed meanwhile nobody acknowledged, whoever switched it off
    }
    boolean settled =
        commandId == 0
            && polls >= trustFrom
            && (notBefore == LeaseClock.NEVER || turn.now() >= notBefore);
    watchForGivingUp(facts.semiSync(), settled);
    String trouble =
        shown.isPresent() && replica.isEmpty() && facts.semiSync().sourceEnabled()
            ? "no server of " + peer + " has this one as its source"
            : trouble(facts, replica, factsAt);
    if (!settled) {
      turn.add(new BrainCommand.PollWithin(service, node, QUICK_POLL));
    }
    busy = !settled || waitingFor != null || listing != 0 || facts.semiSync().waitingSessions() > 0;
    if (maybeListed && (!waiting || !trouble.isEmpty())) {
      delist(waiting ? trouble : "semi-sync was switched off", grant, turn);
    } else if (waiting && !maybeListed && !trouble.isEmpty()) {
      // Only after no proposal that lists the peer can be committed any more.
      waitingFor = null;
      if (commandId != 0 || polls >= trustFrom) {
        command(node, false, turn, ids);
      }
    } else if (!waiting && settled && replica.filter(r -> follows(r, facts)).isPresent()) {
      command(node, true, turn, ids);
    } else if (waiting && !grant.inSync().contains(peer) && settled && commandedOn) {
      // Proposed already or not: a proposal that met a change of leader may never be committed.
      turn.add(new BrainCommand.PollWithin(service, node, QUICK_POLL));
      GtidSet before = waitingFor;
      if (before == null) {
        waitingFor = facts.executed();
      } else if (replica.filter(r -> has(r, before)).isPresent()) {
        list(grant, turn);
      }
    } else if (waiting && !maybeListed && settled) {
      // It waited already when it became ACTIVE, by somebody else's doing.
      command(node, true, turn, ids);
    }
  }

  /** Whether the node waits for acknowledgements, and the site's follows and gives them. */
  static boolean acknowledges(SiteId peer, ServiceName service, NodeTrack source, Turn turn) {
    return source
        .facts()
        .filter(f -> f.semiSync().sourceEnabled() && f.semiSync().clients() > 0)
        .filter(
            mine ->
                replica(peer, service, source.address, turn)
                    .filter(r -> follows(r, mine))
                    .isPresent())
        .isPresent();
  }

  /** The peer's server that has this one as its source, otherwise its first one. */
  private static Optional<NodeView> replica(
      SiteId peer, ServiceName service, NodeAddress source, Turn turn) {
    PoolView pool = turn.fresh(peer).flatMap(p -> p.pool(service)).orElse(null);
    NodeView first = null;
    if (pool != null) {
      for (NodeView n : pool.nodes()) {
        if (!n.state().failed() && n.measured() != Status.FAIL && n.facts().isPresent()) {
          if (hasSource(n, source)) {
            return Optional.of(n);
          }
          first = first == null ? n : first;
        }
      }
    }
    return Optional.ofNullable(first);
  }

  private static boolean hasSource(NodeView replica, NodeAddress source) {
    return replica
        .facts()
        .flatMap(ServerFacts::replication)
        .filter(r -> r.source().equals(source.toString()))
        .isPresent();
  }

  /**
   * Why the peer cannot be waited for any longer; empty while all is well.
   *
   * @param now when the server said so: a commit that waited in the last answer of a server that
   *     does not answer any more is no stall, and its site may need the peer to take over
   */
  private String trouble(ServerFacts facts, Optional<NodeView> replica, long now) {
    ServerFacts.SemiSync s = facts.semiSync();
    if (!s.sourceEnabled()) {
      return "";
    }
    if (fellBack) {
      return "the server has stopped waiting for acknowledgements by itself, "
          + s.givenUp()
          + " times since it started: what it confirmed meanwhile may be nowhere else";
    }
    if (s.clients() == 0) {
      return "no semi-synchronous replica is connected";
    }
    if (replica
        .flatMap(NodeView::facts)
        .flatMap(ServerFacts::replication)
        .filter(r -> !r.receiverStarted())
        .isPresent()) {
      // Its server restarted: what it had received may be gone with its relay log.
      return "the replica's receiver was stopped";
    }
    long advance = facts.executed().advance();
    if (s.waitingSessions() == 0 || advance != stalledAdvance) {
      stalledSince = now;
      stalledAdvance = advance;
    }
    boolean peerDoubtful = replica.isEmpty() || replica.get().req() >= 2;
    long limit = peerDoubtful ? STALL : 4 * STALL;
    if (s.waitingSessions() > 0 && now - stalledSince >= limit) {
      return s.waitingSessions() + " commits wait for an acknowledgement that does not come";
    }
    return "";
  }

  /**
   * By a time-out that somebody else set: it may wait again already, but what it confirmed in
   * between nobody acknowledged. Switching it off counts as well, so only polls that show it
   * waiting are compared.
   */
  private void watchForGivingUp(ServerFacts.SemiSync s, boolean settled) {
    if (!s.sourceEnabled()) {
      givenUp = -1;
      fellBack = false;
      return;
    }
    fellBack |= givenUp >= 0 && s.givenUp() != givenUp;
    fellBack |= settled && s.clients() > 0 && !s.operational();
    givenUp = s.givenUp();
  }

  private static boolean follows(NodeView replica, ServerFacts mine) {
    return replica
        .facts()
        .filter(f -> f.semiSync().replicaEnabled())
        .flatMap(ServerFacts::replication)
        .filter(r -> r.receiverRunning() && r.applierRunning())
        .filter(
            r ->
                Math.max(r.received().advance(), replica.facts().orElseThrow().executed().advance())
                    >= mine.executed().advance() - CLOSE_ENOUGH)
        .isPresent();
  }

  private static boolean has(NodeView replica, GtidSet wanted) {
    return replica
        .facts()
        .filter(
            f ->
                f.executed().contains(wanted)
                    || f.replication()
                        .filter(r -> r.receiverRunning())
                        .map(r -> r.received().reaches(wanted))
                        .orElse(false))
        .isPresent();
  }

  private void list(Grant grant, Turn turn) {
    if (nextListing == LeaseClock.NEVER || turn.now() >= nextListing) {
      nextListing = turn.now() + RETRY;
      listing =
          state(
              new TreeSet<>(Set.of(self, peer)), peer + " acknowledges every commit", grant, turn);
    }
  }

  private void delist(String why, Grant grant, Turn turn) {
    if (nextDelisting == LeaseClock.NEVER || turn.now() >= nextDelisting) {
      nextDelisting = turn.now() + RETRY;
      long unused = state(Set.of(self), why, grant, turn);
    }
  }

  private long state(Set<SiteId> sites, String why, Grant grant, Turn turn) {
    if (!why.equals(said)) {
      said = why;
      turn.add(
          new BrainCommand.Journal(
              service.name(),
              "in-sync",
              self.name(),
              grant.inSync().toString(),
              sites.toString(),
              grant.epoch(),
              why));
    }
    return turn.propose(origin -> new LedgerCommand.InSync(origin, service, grant.epoch(), sites));
  }

  private void command(NodeAddress node, boolean on, Turn turn, CommandIds ids) {
    if (commandId != 0 && turn.now() < nextCommand) {
      return;
    }
    nextCommand = turn.now() + COMMAND_LOST;
    commandedAt = turn.now();
    commandId = ids.next();
    commandedOn = on;
    trustFrom = Integer.MAX_VALUE;
    turn.add(new BrainCommand.SemiSync(service, node, commandId, on));
    turn.add(new BrainCommand.PollWithin(service, node, QUICK_POLL));
  }
}
