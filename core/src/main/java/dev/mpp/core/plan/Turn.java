package dev.mpp.core.plan;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.SiteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** One event's turn: the instant, what is known of the peers, and the commands that come of it. */
final class Turn {
  private final long now;
  private final Map<SiteId, PeerTrack> peers;
  private final Supplier<Origin> origins;
  private final List<BrainCommand> commands = new ArrayList<>();

  Turn(long now, Map<SiteId, PeerTrack> peers, Supplier<Origin> origins) {
    this.now = now;
    this.peers = peers;
    this.origins = origins;
  }

  long now() {
    return now;
  }

  void add(BrainCommand command) {
    commands.add(command);
  }

  List<BrainCommand> commands() {
    return commands;
  }

  /** Proposes a ledger command; returns the sequence of its origin. */
  long propose(Function<Origin, LedgerCommand> command) {
    Origin origin = origins.get();
    commands.add(new BrainCommand.Propose(command.apply(origin)));
    return origin.sequence();
  }

  /** The peer if it was heard within the time after which it counts as silent. */
  Optional<PeerTrack> fresh(SiteId site) {
    PeerTrack p = peers.get(site);
    return p != null && p.fresh(now) ? Optional.of(p) : Optional.empty();
  }
}
