package dev.mpp.chaos.sim;

import java.util.ArrayList;
import java.util.List;

/** What goes wrong, at random: storms of faults that overlap, each of which ends by itself. */
final class SimFaults {
  private static final long MS = SimWorld.MS;

  private final SimWorld world;
  private final Chance chance;
  private final List<Runnable> kinds;
  private final List<Runnable> everywhere =
      List.of(
          this::killServer,
          this::killServer,
          this::killNode,
          this::killNode,
          this::freezeNode,
          this::isolate,
          this::isolate,
          this::cut,
          this::cut,
          this::oneWay,
          this::flap,
          this::slowLinks,
          this::lossyLinks,
          this::slowReplica,
          this::freezeServer,
          this::newLeader,
          this::blackOut,
          this::killEverything,
          this::quickRestart);

  SimFaults(SimWorld world) {
    this.world = world;
    this.chance = world.chance;
    kinds = new ArrayList<>(everywhere);
    if (world.pair != null) {
      kinds.addAll(new SimPairFaults(world, this, world.pair).kinds());
    }
  }

  void strike() {
    chance.of(kinds).run();
  }

  private long duration() {
    return chance.oneIn(4) ? chance.ms(100, 2_000) : chance.ms(500, 15_000);
  }

  private SimSite site() {
    return world.sites[chance.below(world.sites.length)];
  }

  private SimServer server() {
    List<SimServer> of = chance.of(world.services).servers;
    if (chance.oneIn(2)) {
      for (SimServer s : of) {
        if (s.writable()) {
          return s;
        }
      }
    }
    return chance.of(of);
  }

  private void tell(String what) {
    if (world.telling()) {
      world.tell("FAULT " + what);
    }
  }

  private void told(String what, Object about) {
    if (world.telling()) {
      world.tell("FAULT " + what + " " + about);
    }
  }

  // ---- servers ------------------------------------------------------------------------------

  private void killServer() {
    SimServer s = server();
    told("kill server", s.address);
    crash(s);
    world.time.after(duration(), () -> boot(s));
  }

  void crash(SimServer s) {
    s.crash();
    SimSite owner = world.sites[s.site];
    owner.hands().lock(s.address).serverLost();
    if (chance.oneIn(2)) {
      // The tripwire.
      owner.pollers.stream()
          .filter(p -> p.address().equals(s.address))
          .forEach(p -> p.within(chance.ms(5, 60)));
    }
  }

  void boot(SimServer s) {
    if (!s.up) {
      told("start server", s.address);
      s.boot();
    }
  }

  private void freezeServer() {
    if (!world.shape.rpoZero() && !world.broken.is(Break.SERVER_FREEZES)) {
      return; // assumption A9: without semi-synchronous replication nothing stops what it
      // acknowledges
    }
    SimServer s = server();
    told("freeze server", s.address);
    s.freeze();
    world.time.after(duration(), () -> thaw(s));
  }

  private void thaw(SimServer s) {
    if (s.frozen) {
      told("thaw server", s.address);
      s.thaw();
      world.sites[s.site].hands().lock(s.address).serverLost();
    }
  }

  private void quickRestart() {
    SimServer quick = server();
    SimServer other = server();
    told("restart quickly", quick.address);
    crash(quick);
    world.time.after(chance.ms(400, 900), () -> boot(quick));
    world.time.after(
        chance.ms(0, 2500),
        () -> {
          told("and lose the site of", other.address);
          crash(other);
          world.sites[other.site].kill(chance.oneIn(2));
        });
    world.time.after(
        15_000 * MS,
        () -> {
          boot(other);
          restart(world.sites[other.site]);
        });
  }

  // ---- processes ----------------------------------------------------------------------------

  private void killNode() {
    SimSite s = site();
    boolean silently = chance.oneIn(4);
    told(silently ? "host of node lost" : "kill node", s.id);
    s.kill(silently);
    world.time.after(duration(), () -> restart(s));
  }

  void restart(SimSite s) {
    if (s.keptDown) {
      world.time.after(1_000 * MS, () -> restart(s));
    } else if (!s.running) {
      // One empty disk at a time: more is more than a majority survives.
      boolean empty = chance.oneIn(8) && everybodyElseVotes(s);
      told(empty ? "start node without its disk" : "start node", s.id);
      s.boot(false, empty);
    }
  }

  private boolean everybodyElseVotes(SimSite s) {
    for (SimSite o : world.sites) {
      if (o != s && !o.voter()) {
        return false;
      }
    }
    return world.pair == null || world.pair.complete(world.sites[1 - s.index]);
  }

  private void freezeNode() {
    SimSite s = site();
    told("freeze node", s.id);
    s.freeze();
    world.time.after(
        duration(),
        () -> {
          if (s.frozen) {
            told("thaw node", s.id);
            s.thaw();
          }
        });
  }

