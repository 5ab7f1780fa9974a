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
  private static final long CLOSE_ENOUGH = 5_000;
  private static final long QUICK_POLL = 200_000_000L;

  private final ServiceName service;
  private final SiteId self;
  private final SiteId peer;
  private @Nullable GtidSet waitingFor;
  private long stalledSince = LeaseClock.NEVER;
  private long stalledAdvance;
  private long commandId;
  private long nextCommand = LeaseClock.NEVER;
  private long nextProposal = LeaseClock.NEVER;
  private String said = "";

  SyncKeeper(ServiceName service, SiteId self, SiteId peer) {
    this.service = service;
    this.self = self;
    this.peer = peer;
  }

  void reset() {
    waitingFor = null;
    stalledSince = LeaseClock.NEVER;
    commandId = 0;
    said = "";
  }

  void changeDone(BrainEvent.ChangeDone done) {
    if (done.commandId() == commandId) {
      commandId = 0;
    }
  }

  /** Called after every event while {@code node} is ACTIVE and the lease is held. */
  void keep(NodeAddress node, ServerFacts facts, Grant grant, Turn turn, CommandIds ids) {
    Optional<NodeView> replica = replica(turn);
    boolean listed = grant.inSync().contains(peer);
    String trouble = trouble(facts, replica, turn.now());
    boolean waiting = facts.semiSync().sourceEnabled();
    if (listed && (!waiting || !trouble.isEmpty())) {
      state(Set.of(self), waiting ? trouble : "semi-sync was switched off", grant, turn);
    } else if (waiting && !listed && !trouble.isEmpty()) {
      // Only after the ledger no longer lists the peer.
      waitingFor = null;
      command(node, false, turn, ids);
    } else if (!waiting && replica.filter(r -> follows(r, facts)).isPresent()) {
      waitingFor = null;
      command(node, true, turn, ids);
    } else if (waiting && !listed) {
      turn.add(new BrainCommand.PollWithin(service, node, QUICK_POLL));
      GtidSet before = waitingFor;
      if (before == null) {
        waitingFor = facts.executed();
      } else if (replica.filter(r -> has(r, before)).isPresent()) {
        state(new TreeSet<>(Set.of(self, peer)), peer + " acknowledges every commit", grant, turn);
      }
    }
  }

  private Optional<NodeView> replica(Turn turn) {
    return turn.fresh(peer)
        .flatMap(PeerTrack::view)
        .flatMap(v -> v.pool(service))
        .map(PoolView::nodes)
        .flatMap(
            nodes ->
                nodes.stream()
                    .filter(n -> !n.state().failed() && n.status() != Status.FAIL)
                    .filter(n -> n.facts().isPresent())
                    .findFirst());
  }

  /** Why the peer cannot be waited for any longer; empty while all is well. */
  private String trouble(ServerFacts facts, Optional<NodeView> replica, long now) {
    ServerFacts.SemiSync s = facts.semiSync();
    if (!s.sourceEnabled()) {
      return "";
    }
    if (s.clients() == 0) {
      return "no semi-synchronous replica is connected";
    }
    long advance = facts.executed().advance();
    if (s.waitingSessions() == 0 || advance != stalledAdvance) {
      stalledSince = now;
      stalledAdvance = advance;
    }
    boolean peerDoubtful = replica.isEmpty() || replica.get().req() >= 2;
    if (s.waitingSessions() > 0 && peerDoubtful && now - stalledSince >= STALL) {
      return s.waitingSessions() + " commits wait for an acknowledgement that does not come";
    }
    return "";
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
                        .map(r -> r.received().advance() >= wanted.advance())
                        .orElse(false))
        .isPresent();
  }

  private void state(Set<SiteId> sites, String why, Grant grant, Turn turn) {
    if (turn.now() < nextProposal) {
      return;
    }
    nextProposal = turn.now() + RETRY;
    turn.propose(origin -> new LedgerCommand.InSync(origin, service, grant.epoch(), sites));
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
  }

  private void command(NodeAddress node, boolean on, Turn turn, CommandIds ids) {
    if (commandId != 0 && turn.now() < nextCommand) {
      return;
    }
    nextCommand = turn.now() + RETRY;
    commandId = ids.next();
    turn.add(new BrainCommand.SemiSync(service, node, commandId, on));
    turn.add(new BrainCommand.PollWithin(service, node, QUICK_POLL));
  }
}
