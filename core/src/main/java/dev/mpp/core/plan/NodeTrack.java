package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.OverrideView;
import dev.mpp.core.pool.PoolState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the brain remembers of one local node beside its pool state. */
final class NodeTrack {
  static final String NO_DEAD_MAN =
      "no working dead-man (event mpp.dead_man and the procedure of the prepare SQL,"
          + " event_scheduler=ON); a node without one is never made writable";

  final NodeAddress address;
  final FenceDuty fence;
  private @Nullable ServerFacts facts;
  long lastWallMillis;
  long factsAt = LeaseClock.NEVER;
  long healthySince = LeaseClock.NEVER;
  long notFollowingSince = LeaseClock.NEVER;
  int pollsSincePromoted;
  private boolean deadMan;
  private boolean deadManBefore;

  /** Its last comparison with an ACTIVE found transactions that the ACTIVE lacks. */
  boolean errant;

  /** What it has and the ACTIVE lacks, exactly; empty when nothing. */
  String lacking = "";

  /** What the journal has of that. */
  String lackingTold = "";

  final Comparison comparison;

  /** Its replication, while MPP manages that. */
  final Channel channel = new Channel();

  /** Why its source cannot serve it, by the source's own word; empty once replication runs. */
  String diverged = "";

  /** By its last poll: its receiver runs, or tries to. */
  boolean receives;

  /** By its last poll: its replication is off and could be started. */
  boolean stopped;

  /** By its last poll: it waits for acknowledgements of replicas. */
  boolean waits;

  long followCommand;
  long followCommandAt = LeaseClock.NEVER;

  /** When the server was last told to wait for acknowledgements, or not to. */
  long semiSyncCommandAt = LeaseClock.NEVER;

  boolean writableInFlight;

  /** Why its last poll was not answered; null when it was, or before the first. */
  @Nullable PollTrouble trouble;

  private boolean receiverChanged;

  private PoolState.@Nullable Node viewed;
  private @Nullable NodeView view;

  /**
   * @param settle see {@link Comparison}
   */
  NodeTrack(NodeAddress address, FenceDuty fence, long settle) {
    this.address = address;
    this.fence = fence;
    this.comparison = new Comparison(settle);
  }

  Optional<ServerFacts> facts() {
    return Optional.ofNullable(facts);
  }

  /** Whether its last answer showed another state of its receiver than the one before. */
  boolean receiverChanged() {
    return receiverChanged;
  }

  void answered(ServerFacts next, long now, long wallMillis) {
    receiverChanged = receives(facts) != receives(next);
    facts = next;
    factsAt = now;
    lastWallMillis = wallMillis;
    deadManBefore = deadMan;
    deadMan = next.deadMan();
    pollsSincePromoted++;
    stopped = stopped(next);
    receives = next.replication().map(ServerFacts.Replication::receiverStarted).orElse(false);
    waits = next.semiSync().sourceEnabled();
  }

  private static boolean receives(@Nullable ServerFacts facts) {
    return facts != null
        && facts.replication().map(ServerFacts.Replication::receiverRunning).orElse(false);
  }

  /** By its last poll: its receiver has a connection. */
  boolean connected() {
    return receives(facts);
  }

  private static boolean stopped(ServerFacts facts) {
    ServerFacts.Replication r = facts.replication().orElse(null);
    return r != null && (!r.receiverStarted() || (!r.applierRunning() && r.error().isEmpty()));
  }

  /** Whether its last answer showed a dead-man that works. */
  boolean deadManAlive() {
    return facts != null && facts.deadMan();
  }

  /**
   * Whether one of its last two answers showed a dead-man that works: a single late run of the
   * event is forgiven, one that is switched off is not relied on.
   */
  boolean deadManKnown() {
    return deadMan || deadManBefore;
  }

  void unreachable(long wallMillis) {
    lastWallMillis = wallMillis;
    healthySince = LeaseClock.NEVER;
    notFollowingSince = LeaseClock.NEVER;
    comparison.forget();
  }

  /** The node as it is shown; the same object while nothing of it changed. */
  NodeView view(PoolState.Node n, long skipped, Optional<OverrideView> override) {
    NodeView last = view;
    if (last != null
        && viewed == n
        && last.lastWallMillis() == lastWallMillis
        && last.skipped() == skipped
        && last.facts().orElse(null) == facts
        && last.override().equals(override)) {
      return last;
    }
    NodeView next =
        new NodeView(
            n.address(),
            n.type(),
            n.req(),
            n.status(),
            n.measured(),
            n.state(),
            n.message(),
            lastWallMillis,
            skipped,
            facts(),
            override);
    viewed = n;
    view = next;
    return next;
  }
}
