package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.Move;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pair.PairPicture;
import dev.mpp.core.pool.PoolCommand;
import dev.mpp.core.pool.PoolEvent;
import dev.mpp.core.pool.PoolLogic;
import dev.mpp.core.pool.PoolState;
import dev.mpp.core.pool.PoolStep;
import dev.mpp.core.pool.RoleRule;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the deciders of one service share: its pool, its lease and what is under way. */
final class ServiceState {
  private static final long SETTLE = 5_000_000_000L;

  /** A server that answers polls does so in milliseconds; a takeover waits no longer for it. */
  private static final long POSITIONS_WITHIN = 500_000_000L;

  final BrainConfig config;
  final BrainConfig.Service service;
  final LeaseClock lease;
  final CommandIds ids;
  final SiteOrders siteOrders;

  private final PoolLogic logic;
  private final boolean cluster;
  private final Map<NodeAddress, NodeTrack> tracks = new LinkedHashMap<>();
  private final Deque<PoolCommand.Promote> waiting = new ArrayDeque<>();
  private PoolState pool;

  /** Pair mode: what is known of the peer. */
  Optional<PairPicture> pair = Optional.empty();

  /** What was seen of the server that is, or was last, ACTIVE. */
  final ActiveSightings sightings = new ActiveSightings(this);

  /** Until then an operator accepts whatever loss there is. */
  long lossAcceptedUntil = LeaseClock.NEVER;

  /** What the last promotion here may have lost, until the former ACTIVE was seen again. */
  Optional<String> atRisk = Optional.empty();

  private @Nullable Promotion promotion;
  private final Positions positions;

  ServiceState(
      BrainConfig config,
      BrainConfig.Service service,
      PoolState restored,
      LeaseClock lease,
      CommandIds ids,
      SiteOrders siteOrders) {
    this.config = config;
    this.service = service;
    this.ids = ids;
    this.siteOrders = siteOrders;
    this.pool = restored;
    this.logic = PoolLogic.of(service.pool().roles());
    this.cluster = service.pool().roles() instanceof RoleRule.Cluster;
    this.positions = new Positions(service.pollInterval());
    this.lease = lease;
    for (PoolState.Node n : restored.nodes()) {
      FenceDuty fence =
          new FenceDuty(
              service.name(),
              n.address(),
              config.timing().fenceBudget(),
              config.timing().deadMan());
      tracks.put(n.address(), new NodeTrack(n.address(), fence, settle(service)));
    }
  }

  /** After which a picture of the ACTIVE is younger than a poll it is compared with. */
  long settle() {
    return settle(service);
  }

  /** Three polls of the ACTIVE, and the way of what they said from one site to the other. */
  private static long settle(BrainConfig.Service service) {
    return 3 * service.pollInterval() + SETTLE;
  }

  PoolState pool() {
    return pool;
  }

  boolean cluster() {
    return cluster;
  }

  /** Why the pool as a whole is FAIL by what its nodes are. */
  Optional<String> unfit() {
    return logic.unfit(pool);
  }

  Collection<NodeTrack> tracks() {
    return tracks.values();
  }

  @Nullable NodeTrack trackOrNull(NodeAddress node) {
    return tracks.get(node);
  }

  NodeTrack track(PoolState.Node node) {
    return Objects.requireNonNull(tracks.get(node.address()));
  }

  @Nullable Promotion promotion() {
    return promotion;
  }

  boolean promoting(NodeAddress node) {
    return promotion != null && promotion.node().equals(node);
  }

  boolean isActive(NodeAddress node) {
    for (PoolState.Node n : pool.nodes()) {
      if (n.address().equals(node)) {
        return n.state() == State.ACTIVE;
      }
    }
    return false;
  }

  boolean fencing(NodeAddress node) {
    return pending(node, PoolState.Pending.FENCING);
  }

  boolean pending(NodeAddress node, PoolState.Pending what) {
    for (PoolState.Node n : pool.nodes()) {
      if (n.address().equals(node)) {
        return n.pending() == what;
      }
    }
    return false;
  }

  /** Pair mode: why the agreement would not grant this site the role now. */
  Optional<String> withheld() {
    return pair.map(p -> p.held().get(service.name()));
  }

  /** Pair mode: the peer is silent on every way. */
  boolean peerCut() {
    return pair.isPresent() && pair.get().cut();
  }

  boolean paused() {
    return lease.grant().paused().isPresent();
  }

  /** While paused nobody but the site that served last may take the role. */
  boolean pausedElsewhere() {
    return paused() && !lease.grant().servedBy().equals(Optional.of(config.self()));
  }

