package dev.mpp.chaos.sim;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * One seeded run: storms of faults and quiet stretches with the safety checker on, then everything
 * heals, and each service must be writable at exactly one site within a bound and stay there.
 */
public final class LeaseSimulation {
  private static final long MS = SimWorld.MS;
  private static final long MINUTE = 60_000 * MS;
  private static final long START = 10_000 * MS;

  /** After the last fault everything may need that long: a fault ends, a hold-down, a lease. */
  private static final long SETTLE = 90_000 * MS;

  private static final long STAYS = 20_000 * MS;

  private LeaseSimulation() {}

  /**
   * What to simulate.
   *
   * @param sites 3 or 5 voters, or a pair of 2
   * @param minutes of faults, simulated
   */
  public record Plan(int sites, int minutes, Broken broken) {}

  /**
   * @param violations what the checker saw; empty when safe
   * @param unhealed which service was not writable at one site at the end; empty when all were
   * @param acknowledged how often clients were acknowledged writes
   * @param openings how often a server became writable
   * @param steps of the simulator
   * @param seconds simulated
   * @param story every decision and fault, in order; empty unless it was asked for
   */
  public record Result(
      long seed,
      List<String> violations,
      List<String> unhealed,
      long acknowledged,
      long openings,
      long steps,
      double seconds,
      List<String> story) {
    public boolean good() {
      return violations.isEmpty() && unhealed.isEmpty();
    }

    void print(PrintStream out) {
      story.forEach(out::println);
      violations.forEach(v -> out.println("VIOLATION: " + v));
    }
  }

  /** Plays the seed; the same plan and seed always play the same. */
  public static Result run(Plan plan, long seed, boolean telling) {
    return run(plan, seed, telling, true);
  }

  /**
   * @param skipping leaves out what changes nothing; the story is the same either way
   */
  static Result run(Plan plan, long seed, boolean telling, boolean skipping) {
    Chance chance = new Chance(seed);
    List<String> story = new ArrayList<>();
    Shape shape = Shape.of(plan.sites(), chance, plan.broken());
    SimWorld world = new SimWorld(shape, chance, plan.broken(), telling ? story : null, skipping);
    world.tell("seed " + seed + ": " + shape);
    long begin = world.time.now();
    pass(world, START);
    storms(world, plan.minutes() * MINUTE);
    List<String> unhealed =
        world.checker.violations().isEmpty() ? settle(world) : List.<String>of();
    return new Result(
        seed,
        List.copyOf(world.checker.violations()),
        unhealed,
        world.checker.acknowledgements(),
        world.checker.openings(),
        world.time.scheduled(),
        (world.time.now() - begin) / 1e9,
        story);
  }

  private static void pass(SimWorld world, long duration) {
    world.time.runUntil(world.time.now() + duration);
  }

  private static boolean safe(SimWorld world) {
    return world.checker.violations().isEmpty();
  }

  /** Faults every few seconds for a while, then none for a while. */
  private static void storms(SimWorld world, long duration) {
    Chance chance = world.chance;
    SimFaults faults = new SimFaults(world);
    SimOrders orders = new SimOrders(world);
    long end = world.time.now() + duration;
    while (world.time.now() < end && safe(world)) {
      int strikes = 1 + chance.below(12);
      for (int i = 0; i < strikes && world.time.now() < end && safe(world); i++) {
        faults.strike();
        if (chance.oneIn(3)) {
          orders.random();
        }
        pass(world, chance.oneIn(4) ? chance.ms(0, 500) : chance.ms(0, 9_000));
      }
      pass(world, Math.min(chance.ms(5_000, 180_000), Math.max(0, end - world.time.now())));
    }
  }

  private static List<String> settle(SimWorld world) {
    SimFaults faults = new SimFaults(world);
    SimOrders orders = new SimOrders(world);
    pass(world, 31_000 * MS); // every fault ends by itself
    if (world.pair != null) {
      pass(world, 40_000 * MS); // and an operator keeps his word
      for (int i = 0; i < 80 && world.keptDown(); i++) {
        pass(world, 1_000 * MS);
      }
    }
    faults.heal();
    // An order may be lost as any proposal may: whoever gave it looks, and gives it again.
    for (int i = 1; i <= 3; i++) {
      world.time.after(i * 4_000 * MS, orders::withdraw);
    }
    pass(world, 13_000 * MS);
    long end = world.time.now() + SETTLE;
    long patience = world.time.now() + SETTLE / 2;
    while (world.time.now() < end && safe(world) && !unhealed(world).isEmpty()) {
      if (world.time.now() >= patience) {
        orders.recoverAll(); // errant transactions are an operator's to judge
      }
      pass(world, 5_000 * MS);
    }
    List<String> bad = unhealed(world);
    if (bad.isEmpty()) {
      bad = restless(world);
    }
    if (bad.isEmpty() && !unlisted(world).isEmpty()) {
      pass(world, 10_000 * MS);
      bad = unlisted(world);
    }
    for (String line : bad) {
      world.tell("NOT HEALED: " + line);
    }
    return bad;
  }

  private static List<String> unhealed(SimWorld world) {
    List<String> bad = new ArrayList<>();
    for (SimService s : world.services) {
      long writable = s.servers.stream().filter(SimServer::writable).count();
      boolean serving = world.ledger.grant(s.name).serving();
      if (writable != 1 || !serving) {
        StringBuilder b = new StringBuilder(s.name + ": " + writable + " servers are writable");
        for (SimSite site : world.sites) {
          if (site.has(s)) {
            b.append("; ").append(site.id).append(" says: ").append(site.sentence(s));
          }
        }
        bad.add(b.toString());
      }
    }
    return bad;
  }

  /** One ACTIVE that does not stay is no service: it may move once more, to where it belongs. */
  private static List<String> restless(SimWorld world) {
    List<Long> before = epochs(world);
    pass(world, STAYS);
    for (int i = 0; i < 2 && !unhealed(world).isEmpty(); i++) {
      pass(world, 2_000 * MS); // in the middle of that move
    }
    List<String> bad = unhealed(world);
    List<Long> after = epochs(world);
    for (int i = 0; i < after.size() && bad.isEmpty(); i++) {
      if (after.get(i) > before.get(i) + 1) {
        return List.of("the role moves though nothing is wrong: epochs " + before + ", " + after);
      }
    }
    return bad;
  }

  /** A site that follows, but is not called in sync, could not take over: a failover less. */
  private static List<String> unlisted(SimWorld world) {
    return world.services.stream()
        .filter(s -> world.shape.rpoZero() && world.ledger.grant(s.name).inSync().size() < 2)
        .filter(
            s ->
                s.servers.stream()
                    .allMatch(one -> one.writable() || (one.connected() && one.applierRunning)))
        .map(s -> s.name + ": both sites follow, in sync " + world.ledger.grant(s.name).inSync())
        .toList();
  }

  private static List<Long> epochs(SimWorld world) {
    return world.services.stream().map(s -> world.checker.epoch(s.index)).toList();
  }
}
