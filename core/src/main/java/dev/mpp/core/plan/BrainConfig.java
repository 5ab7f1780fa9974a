package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pool.PoolConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a site's brain needs to know of the configuration. Durations are nanoseconds.
 *
 * @param incarnation of this run of the process; never reused
 * @param services those with a pool at this site
 * @param observed those without one: their leases are followed for display
 * @param twin empty when the site has one instance
 * @param peerSilence a peer not heard for this long is silent
 */
public record BrainConfig(
    SiteId self,
    String incarnation,
    boolean witness,
    String version,
    String configHash,
    LeaseTiming timing,
    long peerSilence,
    Map<SiteId, Member> members,
    List<Service> services,
    List<ServiceName> observed,
    Optional<Twin> twin) {

  /** Of a site with one instance. */
  public BrainConfig(
      SiteId self,
      String incarnation,
      boolean witness,
      String version,
      String configHash,
      LeaseTiming timing,
      long peerSilence,
      Map<SiteId, Member> members,
      List<Service> services,
      List<ServiceName> observed) {
    this(
        self,
        incarnation,
        witness,
        version,
        configHash,
        timing,
        peerSilence,
        members,
        services,
        observed,
        Optional.empty());
  }

  public BrainConfig {
    members = Map.copyOf(members);
    services = List.copyOf(services);
    observed = List.copyOf(observed);
  }

  /**
   * The site has two instances, of which one acts.
   *
   * @param instance name of this one
   * @param other name of the other one
   * @param first this one is listed first: it votes, and acts first when nobody ever acted
   */
  public record Twin(String instance, String other, boolean first) {}

  /** A site or witness of the deployment, this one included. */
  public record Member(boolean witness, int priority) {}

  /**
   * A service at this site.
   *
   * @param rpoZero only sites that have every acknowledged write may take over
   * @param pools the nodes of every site that has the service, this one included
   * @param requireReach a site cut off from the majority with less reach than this fails the pool
   * @param classicPolicy the classic rule instead (BEHAVIOUR section 6)
   * @param lagLimit seconds of replication lag from which a poll counts as failed
   * @param holdDown uninterrupted health before a failed node returns by itself
   * @param pollInterval of a healthy node
   * @param retryInterval while a node has failed polls
   * @param siteFailback whether ACTIVE returns by itself, with a planned switchover, to the
   *     preferred site or the one of highest priority once that was ready for the whole hold-down
   * @param stallFails whether an ACTIVE node whose commits hang or are refused counts as failing;
   *     otherwise that is a warning
   * @param bound what a failover may lose at most without an operator's word; never with {@code
   *     rpoZero}
   * @param hooks whether operators' commands fence as well
   * @param managed whether MPP decides who follows whom; otherwise it starts and stops what an
   *     administrator configured
   */
  public record Service(
      ServiceName name,
      boolean rpoZero,
      boolean semiSync,
      PoolConfig pool,
      Map<SiteId, List<NodeAddress>> pools,
      Reach requireReach,
      boolean classicPolicy,
      long lagLimit,
      long holdDown,
      long pollInterval,
      long retryInterval,
      boolean siteFailback,
      boolean stallFails,
      Optional<RpoBound> bound,
      HookPolicy hooks,
      boolean managed) {
    public Service {
      pools = Map.copyOf(pools);
    }

    /** Without a bound of what may be lost, replication configured by an administrator. */
    public Service(
        ServiceName name,
        boolean rpoZero,
        boolean semiSync,
        PoolConfig pool,
        Map<SiteId, List<NodeAddress>> pools,
        Reach requireReach,
        boolean classicPolicy,
        long lagLimit,
        long holdDown,
        long pollInterval,
        long retryInterval,
        boolean siteFailback,
        boolean stallFails) {
      this(
          name,
          rpoZero,
          semiSync,
          pool,
          pools,
          requireReach,
          classicPolicy,
          lagLimit,
          holdDown,
          pollInterval,
          retryInterval,
          siteFailback,
          stallFails,
          Optional.empty(),
          HookPolicy.NONE,
          false);
    }

    /** Commits that hang are a warning. */
    public Service(
        ServiceName name,
        boolean rpoZero,
        boolean semiSync,
        PoolConfig pool,
        Map<SiteId, List<NodeAddress>> pools,
        Reach requireReach,
        boolean classicPolicy,
        long lagLimit,
        long holdDown,
        long pollInterval,
        long retryInterval,
        boolean siteFailback) {
      this(
          name,
          rpoZero,
          semiSync,
          pool,
          pools,
          requireReach,
          classicPolicy,
          lagLimit,
          holdDown,
          pollInterval,
          retryInterval,
          siteFailback,
          false);
    }

    /** Without a failback between sites. */
    public Service(
        ServiceName name,
        boolean rpoZero,
        boolean semiSync,
        PoolConfig pool,
        Map<SiteId, List<NodeAddress>> pools,
        Reach requireReach,
        boolean classicPolicy,
        long lagLimit,
        long holdDown,
        long pollInterval,
        long retryInterval) {
      this(
          name,
          rpoZero,
          semiSync,
          pool,
          pools,
          requireReach,
          classicPolicy,
          lagLimit,
          holdDown,
          pollInterval,
          retryInterval,
          false);
    }
  }
}