  /** Lets the pool's logic handle the event, journals what changed and begins what it asks for. */
  PoolStep step(PoolEvent event, Turn turn) {
    PoolState before = ranked(turn.now());
    PoolStep step = logic.step(before, event);
    pool = step.state();
    lookAtPositions(turn);
    for (PoolStep.Transition c : step.transitions()) {
      journal(
          turn,
          "state",
          c.node().toString(),
          c.from().name(),
          c.to().name(),
          c.reason() + ", " + c.status() + "/" + c.req());
    }
    for (PoolCommand c : step.commands()) {
      NodeTrack t = Objects.requireNonNull(tracks.get(c.node()));
      switch (c) {
        case PoolCommand.Promote p -> {
          waiting.add(p);
          passedOver(before, p.node(), turn);
        }
        case PoolCommand.Fence f -> t.fence.want(f.reason(), turn);
      }
    }
    beginPromotion(turn);
    return step;
  }

  /** With those that are behind another candidate, by what was read since the ACTIVE was well. */
  private PoolState ranked(long now) {
    return managed() ? pool.withBehind(positions.behind(candidates(), now)) : pool;
  }

  private List<NodeTrack> candidates() {
    return pool.byPriority().stream().filter(PoolState.Node::candidate).map(this::track).toList();
  }

  /** The ACTIVE is not well any more: what the others have now decides, if one has to follow it. */
  private void lookAtPositions(Turn turn) {
    boolean well =
        !lease.holds(turn.now())
            || pool.active()
                .filter(n -> n.answers() && n.pending() == PoolState.Pending.NONE)
                .isPresent();
    if (managed() && positions.watch(well, turn.now())) {
      List<NodeTrack> candidates = candidates();
      if (candidates.size() > 1) {
        candidates.forEach(
            t -> turn.add(new BrainCommand.PollWithin(service.name(), t.address, 0)));
      }
    }
  }

  /**
   * Whether every candidate that answers has said since then what it has, or had the time to.
   *
   * @param claimedAt when this site got the role
   */
  boolean positionsKnown(long claimedAt, long now) {
    return !managed()
        || now - claimedAt > POSITIONS_WITHIN
        || candidates().stream().allMatch(t -> t.factsAt > claimedAt);
  }

  /** Why it is not the first one in the order. */
  private void passedOver(PoolState ranked, NodeAddress chosen, Turn turn) {
    for (PoolState.Node n : ranked.byPriority()) {
      if (n.address().equals(chosen)) {
        return;
      }
      if (n.candidate() && ranked.behind().contains(n.address())) {
        journal(
            turn,
            "position",
            chosen.toString(),
            "",
            "",
            "promoted before %s, which lacks transactions that it has".formatted(n.address()));
      }
    }
  }

  /** One promotion at a time; those of a cluster's other nodes wait for it. */
  private void beginPromotion(Turn turn) {
    while (promotion == null && !waiting.isEmpty()) {
      PoolCommand.Promote next = waiting.poll();
      boolean wanted =
          pool.node(next.node())
              .filter(n -> n.pending() == PoolState.Pending.PROMOTING)
              .isPresent();
      if (wanted) {
        Promotion p =
            new Promotion(
                service.name(),
                config.self(),
                Objects.requireNonNull(tracks.get(next.node())),
                lease.grant().epoch(),
                next.reason(),
                lease.grant().move().flatMap(Move::position),
                partner(),
                inSync(),
                turn.now());
        promotion = p;
        p.begin(lease.grant().servedBy(), lease.afterRelease(), service.pools(), turn, ids);
      }
    }
  }

  /**
   * After a hand-over: the former ACTIVE's site. It was fenced with every acknowledged write, so it
   * stays in sync if it acknowledges what comes from here on.
   */
  private Optional<SiteId> partner() {
    Grant g = lease.grant();
    boolean possible =
        g.move().flatMap(Move::position).isPresent() && service.semiSync() && onlyTwo();
    return possible
        ? g.servedBy().filter(s -> !s.equals(config.self()) && g.inSync().contains(s))
        : Optional.empty();
  }

  /** Whether it has one server to follow, or to be followed by, at one other site. */
  boolean onlyTwo() {
    return !cluster && service.pools().size() == 2;
  }

  /** The node's replication is off, and nothing is lost by starting it. */
  void startFollowing(NodeTrack t, String why, Turn turn) {
    t.followCommandAt = turn.now();
    t.followCommand = ids.next();
    turn.add(new BrainCommand.StartReplication(service.name(), t.address, t.followCommand));
    journal(turn, "follow", t.address.toString(), "", "", why);
  }

  /** Whether MPP decides who follows whom. */
  boolean managed() {
    return service.managed() && !cluster;
  }

  /** Whether another site's ACTIVE waits for what this site acknowledges. */
  boolean countedOn() {
    return service.semiSync()
        && lease.grant().inSync().contains(config.self())
        && pool.active().isEmpty();
  }

