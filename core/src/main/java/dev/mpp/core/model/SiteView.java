package dev.mpp.core.model;

import dev.mpp.core.journal.JournalHead;
import java.util.List;
import java.util.Optional;

/**
 * What a site says of itself to its peers and to operators: pushed on every change and as a
 * heartbeat. Evidence only: nothing in it grants anything.
 *
 * @param incarnation identifies one run of the site's process
 * @param sequence grows with every view of that incarnation
 * @param configHash of the deployment part of the configuration
 * @param roles the roles that changed lately, as this site's answers and checks have them
 * @param replica its replica of the ledger; empty before it is known
 * @param journal where its journal ends on its disk; empty when it does not say
 * @param instance name of the instance where the site has two, otherwise empty
 * @param passive another instance acts for the site; this view is no evidence of what it does
 */
public record SiteView(
    SiteId site,
    String incarnation,
    long sequence,
    boolean witness,
    String version,
    String configHash,
    Reach reach,
    List<CheckpointView> checkpoints,
    List<PoolView> pools,
    List<LinkView> links,
    List<RoleView> roles,
    Optional<Replica> replica,
    Optional<JournalHead> journal,
    String instance,
    boolean passive) {

  public SiteView {
    roles = List.copyOf(roles);
    checkpoints = List.copyOf(checkpoints);
    pools = List.copyOf(pools);
    links = List.copyOf(links);
  }

  /** Of a site with one instance, without what only the process around the brain knows. */
  public SiteView(
      SiteId site,
      String incarnation,
      long sequence,
      boolean witness,
      String version,
      String configHash,
      Reach reach,
      List<CheckpointView> checkpoints,
      List<PoolView> pools,
      List<LinkView> links,
      List<RoleView> roles) {
    this(
        site,
        incarnation,
        sequence,
        witness,
        version,
        configHash,
        reach,
        checkpoints,
        pools,
        links,
        roles,
        Optional.empty(),
        Optional.empty(),
        "",
        false);
  }

  /** And without roles that changed lately. */
  public SiteView(
      SiteId site,
      String incarnation,
      long sequence,
      boolean witness,
      String version,
      String configHash,
      Reach reach,
      List<CheckpointView> checkpoints,
      List<PoolView> pools,
      List<LinkView> links) {
    this(
        site,
        incarnation,
        sequence,
        witness,
        version,
        configHash,
        reach,
        checkpoints,
        pools,
        links,
        List.of());
  }

  /** The same with what the process around the brain knows. */
  public SiteView with(Replica ownReplica, JournalHead ownJournal) {
    return new SiteView(
        site,
        incarnation,
        sequence,
        witness,
        version,
        configHash,
        reach,
        checkpoints,
        pools,
        links,
        roles,
        Optional.of(ownReplica),
        Optional.of(ownJournal),
        instance,
        passive);
  }

  /** The same with these pools. */
  public SiteView withPools(List<PoolView> others) {
    return new SiteView(
        site,
        incarnation,
        sequence,
        witness,
        version,
        configHash,
        reach,
        checkpoints,
        others,
        links,
        roles,
        replica,
        journal,
        instance,
        passive);
  }

  /**
   * The site's replica of the ledger.
   *
   * @param leader as it knows it; empty when unknown
   * @param freshAgeMillis it held everything that was committed so long before the view; -1 before
   *     the first command it proposed was applied
   */
  public record Replica(String leader, long appliedIndex, long freshAgeMillis) {}

  /**
   * A confirmed role that this site's DNS answers and checks follow.
   *
   * @param epoch in which the holder confirmed it
   */
  public record RoleView(ServiceName service, long epoch) {}

  public Optional<PoolView> pool(ServiceName service) {
    return pools.stream().filter(p -> p.service().equals(service)).findFirst();
  }

  /**
   * A checkpoint and its verdict.
   *
   * @param spec {@code class:method:target:profile} as configured
   * @param lastWallMillis wall clock of the last result, for display; 0 before the first
   */
  public record CheckpointView(
      String spec,
      CheckpointClass kind,
      int req,
      Status status,
      long lastWallMillis,
      String message) {}

  /**
   * A service's pool at this site.
   *
   * @param status OK or FAIL (BEHAVIOUR section 6)
   * @param eligible whether this site could take the ACTIVE role now
   * @param reason one sentence: why it is eligible or not, or what it is doing
   * @param best executed GTIDs of the node it would promote
   * @param advance how far that node's data has advanced, received but unapplied included; -1 when
   *     there is none
   * @param phase of a switchover in which this site takes part, empty without one
   * @param guards everything that keeps this site from being ACTIVE, the weightiest first, at most
   *     {@link #GUARDS}; empty when nothing does, or it is
   */
  public record PoolView(
      ServiceName service,
      String name,
      Status status,
      boolean eligible,
      String reason,
      Optional<GtidSet> best,
      long advance,
      List<NodeView> nodes,
      String phase,
      List<Guard> guards) {
    /** More are counted, not told. */
    public static final int GUARDS = 16;

    public PoolView {
      nodes = List.copyOf(nodes);
      guards = List.copyOf(guards);
    }

    /** Of a site outside of a switchover that nothing keeps from being ACTIVE. */
    public PoolView(
        ServiceName service,
        String name,
        Status status,
        boolean eligible,
        String reason,
        Optional<GtidSet> best,
        long advance,
        List<NodeView> nodes) {
      this(service, name, status, eligible, reason, best, advance, nodes, "", List.of());
    }
  }

  /**
   * A node of the pool.
   *
   * @param req consecutive errored requests; -1 before the first poll
   * @param lastWallMillis wall clock of the last poll, for display; 0 before the first
   * @param skipped poll cycles that were skipped because the poll before outlasted them
   * @param status the override's if it names one, else {@code measured}
   * @param measured what the polls say
   * @param facts of the last poll that was answered
   * @param override in force, empty when none
   */
  public record NodeView(
      NodeAddress address,
      NodeType type,
      int req,
      Status status,
      Status measured,
      State state,
      String message,
      long lastWallMillis,
      long skipped,
      Optional<ServerFacts> facts,
      Optional<OverrideView> override) {}

  /**
   * What an operator decided about a node, and for how long.
   *
   * @param untilWallMillis wall clock of its end, for display; 0 when it stands until it is lifted
   * @param by who set it, as the operator's machine said
   */
  public record OverrideView(NodeOverride what, long untilWallMillis, String by, String reason) {}

  /**
   * The stream to one peer as this site sees it.
   *
   * @param rttMicros of the last echo, -1 when unknown
   * @param ageMillis since the peer was last heard, -1 when never
   * @param journal the furthest end of the peer's journal that this process heard of
   */
  public record LinkView(
      SiteId peer, boolean up, long rttMicros, long ageMillis, Optional<JournalHead> journal) {
    public LinkView(SiteId peer, boolean up, long rttMicros, long ageMillis) {
      this(peer, up, rttMicros, ageMillis, Optional.empty());
    }
  }
}
