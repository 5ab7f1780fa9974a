package dev.mpp.node.config;

import dev.mpp.node.config.MppConfig.DeadMan;
import dev.mpp.node.config.MppConfig.Election;
import dev.mpp.node.config.MppConfig.Lease;
import java.time.Duration;

/**
 * A set of timings that satisfies every inequality of {@link TimingRules}. Single keys may be
 * overridden in the file; the inequalities are checked on the result.
 */
public enum LeaseProfile {
  /** Sites up to some 50 ms apart. */
  DEFAULT(6_000, 500, 1_500, 300, 1_000, 2_000, 2_000),
  /** Sites of one city: failover sooner, less patience with pauses. */
  FAST(4_500, 400, 1_000, 200, 500, 1_000, 2_000),
  /** Sites across an ocean, or links with long stalls. */
  WAN(12_000, 1_000, 3_000, 600, 2_000, 4_000, 4_000);

  private final Lease lease;
  private final Election election;
  private final DeadMan deadMan;

  LeaseProfile(
      long duration,
      long renew,
      long fenceBudget,
      long stagger,
      long electionMin,
      long electionMax,
      long deadManTimeout) {
    this.lease =
        new Lease(
            this,
            Duration.ofMillis(duration),
            Duration.ofMillis(renew),
            Duration.ofMillis(fenceBudget),
            0.001,
            Duration.ofMillis(stagger));
    this.election = new Election(Duration.ofMillis(electionMin), Duration.ofMillis(electionMax));
    this.deadMan =
        new DeadMan(
            Duration.ofMillis(deadManTimeout), Duration.ofSeconds(1), Duration.ofSeconds(1));
  }

  public Lease lease() {
    return lease;
  }

  public Election election() {
    return election;
  }

  public DeadMan deadMan() {
    return deadMan;
  }
}
