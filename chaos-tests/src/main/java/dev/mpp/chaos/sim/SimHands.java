package dev.mpp.chaos.sim;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Performs what a site's brain commands, on the model of the servers, and answers with events. */
final class SimHands {
  private static final long MS = SimWorld.MS;
  private static final long CHANGE = 2_000 * MS;

  /** In one of so many openings the time is over when the jump is done. */
  private static final int LATE_JUMP = 16;

  private final SimWorld world;
  private final SimSite site;
  private final Map<NodeAddress, SimLock> locks = new LinkedHashMap<>();

  SimHands(SimWorld world, SimSite site) {
    this.world = world;
    this.site = site;
  }

  SimLock lock(NodeAddress node) {
    return locks.computeIfAbsent(node, n -> new SimLock(world, site, world.server(n)));
  }

  void killed(boolean silently) {
    locks.values().forEach(l -> l.killed(silently));
  }

  void frozen() {
    locks.values().forEach(SimLock::frozen);
  }

  void thawed() {
    locks.values().forEach(SimLock::thawed);
  }

  /**
   * @return whether the peers hear of what caused it at once
   */
  boolean perform(BrainCommand command) {
    switch (command) {
      case BrainCommand.Propose p -> {
        propose(p.command());
        return false;
      }
      case BrainCommand.PollWithin p -> {
        poll(p);
        return false;
      }
      case BrainCommand.HoldDeadMan h -> {
        lock(h.node()).holdUntil(h.until());
        return false;
      }
      case BrainCommand.TakeDeadMan t -> {
        lock(t.node()).holdUntil(t.until());
        return false;
      }
      case BrainCommand.DropDeadMan d -> lock(d.node()).drop();
      case BrainCommand.FenceNode f -> {
        if (world.broken.is(Break.EARLY_RELEASE)) {
          site.releaseNow(f.service());
        }
        fence(f.service(), f.node(), f.commandId(), f.budget());
      }
      case BrainCommand.FenceRemote f -> fenceRemote(f);
      case BrainCommand.Prepare p -> prepare(p);
      case BrainCommand.MakeWritable w -> makeWritable(w);
      case BrainCommand.StartReplication r ->
          change(r.service(), r.node(), r.commandId(), s -> world.follow(site, s));
      case BrainCommand.StopReplication r ->
          change(r.service(), r.node(), r.commandId(), SimServer::stopReceiver);
      case BrainCommand.FollowSource r ->
          change(r.service(), r.node(), r.commandId(), s -> s.follow(world.server(r.source())));
      case BrainCommand.SemiSync c ->
          change(c.service(), c.node(), c.commandId(), s -> s.waitForReplicas(c.on()));
      case BrainCommand.PreferLeadership p -> world.ledger.prefer(site);
      case BrainCommand.YieldLeadership y -> world.ledger.giveWay(site, y.to());
      case BrainCommand.Journal j -> {
        if (world.telling()) {
          world.tell(
              "%s %s %s %s %s %s"
                  .formatted(site.id, j.kind(), j.subject(), j.from(), j.to(), j.reason()));
        }
      }
      case BrainCommand.KeepOverride k -> {}
      case BrainCommand.Show s -> {}
      case BrainCommand.FenceHook h -> {}
      case BrainCommand.Reaches r -> {
        if (world.pair != null) {
          world.pair.side(site).reaches(r.seenAt());
        }
      }
      case BrainCommand.ForceTakeover f -> {
        if (world.pair != null) {
          world.pair.side(site).force(f.service(), f.by(), f.reason());
        }
      }
      case BrainCommand.Answer a -> {
        if (world.telling()) {
          world.tell(site.id + " answers: " + a.text());
        }
      }
    }
    return true;
  }

  private void propose(LedgerCommand command) {
    world.bugs.proposed(site, command);
    world.ledger.propose(site, command);
  }

  private void poll(BrainCommand.PollWithin p) {
    for (SimPoller poller : site.pollers) {
      if (poller.address().equals(p.node())) {
        poller.within(site.clock().span(p.delay()));
      }
    }
  }

  // ---- statements ---------------------------------------------------------------------------

  /** One in so many statements fails, or succeeds and its answer is lost. */
  private boolean fails() {
    int failing = world.shape.failing();
    return failing > 0 && !world.calm && world.chance.oneIn(failing);
  }

  /**
   * A statement reaches the server after a while, and its answer this process.
   *
   * @param effect at the server; returns whether it succeeded
   * @param budget after which a server that does not answer is given up
   */
  private void statement(
      NodeAddress node, long budget, Predicate<SimServer> effect, Consumer<Boolean> answer) {
    SimServer s = world.server(node);
    long boot = s.boots;
    boolean lost = fails();
    boolean never = lost && world.chance.oneIn(2);
    world.time.after(
        world.chance.ms(1, 12) + (world.chance.oneIn(20) ? world.chance.ms(0, 400) : 0),
        () -> {
          if (never || !s.up || s.boots != boot) {
            reply(world.chance.ms(1, never ? 700 : 5), false, answer);
          } else if (s.frozen) {
            reply(budget, false, answer);
          } else {
            boolean ok = effect.test(s);
            reply(world.chance.ms(0, 10), ok && !lost, answer);
          }
        });
  }

