package dev.mpp.chaos.sim;

import dev.mpp.core.plan.BrainEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes wrong between two sites without a witness: ways and uplinks one by one and together,
 * long enough for proofs to be complete, and operators who vouch for what they have made sure of.
 */
final class SimPairFaults {
  private static final long MS = SimWorld.MS;
  private static final long VOUCHED = 62_000 * MS;

  private final SimWorld world;
  private final SimFaults faults;
  private final SimPair pair;
  private final Chance chance;

  SimPairFaults(SimWorld world, SimFaults faults, SimPair pair) {
    this.world = world;
    this.faults = faults;
    this.pair = pair;
    this.chance = world.chance;
  }

  List<Runnable> kinds() {
    List<Runnable> kinds =
        new ArrayList<>(
            List.of(
                this::cutWay,
                this::cutWay,
                this::cutAll,
                this::loseWorld,
                this::isolate,
                this::isolate,
                this::blackOut,
                this::deadForLong,
                this::operator,
                this::operator));
    if (world.broken.is(Break.PAIR_FALSE_EVIDENCE)) {
      kinds.add(this::divide);
    }
    return kinds;
  }

  /** Proofs take up to L + detection + 1 s. */
  private long duration() {
    return chance.oneIn(3) ? chance.ms(500, 8_000) : chance.ms(8_000, 45_000);
  }

  private void told(String what, Object about) {
    if (world.telling()) {
      world.tell("FAULT " + what + " " + about);
    }
  }

  private SimSite site() {
    return world.sites[chance.below(2)];
  }

  private SimSite other(SimSite s) {
    return world.sites[1 - s.index];
  }

  /** From now until then. */
  private void during(long duration, java.util.function.Consumer<Boolean> change) {
    faults.links(() -> change.accept(true));
    world.time.after(duration, () -> faults.links(() -> change.accept(false)));
  }

  private void cutWay() {
    int way = chance.below(world.net.ways());
    boolean whole = chance.oneIn(2);
    int from = chance.below(2);
    told("way " + way + " is cut" + (whole ? "" : " from"), whole ? "" : world.sites[from].id);
    during(
        duration(),
        on -> {
          world.net.cut(way, from, 1 - from, on);
          if (whole) {
            world.net.cut(way, 1 - from, from, on);
          }
        });
  }

  /** Both see the world: neither may conclude anything. */
  private void cutAll() {
    told("every way is cut", "");
    during(duration(), on -> world.net.isolate(0, on));
  }

  private void loseWorld() {
    SimSite s = site();
    told("uplink lost at", s.id);
    during(duration(), on -> pair.outlook.lose(s.index, on));
  }

  private void isolate() {
    SimSite s = site();
    told("every way and the uplink lost at", s.id);
    long wayFirst = chance.oneIn(2) ? chance.ms(0, 8_000) : 0;
    long duration = duration();
    during(duration + wayFirst, on -> world.net.isolate(0, on));
    world.time.after(wayFirst, () -> during(duration, on -> pair.outlook.lose(s.index, on)));
  }

  private void divide() {
    told("the sites lost each other, and nothing else", "");
    during(
        duration(),
        on -> {
          world.net.isolate(0, on);
          pair.outlook.divide(on);
        });
  }

  /** Machines, router and all. */
  private void blackOut() {
    SimSite s = site();
    told("power lost for long at", s.id);
    long duration = duration();
    powerOff(s, duration);
    world.time.after(duration + chance.ms(0, 3_000), () -> faults.restart(s));
  }

  private void powerOff(SimSite s, long duration) {
    s.kill(true);
    during(duration, on -> pair.outlook.darken(s.index, on));
    for (SimService service : world.services) {
      for (SimServer server : service.servers) {
        if (server.site == s.index) {
          faults.crash(server);
          world.time.after(duration + chance.ms(0, 3_000), () -> faults.boot(server));
        }
      }
    }
  }

  /** Process or host; its server goes on until its dead-man acts. */
  private void deadForLong() {
    SimSite s = site();
    boolean silently = chance.oneIn(2);
    told(silently ? "host of node lost for long" : "node killed for long", s.id);
    s.kill(silently);
    world.time.after(duration(), () -> faults.restart(s));
  }

  // ---- operators ----------------------------------------------------------------------------

  /**
   * A site is gone, with or without a proof. An operator goes there, sees to it that it stays down,
   * and lets the other one take over.
   */
  private void operator() {
    SimSite gone = site();
    boolean careless = world.broken.is(Break.PAIR_FALSE_WORD);
    long duration = duration();
    during(duration + 20_000 * MS, on -> world.net.isolate(0, on));
    if (!careless) {
      gone.keptDown = true;
      if (chance.oneIn(2)) {
        told("site burnt down:", gone.id);
        powerOff(gone, duration);
      } else {
        told("node killed, and its ways are cut:", gone.id);
        gone.kill(chance.oneIn(2));
      }
      world.time.after(duration, () -> faults.restart(gone));
    }
    world.time.after(chance.ms(5_000, 20_000), () -> vouch(gone, careless));
  }

  private void vouch(SimSite gone, boolean careless) {
    SimSite here = other(gone);
    boolean down =
        !gone.running
            && world.services.stream()
                .flatMap(s -> s.servers.stream())
                .noneMatch(s -> s.site == gone.index && s.up && !s.readOnly);
    if (!down && !careless) {
      gone.keptDown = false; // it is not down for good: no order
      return;
    }
    for (SimService s : world.services) {
      told("takeover --force of " + s.name + " ordered at", here.id);
      here.event(new BrainEvent.OperatorTakeover(s.name, "ann", ""));
    }
    watch(gone, here, world.time.now() + VOUCHED, false);
  }

  /**
   * What was vouched for stays true until the order is over, or carried out: then the site that was
   * given up is started again only where it meets the other one.
   */
  private void watch(SimSite gone, SimSite here, long until, boolean before) {
    boolean done =
        before || (here.running && world.services.stream().allMatch(s -> here.holdsRole(s.name)));
    if (done ? world.net.both(0, 1) : world.time.now() >= until) {
      gone.keptDown = false;
    } else {
      world.time.after(1_000 * MS, () -> watch(gone, here, until, done));
    }
  }
}
