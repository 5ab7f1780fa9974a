package dev.mpp.chaos.sim;

import dev.mpp.core.lease.LeaseTiming;

/**
 * What one seed's deployment looks like: who is in it and how it is configured, within what {@code
 * mpp node --check} accepts. Durations are nanoseconds.
 *
 * @param data sites with servers, from 1 on
 * @param nodes servers in each pool
 * @param observing witnesses follow the services, to answer DNS
 * @param rpoZero semi-synchronous replication between two sites of one server each
 * @param drift the clocks' rates lie between 1 and 1 + drift
 * @param writeEvery between two commits of the clients of a service
 * @param lateCommits one in so many proposals takes seconds to be committed; 0 for none
 * @param failing one in so many statements to a server fails; 0 for none
 * @param slowFences fences may take longer than their budget
 * @param siteFailback ACTIVE returns to the preferred site by itself
 * @param ways between two sites without a witness; one otherwise
 * @param probeEvery between two probes of such a site's external checkpoint
 * @param probeTimeout after which one has failed
 */
record Shape(
    int data,
    int witnesses,
    int services,
    int nodes,
    boolean observing,
    boolean rpoZero,
    LeaseTiming timing,
    double drift,
    long pollInterval,
    long holdDown,
    long writeEvery,
    int lateCommits,
    int failing,
    boolean slowFences,
    boolean siteFailback,
    int ways,
    long probeEvery,
    long probeTimeout) {
  private static final long MS = 1_000_000L;
  private static final double DRIFT = 0.001;

  /** Two sites that have nobody but each other. */
  boolean pair() {
    return data == 2 && witnesses == 0;
  }

  int members() {
    return data + witnesses;
  }

  static Shape of(int sites, Chance chance, Broken broken) {
    boolean three = sites <= 3;
    boolean rpoZero = three && !broken.is(Break.SERVER_FREEZES) && chance.below(4) > 0;
    int data = three ? 2 : chance.oneIn(2) ? 4 : 3;
    return new Shape(
        data,
        sites - data,
        chance.oneIn(4) ? 2 : 1,
        !rpoZero && chance.oneIn(4) ? 2 : 1,
        chance.oneIn(4),
        rpoZero,
        timing(chance),
        broken.is(Break.CLOCK_DRIFT) ? 0.33 : DRIFT,
        chance.oneIn(3) ? 500 * MS : 1000 * MS,
        chance.oneIn(2) ? 3000 * MS : 8000 * MS,
        chance.ms(20, 300),
        chance.oneIn(2) ? 4 : chance.oneIn(2) ? 40 : 0,
        chance.oneIn(3) ? 4 : chance.oneIn(2) ? 30 : 0,
        chance.oneIn(3),
        chance.oneIn(4),
        sites == 2 ? 1 + chance.below(3) : 1,
        sites == 2 && chance.oneIn(2) ? 500 * MS : 1000 * MS,
        500 * MS);
  }

  /** Two data sites and a witness that follows the service; nothing of itself goes wrong. */
  static Shape plain() {
    return new Shape(
        2,
        1,
        1,
        1,
        true,
        true,
        lease(6000, 500, 1500, 300, 4000),
        DRIFT,
        1000 * MS,
        3000 * MS,
        100 * MS,
        0,
        0,
        false,
        false,
        1,
        1000 * MS,
        500 * MS);
  }

  /** The profiles default, fast and wan of {@code lease.profile}. */
  private static LeaseTiming timing(Chance chance) {
    return switch (chance.below(3)) {
      case 0 -> lease(4000, 400, 1000, 200, 3500);
      case 1 -> lease(6000, 500, 1500, 300, 4000);
      default -> lease(12_000, 1000, 3000, 600, 6000);
    };
  }

  private static LeaseTiming lease(long l, long renew, long fence, long stagger, long deadMan) {
    return new LeaseTiming(l * MS, renew * MS, fence * MS, DRIFT, stagger * MS, deadMan * MS);
  }

  /**
   * The server's own dead-man: its lock's time-out. Event period and kill budget: a second each.
   */
  long lockTimeout() {
    return timing.deadMan() - 2000 * MS;
  }
}