  private void reply(long delay, boolean ok, Consumer<Boolean> answer) {
    long run = site.run;
    world.time.after(
        delay,
        () -> {
          if (site.run == run) {
            answer.accept(ok);
          }
        });
  }

  private void change(
      ServiceName service, NodeAddress node, long commandId, Consumer<SimServer> effect) {
    statement(
        node,
        CHANGE,
        s -> {
          effect.accept(s);
          return true;
        },
        ok ->
            site.event(
                new BrainEvent.ChangeDone(service, node, commandId, ok, ok ? "" : "no answer")));
  }

  private void prepare(BrainCommand.Prepare p) {
    statement(
        p.node(),
        p.budget(),
        s -> {
          s.stopReceiver();
          if (fails()) {
            return false;
          }
          s.applyAll();
          return true;
        },
        ok ->
            world.time.after(
                world.chance.ms(0, 150),
                () ->
                    site.event(
                        new BrainEvent.PrepareDone(
                            p.service(),
                            p.node(),
                            p.commandId(),
                            ok,
                            ok ? Optional.of(world.server(p.node()).executed()) : Optional.empty(),
                            ok ? "" : "the applier is slow"))));
  }

  /** Conditional on the lock that this process holds, and on being in time. */
  private void makeWritable(BrainCommand.MakeWritable w) {
    long deadline = Math.min(site.now() + w.budget(), lock(w.node()).until());
    long late =
        world.broken.is(Break.UNCONDITIONAL_OPEN) && world.chance.oneIn(2)
            ? world.chance.ms(0, 12_000)
            : 0;
    long run = site.run;
    world.time.after(late, () -> makeWritable(w, deadline, run));
  }

  /** The session that holds the lock may have to be made first. */
  private void makeWritable(BrainCommand.MakeWritable w, long deadline, long run) {
    boolean careless = world.broken.is(Break.UNCONDITIONAL_OPEN);
    SimLock lock = lock(w.node());
    if (site.run == run && !careless && !lock.held() && site.now() < deadline) {
      world.time.after(world.chance.ms(10, 40), () -> makeWritable(w, deadline, run));
      return;
    }
    statement(
        w.node(),
        w.budget(),
        s -> {
          if (!careless && !(lock.held() && site.now() < deadline && !s.fencePending)) {
            return false;
          }
          if (w.commandId() % LATE_JUMP == 0 && !world.calm) {
            s.jump(w.epoch());
            return false;
          }
          s.open(w.epoch());
          return true;
        },
        ok -> {
          if (ok && world.broken.is(Break.EARLY_DNS)) {
            world.published(site, w.service(), w.epoch());
          }
          site.event(
              new BrainEvent.WritableDone(
                  w.service(), w.node(), w.commandId(), ok, 0, ok ? "" : "no lock"));
        });
  }

  // ---- fences -------------------------------------------------------------------------------

  private void fenceRemote(BrainCommand.FenceRemote f) {
    long there = world.net.delay(site.index, world.server(f.node()).site);
    int other = world.server(f.node()).site;
    world.time.after(
        there,
        () -> {
          if (world.net.link(site.index, other)) {
            fence(f.service(), f.node(), f.commandId(), f.budget());
          } else {
            reply(f.budget(), false, ok -> fenceDone(f.service(), f.node(), f.commandId(), false));
          }
        });
  }

  private void fence(ServiceName service, NodeAddress node, long commandId, long budget) {
    SimServer s = world.server(node);
    long takes =
        world.shape.slowFences() && !world.calm && world.chance.oneIn(3)
            ? world.chance.ms(100, 2500)
            : world.chance.ms(1, 160);
    long boot = s.boots;
    boolean back = s.site == site.index || world.net.link(s.site, site.index);
    if (world.broken.is(Break.FALSE_FENCE) && s.answers()) {
      reply(takes, back, ok -> fenceDone(service, node, commandId, ok));
      world.time.after(takes + world.chance.ms(500, 4000), () -> carryOut(s, boot));
      return;
    }
    if (s.answers()) {
      s.fencePending = takes > 5 * MS;
      world.time.after(takes, () -> carryOut(s, boot));
    } else if (s.frozen) {
      s.fencePending |= world.chance.oneIn(2);
    }
    reply(
        Math.min(takes + 1, budget),
        back,
        ok ->
            fenceDone(
                service,
                node,
                commandId,
                ok && (!s.up || s.answers() && s.boots == boot && s.readOnly)));
  }

  private static void carryOut(SimServer s, long boot) {
    if (s.boots == boot) {
      s.fence();
    }
  }

  private void fenceDone(ServiceName service, NodeAddress node, long commandId, boolean safe) {
    String outcome = safe ? "FENCED" : "FAILED";
    site.event(new BrainEvent.FenceDone(service, node, commandId, safe, outcome, 1000, "sim"));
  }
}