  /** Site, servers and all. */
  private void blackOut() {
    SimSite s = site();
    told("power lost at", s.id);
    s.kill(true);
    everyServer(
        server -> {
          if (server.site == s.index) {
            crash(server);
            world.time.after(duration(), () -> boot(server));
          }
        });
    world.time.after(duration(), () -> restart(s));
  }

  private void killEverything() {
    tell("kill everything");
    for (SimSite s : world.sites) {
      s.kill(chance.oneIn(2));
      world.time.after(chance.ms(500, 4000), () -> restart(s));
    }
    everyServer(
        s -> {
          crash(s);
          world.time.after(chance.ms(500, 4000), () -> boot(s));
        });
  }

  private void everyServer(java.util.function.Consumer<SimServer> action) {
    world.services.forEach(s -> s.servers.forEach(action));
  }

  // ---- links --------------------------------------------------------------------------------

  void links(Runnable change) {
    world.settle();
    change.run();
    world.ledger.changed();
  }

  private void isolate() {
    SimSite s = site();
    told("isolate", s.id);
    links(() -> world.net.isolate(s.index, true));
    world.time.after(
        duration(),
        () -> {
          told("rejoin", s.id);
          links(() -> world.net.isolate(s.index, false));
        });
  }

  private void cut() {
    SimSite a = site();
    SimSite b = site();
    told("cut " + a.id + " -", b.id);
    both(a.index, b.index, true);
    world.time.after(duration(), () -> both(a.index, b.index, false));
  }

  private void both(int a, int b, boolean on) {
    links(
        () -> {
          world.net.cut(a, b, on);
          world.net.cut(b, a, on);
        });
  }

  private void oneWay() {
    int a = site().index;
    int b = site().index;
    boolean everybody = chance.oneIn(2);
    told(
        "deaf: nothing arrives from " + world.sites[a].id + " at",
        everybody ? "anybody" : world.sites[b].id);
    oneWay(a, b, everybody, true);
    world.time.after(duration(), () -> oneWay(a, b, everybody, false));
  }

  private void oneWay(int a, int b, boolean everybody, boolean on) {
    links(
        () -> {
          for (int to = 0; to < world.sites.length; to++) {
            if (everybody || to == b) {
              world.net.cut(a, to, on);
            }
          }
        });
  }

  private void flap() {
    SimSite a = site();
    boolean alone = chance.oneIn(2);
    SimSite b = site();
    told("flapping link of", a.id);
    flap(a, alone ? null : b, 2 + chance.below(10));
  }

  private void flap(SimSite a, @org.jspecify.annotations.Nullable SimSite b, int times) {
    if (times == 0) {
      return;
    }
    flapped(a, b, true);
    world.time.after(
        chance.ms(50, 2500),
        () -> {
          flapped(a, b, false);
          world.time.after(chance.ms(50, 2500), () -> flap(a, b, times - 1));
        });
  }

  private void flapped(SimSite a, @org.jspecify.annotations.Nullable SimSite b, boolean on) {
    if (b == null) {
      links(() -> world.net.isolate(a.index, on));
    } else {
      both(a.index, b.index, on);
    }
  }

  private void slowLinks() {
    SimSite s = site();
    told("slow network at", s.id);
    world.net.trouble(s.index, 200 + chance.below(3000), 0);
    world.time.after(duration() * 2, () -> world.net.trouble(s.index, 0, 0));
  }

  private void lossyLinks() {
    SimSite s = site();
    told("lossy network at", s.id);
    world.net.trouble(s.index, chance.below(300), 2 + chance.below(5));
    world.time.after(duration() * 2, () -> world.net.trouble(s.index, 0, 0));
  }

  // ---- the ledger ---------------------------------------------------------------------------

  private void slowReplica() {
    SimSite s = site();
    told("slow replica of the ledger at", s.id);
    s.applyLag = chance.ms(200, 9000);
    world.time.after(duration() * 2, () -> s.applyLag = 0);
  }

  private void newLeader() {
    SimSite s = site();
    told("leadership is asked for by", s.id);
    world.ledger.prefer(s);
  }

  // ---- the end ------------------------------------------------------------------------------

  /** Whatever still ends by itself does so within a minute; everything else now. */
  void heal() {
    tell("HEAL");
    world.calm = true;
    for (SimSite s : world.sites) {
      s.applyLag = 0;
      s.thaw();
      if (!s.running) {
        s.keptDown = false;
        s.boot(false, false);
      }
    }
    everyServer(
        s -> {
          thaw(s);
          boot(s);
        });
    world.ledger.changed();
  }
}
