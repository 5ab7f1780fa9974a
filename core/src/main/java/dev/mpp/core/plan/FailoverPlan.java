package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What would happen to a service if sites were lost at this instant, by what one node knows. A
 * forecast, never a permission: who takes over is decided by the ledger when it happens.
 *
 * @param active the site that is ACTIVE now; empty when nobody is
 * @param next the site that would be ACTIVE afterwards; empty when nobody would be
 * @param steps until the next site serves, in their order; empty when nothing changes
 * @param voters of the deployment
 * @param majority how many of them must agree
 * @param left how many would be left that reach each other
 * @param sites every site and witness, in the order of the configuration
 * @param data which acknowledged writes could be missing, in one sentence; empty when nobody takes
 *     over
 * @param names what DNS would answer, in one sentence; empty when this deployment answers none
 * @param sentence what would happen, in one sentence
 * @param notes what an operator should know besides
 */
public record FailoverPlan(
    ServiceName service,
    Set<SiteId> lost,
    Outcome outcome,
    Optional<SiteId> active,
    Optional<SiteId> next,
    List<Step> steps,
    int voters,
    int majority,
    int left,
    List<Outlook> sites,
    String data,
    String names,
    String sentence,
    List<String> notes) {

  public FailoverPlan {
    lost = Set.copyOf(lost);
    steps = List.copyOf(steps);
    sites = List.copyOf(sites);
    notes = List.copyOf(notes);
  }

  /** What becomes of the role. */
  public enum Outcome {
    /** The ACTIVE site goes on. */
    STAYS,
    /** Another site, or the first one, takes the role. */
    TAKEN,
    /** No site that is left may take it. */
    NOBODY,
    /** Too few voters are left to grant it to anybody, and to renew it. */
    NO_MAJORITY
  }

  /** What becomes of a site. */
  public enum Part {
    LOST,
    WITNESS,
    ACTIVE,
    NEXT,
    /** It could take the role, and others are ahead of it. */
    STANDBY,
    /** Its guards keep it from taking the role. */
    UNABLE,
    /** The asked node does not hear it: nothing is known. */
    SILENT
  }

  /**
   * @param behind transactions that the ACTIVE site had executed by the last view and this one had
   *     not received; empty when unknown
   * @param guards what would keep it from taking the role
   */
  public record Outlook(SiteId site, Part part, OptionalLong behind, List<Guard> guards) {
    public Outlook {
      guards = List.copyOf(guards);
    }
  }

  /**
   * @param worst nanoseconds
   * @param formula with the keys of {@code mpp.yml} and their values
   */
  public record Step(String name, long worst, String formula) {}

  /**
   * What the configuration says.
   *
   * @param members every site and witness, in the order of the configuration
   * @param data the sites that have the service
   * @param election longest time until the ledger has another leader, nanoseconds
   * @param ttl of the service's records, nanoseconds; empty without DNS
   * @param bound of what a failover may lose by itself
   */
  public record Setting(
      ServiceName service,
      Map<SiteId, BrainConfig.Member> members,
      Set<SiteId> data,
      boolean rpoZero,
      LeaseTiming timing,
      long election,
      OptionalLong ttl,
      Optional<RpoBound> bound) {

    /** Without a bound of what may be lost. */
    public Setting(
        ServiceName service,
        Map<SiteId, BrainConfig.Member> members,
        Set<SiteId> data,
        boolean rpoZero,
        LeaseTiming timing,
        long election,
        OptionalLong ttl) {
      this(service, members, data, rpoZero, timing, election, ttl, Optional.empty());
    }
  }

  /**
   * What one node knows.
   *
   * @param self the asked site
   * @param views the asked site's own, and those of peers that were heard lately
   * @param active the site that has the role with a live lease behind it
   * @param leader of the ledger; empty when unknown
   * @param ledgerAge nanoseconds since this node's replica was certainly the newest; {@link
   *     Long#MAX_VALUE} when it never was
   */
  public record Known(
      SiteId self,
      Map<SiteId, SiteView> views,
      Grant grant,
      Optional<SiteId> active,
      Optional<SiteId> leader,
      long ledgerAge) {
    public Known {
      views = Map.copyOf(views);
    }
  }

  /**
   * @param lost sites and witnesses that are taken away, with everything they run
   * @throws IllegalArgumentException if one of them is not in the deployment
   */
  public static FailoverPlan of(Setting setting, Known known, Set<SiteId> lost) {
    for (SiteId site : lost) {
      if (!setting.members().containsKey(site)) {
        throw new IllegalArgumentException(
            "there is no site " + site + "; there is " + setting.members().keySet());
      }
    }
    return new FailoverForecast(setting, known, lost).plan();
  }

  /** The sum of the steps, nanoseconds. */
  public long worst() {
    return steps.stream().mapToLong(Step::worst).sum();
  }
}
