package dev.mpp.chaos.sim;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.BrainEvent;
import org.jspecify.annotations.Nullable;

/** Polls one server of its own site: never two at a time, each bounded. */
final class SimPoller {
  private static final long MS = SimWorld.MS;
  private static final long TIMEOUT = 700 * MS;

  private final SimWorld world;
  private final SimSite site;
  private final NodeAddress address;
  private final BrainConfig.Service service;
  private @Nullable ServerFacts last;
  private boolean asking;

  /** True time of the next poll. */
  private long dueAt = Long.MAX_VALUE;

  SimPoller(SimWorld world, SimSite site, NodeAddress address, BrainConfig.Service service) {
    this.world = world;
    this.site = site;
    this.address = address;
    this.service = service;
  }

  NodeAddress address() {
    return address;
  }

  void restarted() {
    asking = false;
    dueAt = Long.MAX_VALUE;
    last = null;
    within(world.chance.ms(0, 20));
  }

  void within(long delay) {
    long at = world.time.now() + delay;
    if (at < dueAt) {
      dueAt = at;
      long run = site.run;
      if (!asking) {
        world.time.at(at, () -> ask(run, at));
      }
    }
  }

  private void ask(long run, long due) {
    if (site.run != run || asking || due != dueAt || site.frozen) {
      if (site.run == run && site.frozen && due == dueAt) {
        dueAt = Long.MAX_VALUE; // asked again when it wakes
      }
      return;
    }
    dueAt = Long.MAX_VALUE;
    asking = true;
    SimServer s = world.server(address);
    BrainEvent answer;
    boolean news = false;
    long delay;
    if (!s.up) {
      delay = world.chance.ms(0, 3);
      answer = unreachable("Connection refused", true);
    } else if (s.frozen) {
      delay = TIMEOUT;
      answer = unreachable("no answer in 700 ms", false);
    } else {
      delay = world.chance.ms(1, 12);
      ServerFacts facts = s.facts();
      ServerFacts before = last;
      last = facts;
      news = before == null || !same(before, facts);
      answer = new BrainEvent.NodeAnswered(service.name(), address, facts, 0);
    }
    boolean changed = news;
    world.time.after(delay, () -> done(run, answer, changed));
  }

  private static boolean same(ServerFacts a, ServerFacts b) {
    ServerFacts.Replication x = a.replication().orElseThrow();
    ServerFacts.Replication y = b.replication().orElseThrow();
    return a.readOnly() == b.readOnly()
        && a.semiSync().sourceEnabled() == b.semiSync().sourceEnabled()
        && a.semiSync().clients() == b.semiSync().clients()
        && x.receiverStarted() == y.receiverStarted()
        && x.receiverRunning() == y.receiverRunning()
        && x.applierRunning() == y.applierRunning();
  }

  private BrainEvent unreachable(String error, boolean refused) {
    last = null;
    return new BrainEvent.NodeUnreachable(service.name(), address, error, refused, 0);
  }

  private void done(long run, BrainEvent answer, boolean news) {
    if (site.run != run) {
      return;
    }
    if (news) {
      site.viewChanged();
    }
    site.event(answer);
    asking = false;
    if (dueAt != Long.MAX_VALUE) {
      long due = dueAt;
      world.time.at(due, () -> ask(run, due));
    }
  }
}