  /** It gets another source, or the same one anew, and is started. */
  void follow(NodeTrack t, NodeAddress source, String why, Turn turn) {
    t.followCommandAt = turn.now();
    t.followCommand = ids.next();
    turn.add(new BrainCommand.FollowSource(service.name(), t.address, t.followCommand, source));
    String former =
        t.facts().flatMap(ServerFacts::replication).map(ServerFacts.Replication::source).orElse("");
    journal(turn, "follow", t.address.toString(), former, source.toString(), why);
  }

  /** What it receives would be mixed with what only it has. */
  void stopReceiving(NodeTrack t, String why, Turn turn) {
    t.followCommandAt = turn.now();
    t.followCommand = ids.next();
    turn.add(new BrainCommand.StopReplication(service.name(), t.address, t.followCommand));
    journal(turn, "follow", t.address.toString(), "", "STOPPED", why);
  }

  /** Left on by an earlier role: nobody acknowledges here, its applier would wait for ever. */
  void stopWaiting(NodeTrack t, Turn turn) {
    t.followCommandAt = turn.now();
    t.semiSyncCommandAt = turn.now();
    turn.add(new BrainCommand.SemiSync(service.name(), t.address, ids.next(), false));
  }

  void promotionOver(Turn turn) {
    promotion = null;
    beginPromotion(turn);
  }

  /** The node that the pool would promote first now, by its own last poll. */
  @Nullable NodeTrack candidate() {
    boolean onlyPinned = !cluster && pool.pinned();
    NodeTrack behind = null;
    for (PoolState.Node n : pool.byPriority()) {
      boolean pinned = n.override().pins() && n.state() == State.STANDBY && n.answers();
      if (pinned || (!onlyPinned && n.candidate())) {
        NodeTrack t = track(n);
        if (!t.fence.wanted() && t.facts().isPresent() && t.followCommand == 0) {
          if (pinned || !pool.behind().contains(t.address)) {
            return t;
          }
          behind = behind == null ? t : behind;
        }
      }
    }
    return behind;
  }

  /** An ACTIVE that was seen that long before its end was out of sight before it was lost. */
  long stale() {
    return 2 * config.timing().claimAfter();
  }

  boolean lossAccepted(long now) {
    return lossAcceptedUntil != LeaseClock.NEVER && now < lossAcceptedUntil;
  }

  /**
   * Whether this site has every acknowledged write, by the word of who served last. In pair mode a
   * holder that is alone may have gone on without saying so, unless {@code rpo: zero} forbids it.
   */
  boolean inSync() {
    boolean said = service.rpoZero() || (service.semiSync() && pair.isEmpty());
    return said && pool.nodes().size() == 1 && lease.grant().inSync().contains(config.self());
  }

  /** Of a server that was polled: what opening it now may lose. */
  DataAtRisk risk(NodeTrack t, long now) {
    ServerFacts f = t.facts().orElseThrow();
    return sightings.risk(
        t.address,
        f.executed(),
        f.replication().map(ServerFacts.Replication::received),
        t.factsAt,
        now);
  }

  /** The ACTIVE node other than {@code node}, if a fresh view shows one in the granted site. */
  Optional<ActiveSeen> activeSeen(NodeAddress node, Turn turn) {
    for (PoolState.Node n : pool.nodes()) {
      if (n.state() == State.ACTIVE && !n.address().equals(node)) {
        return track(n).facts().map(f -> new ActiveSeen(config.self(), n.address(), f));
      }
    }
    Grant g = lease.grant();
    if (!g.serving() || g.holder().isEmpty() || g.holder().get().equals(config.self())) {
      return Optional.empty();
    }
    SiteId holder = g.holder().get();
    PoolView pool = turn.fresh(holder).flatMap(p -> p.pool(service.name())).orElse(null);
    if (pool != null) {
      for (NodeView n : pool.nodes()) {
        if (visiblyActive(n)) {
          return Optional.of(new ActiveSeen(holder, n.address(), n.facts().orElseThrow()));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean visiblyActive(NodeView n) {
    return n.state() == State.ACTIVE
        && n.measured() != Status.FAIL
        && n.req() <= 1
        && n.facts().isPresent();
  }

  static String describe(PoolState pool) {
    StringBuilder b = new StringBuilder();
    for (PoolState.Node n : pool.nodes()) {
      b.append(b.isEmpty() ? "" : "; ")
          .append(n.address())
          .append(' ')
          .append(n.state())
          .append('/')
          .append(n.status());
      if (!n.override().isNone()) {
        b.append(" [override ").append(n.override()).append(']');
      }
      if (!n.message().isEmpty()) {
        b.append(" (").append(n.message()).append(')');
      }
    }
    return b.toString();
  }

  void journal(Turn turn, String kind, String subject, String from, String to, String reason) {
    journal(turn, kind, subject, from, to, reason, "");
  }

  void journal(
      Turn turn, String kind, String subject, String from, String to, String reason, String by) {
    turn.add(
        new BrainCommand.Journal(
            service.name().name(), kind, subject, from, to, lease.grant().epoch(), reason, by));
  }
}
