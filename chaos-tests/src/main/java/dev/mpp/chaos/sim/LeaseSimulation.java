package dev.mpp.chaos.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One seeded run: minutes of random faults with the safety checker on, then everything heals and
 * the service must be writable at exactly one site within a bound.
 */
public final class LeaseSimulation {
  private static final long MS = SimWorld.MS;
  private static final long SETTLE = 60_000 * MS;

  private LeaseSimulation() {}

  /**
   * @param violations what the checker saw; empty when safe
   * @param healed whether exactly one server was writable at the end
   * @param acknowledged writes acknowledged to clients
   * @param story every decision and fault, in order
   */
  public record Result(
      long seed, List<String> violations, boolean healed, int acknowledged, List<String> story) {}

  public static Result run(long seed, int faults) {
    SimWorld world = new SimWorld(seed);
    Random random = new Random(seed * 31 + 7);
    world.time.runUntil(world.time.now() + 8_000 * MS);
    for (int i = 0; i < faults; i++) {
      fault(world, random);
      if (random.nextInt(3) == 0) {
        SimOrders.random(world, random);
      }
      world.time.runUntil(world.time.now() + (long) (random.nextDouble() * 9_000) * MS);
    }
    heal(world);
    // An order may be lost as any proposal may: whoever gave it looks, and gives it again.
    for (int i = 1; i <= 3; i++) {
      world.time.after(i * 4_000 * MS, () -> SimOrders.withdraw(world));
    }
    long end = world.time.now() + SETTLE;
    world.time.runUntil(end);
    long writable = world.servers.stream().filter(SimServer::writable).count();
    if (writable != 1) {
      world.sites.values().forEach(s -> world.tell(s.id + " says: " + s.sentence()));
    }
    return new Result(
        seed,
        new ArrayList<>(world.checker.violations()),
        writable == 1,
        world.checker.acknowledgedCount(),
        world.story);
  }

  private static void fault(SimWorld world, Random random) {
    List<SimSite> all = new ArrayList<>(world.sites.values());
    SimSite site = all.get(random.nextInt(3));
    SimServer server = world.servers.get(random.nextInt(2));
    long duration = (long) (500 + random.nextDouble() * 14_000) * MS;
    switch (random.nextInt(9)) {
      case 8 -> {
        SimSite active = all.get(0).active() ? all.get(0) : all.get(1);
        SimSite standby = all.get(0).active() ? all.get(1) : all.get(0);
        SimServer of = world.servers.get(all.indexOf(active));
        SimServer quick = world.servers.get(all.indexOf(standby));
        world.tell("FAULT restart server " + quick.id + " quickly, then lose " + active.id);
        quick.crash();
        world.changed();
        world.time.after(world.jitter(400, 900), () -> boot(world, quick));
        world.time.after(
            world.jitter(0, 2500),
            () -> {
              of.crash();
              active.kill();
              world.changed();
            });
        world.time.after(
            15_000 * MS,
            () -> {
              boot(world, of);
              if (!active.running) {
                active.boot(false);
              }
            });
      }
      case 0 -> {
        world.tell("FAULT kill server " + server.id);
        server.crash();
        world.changed();
        world.time.after(duration, () -> boot(world, server));
      }
      case 1 -> {
        world.tell("FAULT kill node " + site.id);
        site.kill();
        world.time.after(
            duration,
            () -> {
              if (!site.running) {
                world.tell("start node " + site.id);
                site.boot(false);
              }
            });
      }
      case 2 -> {
        world.tell("FAULT freeze node " + site.id);
        site.frozen = true;
        world.time.after(
            duration,
            () -> {
              if (site.frozen) {
                world.tell("thaw node " + site.id);
                site.thaw();
              }
            });
      }
      case 3 -> {
        world.tell("FAULT isolate " + site.id);
        site.network = false;
        world.time.after(
            duration,
            () -> {
              world.tell("rejoin " + site.id);
              site.network = true;
              world.heal();
            });
      }
      case 4, 5 -> {
        SimSite other = all.get((all.indexOf(site) + 1) % 3);
        world.tell("FAULT cut " + site.id + " - " + other.id);
        site.cut.add(other.id);
        other.cut.add(site.id);
        world.time.after(
            duration,
            () -> {
              site.cut.remove(other.id);
              other.cut.remove(site.id);
              world.heal();
            });
      }
      case 6 -> {
        world.tell("FAULT freeze server " + server.id);
        server.frozen = server.up;
        world.changed();
        world.time.after(duration, () -> thaw(world, server));
      }
      default -> {
        world.tell("FAULT kill everything");
        world.servers.forEach(
            s -> {
              s.crash();
              world.time.after(world.jitter(500, 4000), () -> boot(world, s));
            });
        all.forEach(
            s -> {
              s.kill();
              world.time.after(
                  world.jitter(500, 4000),
                  () -> {
                    if (!s.running) {
                      s.boot(false);
                    }
                  });
            });
        world.changed();
      }
    }
  }

  private static void boot(SimWorld world, SimServer server) {
    if (!server.up) {
      world.tell("start server " + server.id);
      server.boot();
    }
  }

  private static void thaw(SimWorld world, SimServer server) {
    if (server.frozen) {
      world.tell("thaw server " + server.id);
      server.frozen = false;
      server.thawed = !server.readOnly;
      world.changed();
    }
  }

  private static void heal(SimWorld world) {
    world.tell("HEAL");
    for (SimSite s : world.sites.values()) {
      s.network = true;
      s.cut.clear();
      if (s.frozen) {
        s.thaw();
      }
      if (!s.running) {
        s.boot(false);
      }
    }
    for (SimServer s : world.servers) {
      thaw(world, s);
      boot(world, s);
    }
    world.heal();
  }
}
