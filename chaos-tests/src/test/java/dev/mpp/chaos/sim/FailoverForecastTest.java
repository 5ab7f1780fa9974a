package dev.mpp.chaos.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.LinkView;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.FailoverPlan;
import dev.mpp.core.plan.SiteBrain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What {@code mpp plan failover} says happens: the production brains are asked, then let run. */
final class FailoverForecastTest {
  private static final long MS = SimWorld.MS;
  private static final int SEEDS = Integer.getInteger("forecast.seeds", 60);
  private static final SiteId WITNESS = new SiteId("witness1");

  @Test
  void theForecastComesTrue() {
    List<String> wrong = new ArrayList<>();
    Map<FailoverPlan.Outcome, Integer> seen = new EnumMap<>(FailoverPlan.Outcome.class);
    for (long seed = 1; seed <= SEEDS; seed++) {
      forecast(seed, seen).ifPresent(wrong::add);
    }
    assertEquals(List.of(), wrong);
    for (FailoverPlan.Outcome outcome : FailoverPlan.Outcome.values()) {
      assertTrue(seen.getOrDefault(outcome, 0) >= SEEDS / 30, seen.toString());
    }
  }

  private static Optional<String> forecast(long seed, Map<FailoverPlan.Outcome, Integer> seen) {
    List<String> story = new ArrayList<>();
    SimWorld world = new SimWorld(Shape.plain(), new Chance(seed), Broken.NOTHING, story);
    Random random = new Random(seed * 17 + 3);
    run(world, 10_000 + random.nextInt(2_000));
    SimSite active = active(world).orElse(null);
    if (active == null) {
      return Optional.of("seed " + seed + ": nobody was ACTIVE to begin with");
    }
    SimSite standby = site(world, active.id.name().equals("site1") ? "site2" : "site1");
    String before = disturb(world, random.nextInt(7), active, standby);
    run(world, 12_000);
    Set<SiteId> lost =
        switch (random.nextInt(6)) {
          case 0 -> Set.of(WITNESS);
          case 1 -> Set.of(standby.id);
          case 2 -> Set.of(active.id, WITNESS);
          default -> Set.of(active.id);
        };
    SimSite asked =
        Arrays.stream(world.sites)
            .filter(s -> s.running && !lost.contains(s.id))
            .max(Comparator.comparing(s -> known(world, s).renewal()))
            .orElseThrow();
    if (!known(world, asked).inSync().equals(world.ledger.grant(service(world).name).inSync())) {
      // Its ledger is old: that is what `plan failover` says first, and it promises nothing.
      long fresh = Objects.requireNonNull(asked.brain()).ledgerFreshAt();
      return asked.now() - fresh > world.shape.timing().duration()
          ? Optional.empty()
          : Optional.of("seed " + seed + ": " + asked.id + " does not know that its ledger is old");
    }
    FailoverPlan plan = plan(world, asked, lost);
    seen.merge(plan.outcome(), 1, Integer::sum);
    world.tell("PLAN " + plan.sentence());
    lost.forEach(id -> lose(world, site(world, id.name())));
    run(world, 40_000);
    Optional<SiteId> actual = active(world).map(s -> s.id);
    return actual.equals(plan.next())
        ? Optional.empty()
        : Optional.of(
            "seed %d, %s, lost %s: foretold %s (%s), came %s%n%s"
                .formatted(
                    seed,
                    before,
                    lost,
                    plan.next(),
                    plan.sentence(),
                    actual,
                    String.join("\n", story)));
  }

  /** The entry as that member's replica has it. */
  private static Grant known(SimWorld world, SimSite site) {
    return world.ledger.view(site).grant(service(world).name);
  }

  private static void run(SimWorld world, long millis) {
    world.time.runUntil(world.time.now() + millis * MS);
  }

  private static SimSite site(SimWorld world, String name) {
    return world.sites[world.index(new SiteId(name))];
  }

  private static Optional<SimSite> active(SimWorld world) {
    return Arrays.stream(world.sites).filter(s -> s.active(service(world))).findFirst();
  }

  private static SimService service(SimWorld world) {
    return world.services.getFirst();
  }

  private static String disturb(SimWorld world, int kind, SimSite active, SimSite standby) {
    SimServer server = server(world, standby);
    ServiceName name = service(world).name;
    switch (kind) {
      case 0 -> {
        server.crash();
        return "the standby's server is down";
      }
      case 1 -> {
        active.event(new BrainEvent.OperatorPause(name, true, "ann", "test"));
        return "paused";
      }
      case 2 -> {
        // A leader that a follower cannot hear leaves that follower's replica behind.
        world.ledger.prefer(site(world, "witness1"));
        run(world, 1_000);
        world.settle();
        world.net.cut(active.index, standby.index, true);
        world.net.cut(standby.index, active.index, true);
        world.ledger.changed();
        return "the data sites do not hear each other";
      }
      case 3 -> {
        standby.event(
            new BrainEvent.OperatorOverride(
                name, server.address, NodeOverride.parse("weight", "0"), 0, 0, "ann", ""));
        return "the standby's server is never promoted";
      }
      case 4 -> {
        site(world, "witness1").kill(false);
        return "the witness is down";
      }
      default -> {
        return "all is well";
      }
    }
  }

  private static SimServer server(SimWorld world, SimSite site) {
    return service(world).servers.get(site.index);
  }

  private static void lose(SimWorld world, SimSite site) {
    if (site.has(service(world))) {
      server(world, site).crash();
    }
    site.kill(true);
    world.settle();
    world.net.isolate(site.index, true);
    world.ledger.changed();
  }

  /** What the node of that site would answer; a link is down once nothing was heard on it. */
  private static FailoverPlan plan(SimWorld world, SimSite asked, Set<SiteId> lost) {
    SiteBrain brain = Objects.requireNonNull(asked.brain());
    Map<SiteId, SiteView> views = new HashMap<>();
    SiteView own = silence(brain.view(asked.now(), Map.of()));
    views.put(asked.id, own);
    for (LinkView l : own.links()) {
      if (l.up()) {
        brain.peerView(l.peer()).ifPresent(v -> views.put(l.peer(), silence(v)));
      }
    }
    var lease = world.ledger.view(asked).grant(service(world).name);
    Optional<SiteId> active = active(world).map(s -> s.id);
    FailoverPlan.Setting setting =
        new FailoverPlan.Setting(
            service(world).name,
            world.members(),
            Set.of(new SiteId("site1"), new SiteId("site2")),
            true,
            world.shape.timing(),
            3000 * MS,
            OptionalLong.empty());
    return FailoverPlan.of(
        setting, new FailoverPlan.Known(asked.id, views, lease, active, Optional.empty(), 0), lost);
  }

  private static SiteView silence(SiteView v) {
    return new SiteView(
        v.site(),
        v.incarnation(),
        v.sequence(),
        v.witness(),
        v.version(),
        v.configHash(),
        v.reach(),
        v.checkpoints(),
        v.pools(),
        v.links().stream()
            .map(
                l ->
                    new LinkView(
                        l.peer(),
                        l.up() && l.ageMillis() >= 0 && l.ageMillis() < 3_000,
                        l.rttMicros(),
                        l.ageMillis()))
            .toList());
  }
}
