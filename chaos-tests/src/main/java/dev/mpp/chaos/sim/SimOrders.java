package dev.mpp.chaos.sim;

import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainEvent;
import java.util.List;
import java.util.Optional;

/** What operators order in the middle of it, at random, at any site. */
final class SimOrders {
  private static final List<NodeOverride> OVERRIDES =
      List.of(
          NodeOverride.parse("state", "ACTIVE"),
          NodeOverride.parse("state", "STANDBY"),
          NodeOverride.parse("state", "FAILED_ONLINE"),
          NodeOverride.parse("state", "FAILED_OFFLINE"),
          NodeOverride.parse("status", "OK"),
          NodeOverride.parse("status", "FAIL"),
          NodeOverride.parse("weight", "0"));

  private final SimWorld world;

  SimOrders(SimWorld world) {
    this.world = world;
  }

  void random() {
    Chance chance = world.chance;
    SimService service = chance.of(world.services);
    SimServer server = chance.of(service.servers);
    SimSite owner = world.sites[server.site];
    SimSite any = world.sites[chance.below(world.sites.length)];
    switch (chance.below(14)) {
      case 0 -> pause(any, service, true);
      case 1 -> pause(any, service, false);
      case 2 -> {
        told("recover " + server.address);
        Optional<NodeAddress> node =
            chance.oneIn(3) ? Optional.empty() : Optional.of(server.address);
        owner.event(new BrainEvent.OperatorRecover(service.name, node, "ann", ""));
      }
      case 3 -> lift(owner, service, server);
      case 4 -> {
        told("activate-primary at " + owner.id);
        owner.event(new BrainEvent.OperatorActivate(service.name, "ann", ""));
      }
      case 5, 6, 7 -> switchover(any, service, world.sites[chance.below(world.shape.data())]);
      case 8 -> {
        told("end the switchover of " + service.name + " at " + any.id);
        any.event(new BrainEvent.OperatorEndMove(service.name, "ann", ""));
      }
      case 9 ->
          order(
              any,
              owner.id,
              chance.oneIn(2)
                  ? Optional.empty()
                  : Optional.of(
                      chance.oneIn(2) ? SiteOrder.Mode.DRAIN : SiteOrder.Mode.MAINTENANCE));
      case 10 -> prefer(any, service, chance.oneIn(3) ? Optional.empty() : Optional.of(owner.id));
      default -> {
        NodeOverride what = chance.of(OVERRIDES);
        told("set " + server.address + " " + what);
        owner.event(
            new BrainEvent.OperatorOverride(
                service.name, server.address, what, chance.ms(0, 20_000), 0, "ann", ""));
      }
    }
  }

  private void told(String what) {
    if (world.telling()) {
      world.tell("ORDER " + what);
    }
  }

  private void switchover(SimSite site, SimService service, SimSite target) {
    told("switchover of " + service.name + " to " + target.id + " at " + site.id);
    site.event(
        new BrainEvent.OperatorSwitchover(
            service.name,
            "order-" + world.time.scheduled(),
            target.id,
            world.chance.ms(500, 10_000),
            world.chance.below(4) > 0,
            "ann",
            ""));
  }

  private void order(SimSite site, SiteId about, Optional<SiteOrder.Mode> mode) {
    told(mode.map(Enum::name).orElse("return") + " of " + about + " at " + site.id);
    site.event(new BrainEvent.OperatorSite(about, mode, "ann", ""));
  }

  private void prefer(SimSite site, SimService service, Optional<SiteId> preferred) {
    told("prefer " + preferred + " for " + service.name + " at " + site.id);
    site.event(new BrainEvent.OperatorPrefer(service.name, preferred, "ann", ""));
  }

  private void pause(SimSite site, SimService service, boolean on) {
    told((on ? "pause " : "resume ") + service.name + " at " + site.id);
    site.event(new BrainEvent.OperatorPause(service.name, on, "ann", ""));
  }

  private void lift(SimSite site, SimService service, SimServer server) {
    told("unset " + server.address);
    site.event(new BrainEvent.OperatorLift(service.name, server.address, "ann", ""));
  }

  /** The operator who was woken returns whatever has failed. */
  void recoverAll() {
    for (SimService service : world.services) {
      for (SimServer s : service.servers) {
        told("recover " + s.address);
        world.sites[s.site].event(
            new BrainEvent.OperatorRecover(service.name, Optional.of(s.address), "ann", ""));
      }
    }
  }

  /** Nothing that was ordered is in force any more, once this is repeated until it arrived. */
  void withdraw() {
    for (SimService service : world.services) {
      for (SimServer s : service.servers) {
        lift(world.sites[s.site], service, s);
      }
      for (SimSite s : world.sites) {
        if (s.has(service)) {
          pause(s, service, false);
          prefer(s, service, Optional.empty());
        }
      }
    }
    for (SimSite about : world.sites) {
      for (SimSite s : world.sites) {
        order(s, about.id, Optional.empty());
      }
    }
  }
}
