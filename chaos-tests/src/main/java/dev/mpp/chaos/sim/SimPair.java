package dev.mpp.chaos.sim;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pair.PairOutput;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The production ledger of two sites, one on each, and what the judges are told of it. */
final class SimPair implements SimAgreement {
  private final SimWorld world;
  final SimOutlook outlook;
  private final SimPairSide[] sides = new SimPairSide[2];
  private final Map<ServiceName, Grant> newest = new HashMap<>();
  private final Set<Origin> told = new HashSet<>();

  SimPair(SimWorld world) {
    this.world = world;
    this.outlook = new SimOutlook(world, this::side);
    sides[0] = new SimPairSide(world, this, 0);
    sides[1] = new SimPairSide(world, this, 1);
  }

  SimPairSide side(SimSite site) {
    return sides[site.index];
  }

  SimPairSide side(int site) {
    return sides[site];
  }

  SimPairSide other(SimPairSide side) {
    return side == sides[0] ? sides[1] : sides[0];
  }

  @Override
  public void propose(SimSite from, LedgerCommand command) {
    side(from).propose(command);
  }

  @Override
  public LedgerState view(SimSite site) {
    return side(site).view();
  }

  @Override
  public Grant grant(ServiceName service) {
    return newest.getOrDefault(service, Grant.none(service));
  }

  @Override
  public void boot(SimSite site, boolean emptyDisk) {
    side(site).boot(site, emptyDisk);
  }

  @Override
  public void booted(SimSite site) {
    side(site).booted();
    outlook.boot(site);
  }

  @Override
  public void freezing(SimSite site) {
    side(site).freezing();
  }

  @Override
  public void thawed(SimSite site) {
    side(site).thawed();
    outlook.look(site);
  }

  @Override
  public void changed() {}

  /** Nobody leads: each register has its owner. */
  @Override
  public void prefer(SimSite site) {}

  @Override
  public void giveWay(SimSite from, SiteId to) {}

  @Override
  public Optional<SiteId> leaderFor(int member) {
    return Optional.empty();
  }

  // ---- what the judges are told -------------------------------------------------------------

  /**
   * A site was told of a change. Grants and renewals count once their holder knows of them: before,
   * nobody can act on them. Everything else counts as soon as anybody knows.
   *
   * @param proposedAt true time, if that very process proposed it
   */
  void applied(SimPairSide side, PairOutput.Applied a, @Nullable Long proposedAt) {
    if (!(a.outcome() instanceof LedgerOutcome.Accepted accepted)) {
      return;
    }
    for (ServiceName name : accepted.services()) {
      Grant g = a.after().grant(name);
      if (g.epoch() >= grant(name).epoch()) {
        newest.put(name, g);
      }
      if (g.serving()) {
        // Who missed the command itself learns it from the state.
        int holder = g.holder().map(world::index).orElseThrow();
        world.checker.served(world.service(name).index, g.epoch(), holder);
      }
    }
    long now = world.time.now();
    Origin origin = a.command().origin();
    SimSite by = world.sites[world.index(origin.site())];
    switch (a.command()) {
      case LedgerCommand.Claim c -> {
        if (proposedAt != null) {
          int service = world.service(c.service()).index;
          long epoch = a.after().grant(c.service()).epoch();
          if (side.forces(c.service())) {
            world.checker.forced(service, by.index);
          }
          if (!side.met()) {
            world.checker.unaware(service, epoch);
          }
          world.checker.claimed(service, epoch, by.index, world.leaseEnd(by, proposedAt), now);
        }
      }
      case LedgerCommand.Renew r -> {
        for (ServiceName name : accepted.services()) {
          if (proposedAt != null && current(name, a.after().grant(name).epoch())) {
            world.checker.renewed(world.service(name).index, world.leaseEnd(by, proposedAt));
          }
        }
      }
      case LedgerCommand.Release r -> released(r.service(), r.epoch(), origin, by, now);
      case LedgerCommand.Handover h -> released(h.service(), h.epoch(), origin, by, now);
      case LedgerCommand.Serve s -> {}
      case LedgerCommand.Adopt x -> {}
      case LedgerCommand.InSync i -> {}
      case LedgerCommand.Pause p -> {}
      case LedgerCommand.BeginMove m -> {}
      case LedgerCommand.EndMove m -> {}
      case LedgerCommand.OrderSite o -> {}
      case LedgerCommand.Prefer p -> {}
      case LedgerCommand.Beat b -> {}
    }
  }

  private void released(ServiceName service, long epoch, Origin origin, SimSite by, long now) {
    if (current(service, epoch) && first(origin)) {
      world.checker.released(world.service(service), by.index, now);
    }
  }

  private boolean current(ServiceName service, long epoch) {
    return world.checker.epoch(world.service(service).index) == epoch;
  }

  /** Commands that a ledger makes up itself have no number. */
  private boolean first(Origin origin) {
    return origin.sequence() != 0 && told.add(origin);
  }

  /** Whether the site knows everything that was ever agreed: the other may lose its disk then. */
  boolean complete(SimSite site) {
    for (SimService s : world.services) {
      Grant mine = view(site).grant(s.name);
      Grant last = grant(s.name);
      if (mine.epoch() != last.epoch()
          || mine.stated() != last.stated()
          || !mine.inSync().equals(last.inSync())
          || !mine.holder().equals(last.holder())) {
        return false;
      }
    }
    return true;
  }

  /** The owner of what nobody ever held. */
  SiteId preferred() {
    SiteId a = world.sites[0].id;
    SiteId b = world.sites[1].id;
    return priority(b) > priority(a) ? b : a;
  }

  private int priority(SiteId site) {
    return java.util.Objects.requireNonNull(world.members().get(site)).priority();
  }
}
