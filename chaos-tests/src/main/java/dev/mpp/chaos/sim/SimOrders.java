package dev.mpp.chaos.sim;

import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainEvent;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** What operators order in the middle of it: overrides, pauses, recoveries, at random. */
final class SimOrders {
  private static final List<String> OVERRIDES =
      List.of(
          "state=ACTIVE",
          "state=STANDBY",
          "state=FAILED_ONLINE",
          "state=FAILED_OFFLINE",
          "status=OK",
          "status=FAIL",
          "weight=0");

  private SimOrders() {}

  static void random(SimWorld world, Random random) {
    List<SimSite> sites = List.copyOf(world.sites.values());
    SimSite site = sites.get(random.nextInt(3));
    int own = random.nextInt(2);
    NodeAddress node = world.servers.get(own).address;
    SimSite owner = sites.get(own);
    switch (random.nextInt(10)) {
      case 0 -> pause(world, site, true);
      case 1 -> pause(world, site, false);
      case 2 -> {
        world.tell("ORDER recover " + node);
        owner.event(new BrainEvent.OperatorRecover(SimWorld.SERVICE, Optional.of(node), "ann", ""));
      }
      case 3 -> lift(world, owner, node);
      case 6, 7 -> switchover(world, site, sites.get(own).id);
      case 8 -> {
        world.tell("ORDER end switchover");
        site.event(new BrainEvent.OperatorEndMove(SimWorld.SERVICE, "ann", ""));
      }
      case 9 -> {
        Optional<SiteOrder.Mode> mode =
            random.nextBoolean()
                ? Optional.of(
                    random.nextBoolean() ? SiteOrder.Mode.DRAIN : SiteOrder.Mode.MAINTENANCE)
                : Optional.empty();
        order(world, site, sites.get(own).id, mode);
      }
      default -> {
        String[] word = OVERRIDES.get(random.nextInt(OVERRIDES.size())).split("=", -1);
        world.tell("ORDER set " + node + " " + String.join("=", word));
        owner.event(
            new BrainEvent.OperatorOverride(
                SimWorld.SERVICE,
                node,
                NodeOverride.parse(word[0], word[1]),
                random.nextInt(20_000) * SimWorld.MS,
                0,
                "ann",
                ""));
      }
    }
  }

  static void switchover(SimWorld world, SimSite site, SiteId target) {
    world.tell("ORDER switchover to " + target + " at " + site.id);
    site.event(
        new BrainEvent.OperatorSwitchover(
            SimWorld.SERVICE,
            "order-" + world.time.now(),
            target,
            5_000 * SimWorld.MS,
            world.random.nextBoolean(),
            "ann",
            ""));
  }

  private static void order(
      SimWorld world, SimSite site, SiteId about, Optional<SiteOrder.Mode> mode) {
    world.tell("ORDER " + mode.map(Enum::name).orElse("return") + " of " + about);
    site.event(new BrainEvent.OperatorSite(about, mode, "ann", ""));
  }

  private static void pause(SimWorld world, SimSite site, boolean on) {
    world.tell("ORDER " + (on ? "pause" : "resume") + " at " + site.id);
    site.event(new BrainEvent.OperatorPause(SimWorld.SERVICE, on, "ann", ""));
  }

  private static void lift(SimWorld world, SimSite site, NodeAddress node) {
    world.tell("ORDER unset " + node);
    site.event(new BrainEvent.OperatorLift(SimWorld.SERVICE, node, "ann", ""));
  }

  /**
   * Nothing that operators ordered is in force any more, once this is repeated until it arrived.
   */
  static void withdraw(SimWorld world) {
    List<SimSite> sites = List.copyOf(world.sites.values());
    for (int i = 0; i < 2; i++) {
      lift(world, sites.get(i), world.servers.get(i).address);
    }
    sites.forEach(s -> pause(world, s, false));
    for (SimSite about : sites) {
      sites.forEach(s -> order(world, s, about.id, Optional.empty()));
    }
  }
}
